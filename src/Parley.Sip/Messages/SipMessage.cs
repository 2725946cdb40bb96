using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Text;
using Parley.Net;

namespace Parley.Sip.Messages;

/// <summary>One parsed request or response: a buffer and an index of views into it (RFC 3261 §7).</summary>
/// <remarks>
/// Ownership: pooled and counted like its <see cref="PacketBuffer"/>, of which it owns one reference. Lent to handlers for the call; who keeps it calls
/// <see cref="AddRef"/> and later <see cref="Release"/>, or keeps a <see cref="ToOwned"/> copy, which needs neither. Every view and span ends with
/// the message. Nothing here changes it, so any number of threads may read it.
/// </remarks>
public sealed partial class SipMessage
{
    private const int UsualHeaders = 32;

    private readonly SipMessagePool? _pool;
    private PacketBuffer? _buffer;
    private int _references;

    internal SipMessage(SipMessagePool? pool)
        : this(pool, new HeaderEntry[UsualHeaders])
    {
    }

    private SipMessage(SipMessagePool? pool, HeaderEntry[] entries) => (_pool, Entries) = (pool, entries);

    // Filled in by the parser.
    internal byte[] Data = [];
    internal HeaderEntry[] Entries;
    internal FirstHeaders First; // 1-based index of the first line of each known header field
    internal int Start;
    internal int BodyStart;
    internal int End;
    internal int Count;
    internal Piece MethodPiece;
    internal Piece UriPiece;
    internal Piece ReasonPiece;

    /// <summary>True for a request, false for a response.</summary>
    public bool IsRequest { get; internal set; }

    /// <summary>The request's method; of a response the method in CSeq. <see cref="SipMethod.Other"/> when it has no number.</summary>
    public SipMethod Method { get; internal set; }

    /// <summary>The request's method by name; of a response the one in CSeq.</summary>
    public ReadOnlySpan<byte> MethodName => IsRequest ? MethodPiece.Of(Data) : CSeqMethodPiece.Of(Data);

    /// <summary>The request-URI; empty for a response.</summary>
    public ReadOnlySpan<byte> RequestUri => UriPiece.Of(Data);

    /// <summary>The status code, 100–699; 0 for a request.</summary>
    public int StatusCode { get; internal set; }

    /// <summary>The reason phrase; empty for a request.</summary>
    public ReadOnlySpan<byte> Reason => ReasonPiece.Of(Data);

    /// <summary>
    /// <see cref="SipFault.IsNone"/> for a well-formed message. Otherwise what is wrong with this request, which has at least a usable top Via so that it
    /// can be answered; the headers found can be read.
    /// </summary>
    public SipFault Fault { get; internal set; }

    /// <summary>Milliseconds it waited in the system's buffer before it was read; 0 where that is not known.</summary>
    internal int Waited { get; set; }

    /// <summary>The body; empty when there is none.</summary>
    public ReadOnlySpan<byte> Body => Data.AsSpan(BodyStart, End - BodyStart);

    /// <summary>The whole message, from the start line to the end of the body. Line folds have become blanks.</summary>
    public ReadOnlySpan<byte> Bytes => Data.AsSpan(Start, End - Start);

    /// <summary>The buffer that holds the message; null for a copy made by <see cref="ToOwned"/>.</summary>
    public PacketBuffer? Buffer => _buffer;

    /// <summary>Number of header lines.</summary>
    public int HeaderCount => Count;

