using System.Buffers;
using System.Buffers.Binary;

namespace Parley.Services.Locations;

/// <summary>Writes a record in pooled memory. Passed on by <c>ref</c> only; <see cref="Dispose"/> gives the memory back.</summary>
internal ref struct BindingWriter
{
    /// <summary>Bytes of a binding before its source and texts.</summary>
    public const int FixedSize = 31;

    private byte[] _data;
    private int _at;

    /// <summary>Makes a writer for a record of about this size.</summary>
    public BindingWriter(int size)
    {
        _data = ArrayPool<byte>.Shared.Rent(size + 1);
        _data[0] = BindingRecord.Version;
        _at = 1;
    }

    /// <summary>Bindings written.</summary>
    public int Count { get; private set; }

    /// <summary>Copies a binding as it is.</summary>
    public void Copy(scoped in BindingReader binding)
    {
        Ensure(binding.Raw.Length);
        binding.Raw.CopyTo(_data.AsSpan(_at));
        _at += binding.Raw.Length;
        Count++;
    }

    /// <summary>Writes a binding. False when it is longer than a binding may be.</summary>
    public bool TryWrite(scoped in BindingReader binding, int limit)
    {
        var source = !binding.Source.HasValue ? 0 : binding.Source.IsV6 ? 18 : 6;
        var size = FixedSize + source + (7 * 2) + binding.Contact.Length + binding.DisplayName.Length + binding.Parameters.Length + binding.Instance.Length
            + binding.Path.Length + binding.CallId.Length + binding.UserAgent.Length;
        if (size > Math.Min(limit, ushort.MaxValue))
            return false;
        Ensure(size + 2);
        Put((ushort)size);
        Put(binding.Id);
        Put(binding.Expires);
        Put(binding.Updated);
        Put(binding.CSeq);
        Put(binding.RegId);
        Put(binding.Q);
        var place = source == 0 ? 0 : source == 18 ? BindingFlags.HasSource | BindingFlags.SourceIsV6 : BindingFlags.HasSource;
        _data[_at++] = (byte)((binding.Flags & BindingFlags.Transport) | place);
        BinaryPrimitives.WriteUInt64LittleEndian(_data.AsSpan(_at), binding.GruuEpoch);
        _at += 8;
        PutSource(binding, source);
        Put(binding.Contact);
        Put(binding.DisplayName);
        Put(binding.Parameters);
        Put(binding.Instance);
        Put(binding.Path);
        Put(binding.CallId);
        Put(binding.UserAgent);
        Count++;
        return true;
    }

    /// <summary>The record; <see cref="BindingRecord.None"/> when nothing was written.</summary>
    public readonly byte[] ToArray() => Count == 0 ? BindingRecord.None : _data.AsSpan(0, _at).ToArray();

    public void Dispose()
    {
        ArrayPool<byte>.Shared.Return(_data);
        _data = [];
    }

    private void PutSource(scoped in BindingReader binding, int size)
    {
        if (size == 0)
            return;
        if (size == 18)
            BinaryPrimitives.WriteUInt128LittleEndian(_data.AsSpan(_at), binding.Source.AddressBits);
        else
            BinaryPrimitives.WriteUInt32LittleEndian(_data.AsSpan(_at), (uint)binding.Source.AddressBits);
        _at += size - 2;
        Put((ushort)binding.Source.Port);
    }

    private void Put(uint number)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(_data.AsSpan(_at), number);
        _at += 4;
    }

    private void Put(ushort number)
    {
        BinaryPrimitives.WriteUInt16LittleEndian(_data.AsSpan(_at), number);
        _at += 2;
    }

    private void Put(scoped ReadOnlySpan<byte> text)
    {
        Put((ushort)text.Length);
        text.CopyTo(_data.AsSpan(_at));
        _at += text.Length;
    }

    private void Ensure(int more)
    {
        if (_at + more <= _data.Length)
            return;
        var larger = ArrayPool<byte>.Shared.Rent(Math.Max(_at + more, _data.Length * 2));
        _data.AsSpan(0, _at).CopyTo(larger);
        ArrayPool<byte>.Shared.Return(_data);
        _data = larger;
    }
}
