using System.Buffers.Binary;
using Parley.Net;
using Parley.Sip.Transport;

namespace Parley.Services.Locations;

/// <summary>
/// All bindings of one address of record in one array: what is kept in memory and written to the store, so that a hundred thousand of them are a few hundred bytes each
/// and one object for the garbage collector. In the order of their refreshing.
/// </summary>
/// <remarks>
/// <code>
/// version (1) | binding | binding | …
/// binding: length of what follows (2) | id (4) | expires (4) | updated (4) | CSeq (4) | reg-id (4) | q in thousandths (2) | flags (1) | GRUU epoch (8) |
///          source: address (4 or 16, or none) and port (2, or none) | contact, display name, parameters, instance, path, Call-ID, User-Agent: length (2) and bytes each
/// </code>
/// Numbers are little-endian; times are seconds since 1970, good until 2106.
/// </remarks>
internal static class BindingRecord
{
    public const byte Version = 1;

    /// <summary>No bindings.</summary>
    public static readonly byte[] None = [];

    /// <summary>False for what another version or a damaged store holds.</summary>
    public static bool IsReadable(ReadOnlySpan<byte> record)
    {
        var reader = new BindingReader(record);
        while (reader.MoveNext())
        {
        }

        return reader.IsValid;
    }

    /// <summary>When the last binding ends; 0 when there is none.</summary>
    public static uint LastExpiry(ReadOnlySpan<byte> record)
    {
        var last = 0u;
        var reader = new BindingReader(record);
        while (reader.MoveNext())
            last = Math.Max(last, reader.Expires);
        return last;
    }

    /// <summary>When the first binding ends; <see cref="uint.MaxValue"/> when there is none.</summary>
    public static uint FirstExpiry(ReadOnlySpan<byte> record)
    {
        var first = uint.MaxValue;
        var reader = new BindingReader(record);
        while (reader.MoveNext())
            first = Math.Min(first, reader.Expires);
        return first;
    }
}

/// <summary>Walks the bindings of a record; every span is a view into it.</summary>
internal ref struct BindingReader
{
    private readonly ReadOnlySpan<byte> _record;
    private int _next;

    public BindingReader(ReadOnlySpan<byte> record)
    {
        _record = record;
        _next = 1;
        IsValid = record.IsEmpty || record[0] == BindingRecord.Version;
        Index = -1;
    }

    /// <summary>False once something was met that no writer here wrote.</summary>
    public bool IsValid { get; private set; }

    public int Index { get; private set; }

    /// <summary>The whole binding with its length, to be copied.</summary>
    public ReadOnlySpan<byte> Raw { get; private set; }

    public uint Id;
    public uint Expires;
    public uint Updated;
    public uint CSeq;
    public uint RegId;
    public ushort Q;
    public BindingFlags Flags;
    public ulong GruuEpoch;
    public NetEndpoint Source;
    public ReadOnlySpan<byte> Contact;
    public ReadOnlySpan<byte> DisplayName;
    public ReadOnlySpan<byte> Parameters;
    public ReadOnlySpan<byte> Instance;
    public ReadOnlySpan<byte> Path;
    public ReadOnlySpan<byte> CallId;
    public ReadOnlySpan<byte> UserAgent;

    public readonly SipTransport Transport => (SipTransport)(Flags & BindingFlags.Transport);

    public bool MoveNext()
    {
        if (!IsValid || _next + 2 > _record.Length)
        {
            IsValid &= _record.IsEmpty || _next == _record.Length;
            return false;
        }

        var length = BinaryPrimitives.ReadUInt16LittleEndian(_record[_next..]);
        if (_next + 2 + length > _record.Length || length < BindingWriter.FixedSize)
            return IsValid = false;
        Raw = _record.Slice(_next, length + 2);
        _next += length + 2;
        Index++;
        return IsValid = Read(Raw[2..]);
    }

    private bool Read(ReadOnlySpan<byte> binding)
    {
        Id = BinaryPrimitives.ReadUInt32LittleEndian(binding);
        Expires = BinaryPrimitives.ReadUInt32LittleEndian(binding[4..]);
        Updated = BinaryPrimitives.ReadUInt32LittleEndian(binding[8..]);
        CSeq = BinaryPrimitives.ReadUInt32LittleEndian(binding[12..]);
        RegId = BinaryPrimitives.ReadUInt32LittleEndian(binding[16..]);
        Q = BinaryPrimitives.ReadUInt16LittleEndian(binding[20..]);
        Flags = (BindingFlags)binding[22];
        GruuEpoch = BinaryPrimitives.ReadUInt64LittleEndian(binding[23..]);
        var at = BindingWriter.FixedSize;
        return ReadSource(binding, ref at) && Take(binding, ref at, out Contact) && Take(binding, ref at, out DisplayName) && Take(binding, ref at, out Parameters)
            && Take(binding, ref at, out Instance) && Take(binding, ref at, out Path) && Take(binding, ref at, out CallId) && Take(binding, ref at, out UserAgent)
            && at == binding.Length;
    }

    private bool ReadSource(ReadOnlySpan<byte> binding, scoped ref int at)
    {
        Source = default;
        if ((Flags & BindingFlags.HasSource) == 0)
            return true;
        var isV6 = (Flags & BindingFlags.SourceIsV6) != 0;
        var size = isV6 ? 18 : 6;
        if (binding.Length - at < size)
            return false;
        var text = binding[at..];
        var port = BinaryPrimitives.ReadUInt16LittleEndian(text[(size - 2)..]);
        Source = isV6 ? NetEndpoint.V6(BinaryPrimitives.ReadUInt128LittleEndian(text), port) : NetEndpoint.V4(BinaryPrimitives.ReadUInt32LittleEndian(text), port);
        at += size;
        return true;
    }

    private static bool Take(ReadOnlySpan<byte> binding, scoped ref int at, out ReadOnlySpan<byte> text)
    {
        text = default;
        if (binding.Length - at < 2)
            return false;
        var length = BinaryPrimitives.ReadUInt16LittleEndian(binding[at..]);
        at += 2;
        if (binding.Length - at < length)
            return false;
        text = binding.Slice(at, length);
        at += length;
        return true;
    }
}

/// <summary>What a binding is besides its numbers and texts.</summary>
[Flags]
internal enum BindingFlags : byte
{
    /// <summary>The bits that hold a <see cref="SipTransport"/>.</summary>
    Transport = 7,
    HasSource = 8,
    SourceIsV6 = 16,
}