    /// <summary>A header line by position, in the order received.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The index is negative or not below <see cref="HeaderCount"/>.</exception>
    public HeaderView Header(int index)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)index, (uint)Count, nameof(index));
        ref readonly var entry = ref Entries[index];
        return new HeaderView(entry.Id, Data.AsSpan(entry.NameStart, entry.NameLength), Data.AsSpan(entry.ValueStart, entry.ValueLength));
    }

    /// <summary>True when there is such a line.</summary>
    public bool Has(HeaderId id) => First[(int)id] != 0;

    /// <summary>The value of the first such line; empty when there is none.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ReadOnlySpan<byte> Value(HeaderId id)
    {
        int first = First[(int)id];
        return first == 0 ? default : ValueAt(first - 1); // of Unknown there is no first: those are found by name
    }

    /// <summary>The value of the first line of this name, long or compact, in any case; empty when there is none.</summary>
    public ReadOnlySpan<byte> Value(ReadOnlySpan<byte> name)
    {
        var id = HeaderNames.Find(name);
        if (id != HeaderId.Unknown)
            return Value(id);
        for (var i = FirstIndex(id); i < Count; i = NextIndex(id, i + 1))
        {
            ref readonly var entry = ref Entries[i];
            if (Ascii.EqualsIgnoreCase(Data.AsSpan(entry.NameStart, entry.NameLength), name))
                return ValueAt(i);
        }

        return default;
    }

    /// <summary>The values of all lines of this header field, one by one.</summary>
    public HeaderLines Lines(HeaderId id) => new(this, id);

    /// <summary>The values of this header field, with lines split at their commas.</summary>
    public HeaderValues Values(HeaderId id) => new(Lines(id));

    /// <summary>The value of the first such line as text (UTF-8, RFC 3261 §7); null when there is none. Allocates.</summary>
    public string? GetString(HeaderId id) => Has(id) ? Encoding.UTF8.GetString(Value(id)) : null;

    /// <summary>The value of the first line of this name as text (UTF-8); null when there is none or it is empty. Allocates.</summary>
    public string? GetString(string name)
    {
        var value = Value(Encoding.ASCII.GetBytes(name));
        return value.IsEmpty ? null : Encoding.UTF8.GetString(value);
    }

    /// <summary>True when a list such as Supported, Require or Allow has this token, without regard to case; parameters of the entries do not count.</summary>
    public bool HasToken(HeaderId id, ReadOnlySpan<byte> token)
    {
        foreach (var value in Values(id))
        {
            var semicolon = value.IndexOf((byte)';');
            var word = semicolon < 0 ? value : SipSyntax.Trim(value[..semicolon]);
            if (Ascii.EqualsIgnoreCase(word, token))
                return true;
        }

        return false;
    }

    /// <summary>Takes one more reference. Does nothing on an owned copy.</summary>
    /// <returns>This message.</returns>
    public SipMessage AddRef()
    {
        if (_pool is null)
            return this;
        var count = Interlocked.Increment(ref _references);
        Debug.Assert(count > 1, "AddRef on a message that was already returned to its pool");
        return this;
    }

    /// <summary>Gives one reference back; the last one returns the message and its buffer to their pools. Does nothing on an owned copy.</summary>
    public void Release()
    {
        if (_pool is null)
            return;
        // The only reference is the caller's, and nobody else can take one: no atomic operation is needed to end it.
        var count = Volatile.Read(ref _references) == 1 ? _references = 0 : Interlocked.Decrement(ref _references);
        Debug.Assert(count >= 0, "message released more often than it was referenced");
        if (count == 0)
            _pool.Return(this);
    }

    /// <summary>A copy on the heap that lives as long as it is referenced; an owned copy returns itself.</summary>
    public SipMessage ToOwned()
    {
        if (_pool is null)
            return this;
        var copy = new SipMessage(null, Entries.AsSpan(0, Count).ToArray())
        {
            Data = Bytes.ToArray(),
            First = First,
            Count = Count,
            BodyStart = BodyStart - Start,
            End = End - Start,
            MethodPiece = Shift(MethodPiece),
            UriPiece = Shift(UriPiece),
            ReasonPiece = Shift(ReasonPiece),
            IsRequest = IsRequest,
            Method = Method,
            StatusCode = StatusCode,
            Fault = Fault,
        };
        foreach (ref var entry in copy.Entries.AsSpan())
        {
            entry.NameStart -= Start;
            entry.ValueStart -= Start;
        }

        copy.CopyTyped(this);
        return copy;
    }

    /// <summary>The start line as text, for logs.</summary>
    public override string ToString() => IsRequest
        ? $"{Encoding.UTF8.GetString(MethodName)} {Encoding.UTF8.GetString(RequestUri)}"
        : $"{StatusCode} {Encoding.UTF8.GetString(Reason)} ({Encoding.UTF8.GetString(MethodName)})";

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal ReadOnlySpan<byte> ValueAt(int index)
    {
        ref readonly var entry = ref Entries[index];
        return Data.AsSpan(entry.ValueStart, entry.ValueLength);
    }

    /// <summary>Index of the first line of this header field; <see cref="HeaderCount"/> when there is none.</summary>
    internal int FirstIndex(HeaderId id)
    {
        if (id == HeaderId.Unknown)
            return NextIndex(id, 0);
        var first = First[(int)id];
        return first == 0 ? Count : first - 1;
    }

    internal int NextIndex(HeaderId id, int from)
    {
        while (from < Count && Entries[from].Id != id)
            from++;
        return from;
    }

    internal void Rented()
    {
        Debug.Assert(_references == 0, "a rented message was still referenced");
        _references = 1;
    }

    /// <summary>Makes it an empty message of <paramref name="end"/> bytes, before it is parsed.</summary>
    internal void Reset(int end)
    {
        First = default;
        Start = 0;
        BodyStart = end;
        End = end;
        Count = 0;
        MethodPiece = default;
        UriPiece = default;
        ReasonPiece = default;
        CSeqMethodPiece = default;
        IsRequest = false;
        Method = SipMethod.Other;
        StatusCode = 0;
        Fault = default;
        Waited = 0;
        Known = Parsed.None;
    }

    /// <summary>Takes over one reference of the buffer.</summary>
    internal void Take(PacketBuffer buffer) => _buffer = buffer;

    internal void Clear()
    {
        var buffer = _buffer;
        _buffer = null;
        Data = [];
        buffer?.Release();
    }

    private Piece Shift(Piece piece) => piece.IsEmpty ? default : new Piece(piece.Start - Start, piece.Length);

    /// <summary>One byte per known header field, inside the object.</summary>
    [System.Runtime.CompilerServices.InlineArray(Size)]
    internal struct FirstHeaders
    {
        public const int Size = 128;
        private byte _first;
    }
}
