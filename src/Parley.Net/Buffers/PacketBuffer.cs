using System.Diagnostics;

namespace Parley.Net;

/// <summary>
/// A pooled, reference-counted byte buffer: one received datagram or one message to send.
/// </summary>
/// <remarks>
/// Ownership: whoever rents it owns one reference. Passing it to a method lends it for the call; a callee that keeps it calls
/// <see cref="AddRef"/> and later <see cref="Release"/>. The last release returns it to its pool; touching it afterwards is a bug,
/// which debug builds assert. The content is written only by the owner of the only reference.
/// </remarks>
public sealed class PacketBuffer
{
    private readonly PacketPool _pool;
    private int _references;

    internal PacketBuffer(PacketPool pool, byte[] array)
    {
        _pool = pool;
        Array = array;
    }

    /// <summary>The whole storage; pinned, so its address may be handed to the operating system.</summary>
    public byte[] Array { get; }

    /// <summary>Number of bytes in use, from offset 0.</summary>
    public int Length { get; set; }

    /// <summary>Number of bytes the buffer can hold.</summary>
    public int Capacity => Array.Length;

    /// <summary>The bytes in use.</summary>
    public Span<byte> Span => Array.AsSpan(0, Length);

    /// <summary>The bytes in use, as memory.</summary>
    public Memory<byte> Memory => Array.AsMemory(0, Length);

    /// <summary>Takes one more reference.</summary>
    /// <returns>This buffer.</returns>
    public PacketBuffer AddRef()
    {
        var count = Interlocked.Increment(ref _references);
        Debug.Assert(count > 1, "AddRef on a buffer that was already returned to its pool");
        return this;
    }

    /// <summary>Gives one reference back; the last one returns the buffer to its pool.</summary>
    public void Release()
    {
        // The only reference is the caller's, and nobody else can take one: no atomic operation is needed to end it.
        var count = Volatile.Read(ref _references) == 1 ? _references = 0 : Interlocked.Decrement(ref _references);
        Debug.Assert(count >= 0, "buffer released more often than it was referenced");
        if (count == 0)
            _pool.Return(this);
    }

    /// <summary>True when somebody besides the owner asking holds a reference.</summary>
    internal bool IsShared => Volatile.Read(ref _references) > 1;

    internal void Rented()
    {
        Debug.Assert(_references == 0, "a rented buffer was still referenced");
        _references = 1;
        Length = 0;
    }
}
