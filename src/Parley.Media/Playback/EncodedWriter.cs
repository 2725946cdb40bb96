using System.Threading.Channels;
using Parley.Media.Engine;
using Parley.Net;

namespace Parley.Media.Playback;

/// <summary>A queue of ready payloads that a stream sends one per packet interval, while nothing else plays.</summary>
public sealed class EncodedWriter : IAsyncDisposable, IEncodedSource
{
    // 200 ms of 20 ms packets, as for PCM.
    private const int MaxWaiting = 10;

    private readonly AudioStream _stream;
    private readonly PacketPool _pool;
    private readonly Channel<PacketBuffer> _payloads =
        Channel.CreateBounded<PacketBuffer>(new BoundedChannelOptions(MaxWaiting) { SingleReader = true, FullMode = BoundedChannelFullMode.Wait });

    private readonly TaskCompletionSource<bool> _opened = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenRegistration _ended;

    internal EncodedWriter(AudioStream stream)
    {
        _stream = stream;
        _pool = stream.Engine.Network.Pool;
        _ended = stream.Ended.UnsafeRegister(static state => ((EncodedWriter)state!).Close(), this);
    }

    /// <summary>Queues a payload of one packet interval, waiting while the queue is full.</summary>
    /// <param name="payload">Encoded with <see cref="AudioStream.Codec"/>; at most 2000 bytes.</param>
    /// <param name="cancel">Ends the waiting.</param>
    /// <returns>False when the stream has ended.</returns>
    /// <exception cref="InvalidOperationException">Another encoded writer is open on the stream.</exception>
    /// <exception cref="ArgumentException">The payload is empty or too long.</exception>
    public async ValueTask<bool> WriteAsync(ReadOnlyMemory<byte> payload, CancellationToken cancel = default)
    {
        if (payload.Length is 0 or > 2000)
            throw new ArgumentException($"A payload has 1 to 2000 bytes, not {payload.Length}.", nameof(payload));
        if (!await _opened.Task.WaitAsync(cancel).ConfigureAwait(false) && !_stream.IsEnding)
            throw new InvalidOperationException("Another encoded writer is open on this stream.");
        var buffer = _pool.Rent(payload.Length);
        buffer.Length = payload.Length;
        payload.Span.CopyTo(buffer.Array);
        try
        {
            await _payloads.Writer.WriteAsync(buffer, cancel).ConfigureAwait(false);
            return true;
        }
        catch (ChannelClosedException)
        {
            buffer.Release();
            return false;
        }
        catch (OperationCanceledException)
        {
            buffer.Release();
            throw;
        }
    }

    /// <summary>Ends it at once; what is queued is not sent.</summary>
    public async ValueTask DisposeAsync()
    {
        _stream.OnLane(() => _stream.Detach(this));
        await _ended.DisposeAsync().ConfigureAwait(false);
        Close();
    }

    internal void Opened(bool attached) => _opened.TrySetResult(attached);

    bool IEncodedSource.TryRead(Span<byte> payload, out int length)
    {
        length = 0;
        if (!_payloads.Reader.TryRead(out var buffer))
            return false;
        length = buffer.Length;
        buffer.Span.CopyTo(payload);
        buffer.Release();
        return true;
    }

    private void Close()
    {
        _opened.TrySetResult(false);
        _payloads.Writer.TryComplete();
        while (_payloads.Reader.TryRead(out var buffer))
            buffer.Release();
    }
}
