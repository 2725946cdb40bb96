namespace Parley.Media.Tests.Files;

/// <summary>Gives its bytes in small pieces, and may stall for ever or break after so many.</summary>
internal sealed class TrickleStream(byte[] bytes, int piece, int stallAfter = int.MaxValue, int failAfter = int.MaxValue) : Stream
{
    public int Given { get; private set; }

    public bool Disposed { get; private set; }

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => Given;
        set => throw new NotSupportedException();
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        await Task.Yield();
        if (Given >= failAfter) throw new IOException("broken");
        if (Given >= stallAfter) await Task.Delay(Timeout.Infinite, cancellationToken);
        var end = Math.Min(Math.Min(bytes.Length, failAfter), stallAfter);
        var count = Math.Min(Math.Min(piece, buffer.Length), end - Given);
        bytes.AsMemory(Given, count).CopyTo(buffer);
        Given += count;
        return count;
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Flush()
    {
    }

    protected override void Dispose(bool disposing)
    {
        Disposed = true;
        base.Dispose(disposing);
    }
}
