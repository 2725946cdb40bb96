using System.Threading.Channels;
using Parley.Media.Engine;
using Parley.Media.Rtp;

namespace Parley.Media.Playback;

/// <summary>What a stream hears as the codec's payloads, in order, without duplicates or telephone events. One reading operation at a time.</summary>
public sealed class EncodedReader : IAsyncDisposable
{
    // One second of 20 ms packets, as for PCM; a slower reader loses the newest.
    private const int MaxWaiting = 50;

    private readonly AudioStream _stream;
    private readonly Channel<JitterFrame> _frames =
        Channel.CreateBounded<JitterFrame>(new BoundedChannelOptions(MaxWaiting) { SingleReader = true, FullMode = BoundedChannelFullMode.Wait });

    private readonly CancellationTokenRegistration _ended;
    private long _dropped;

    internal EncodedReader(AudioStream stream)
    {
        _stream = stream;
        Tap = new Queue(this);
        _ended = stream.Ended.UnsafeRegister(static state => ((EncodedReader)state!)._frames.Writer.TryComplete(), this);
    }

    /// <summary>Payloads dropped because nobody read them in time.</summary>
    public long Dropped => Volatile.Read(ref _dropped);

    internal EncodedTap Tap { get; }

    /// <summary>Waits for a payload and copies it.</summary>
    /// <param name="payload">Room for it: 2048 bytes hold any.</param>
    /// <param name="cancel">Ends the waiting.</param>
    /// <returns>The frame, or null when the stream has ended or the reader was disposed of.</returns>
    /// <exception cref="ArgumentException"><paramref name="payload"/> is too small for the payload, which is lost.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="cancel"/> fired.</exception>
    public async ValueTask<EncodedFrame?> ReadAsync(Memory<byte> payload, CancellationToken cancel = default)
    {
        while (await _frames.Reader.WaitToReadAsync(cancel).ConfigureAwait(false))
        {
            if (!_frames.Reader.TryRead(out var frame))
                continue;
            try
            {
                if (frame.Length > payload.Length)
                    throw new ArgumentException($"The payload has {frame.Length} bytes, there is room for {payload.Length}.", nameof(payload));
                frame.Payload.CopyTo(payload.Span);
                return new(frame.Length, frame.PayloadType, frame.Timestamp, frame.Marker);
            }
            finally
            {
                frame.Packet.Release();
            }
        }

        return null;
    }

    /// <summary>Stops listening and gives back what was not read.</summary>
    public async ValueTask DisposeAsync()
    {
        _stream.OnLane(() => _stream.Detach(Tap));
        await _ended.DisposeAsync().ConfigureAwait(false);
        _frames.Writer.TryComplete();
        while (_frames.Reader.TryRead(out var frame))
            frame.Packet.Release();
    }

    private sealed class Queue(EncodedReader reader) : EncodedTap
    {
        public override void Write(in JitterFrame frame)
        {
            frame.Packet.AddRef();
            if (reader._frames.Writer.TryWrite(frame))
                return;
            frame.Packet.Release();
            reader._dropped++;
        }
    }
}
