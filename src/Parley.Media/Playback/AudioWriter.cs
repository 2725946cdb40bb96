using Parley.Media.Audio;
using Parley.Media.Engine;

namespace Parley.Media.Playback;

/// <summary>A queue of mono 16-bit PCM that a stream sends at the pace of the media clock. One writing operation at a time.</summary>
public sealed class AudioWriter : IAsyncDisposable
{
    private readonly AudioStream _stream;
    private readonly PcmRing _ring;
    private readonly AsyncSignal _room = new();
    private readonly TaskCompletionSource _drained = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile bool _completed;
    private volatile bool _closed;

    internal AudioWriter(AudioStream stream, AudioWriterOptions options)
    {
        if (options.SampleRate is not 0 and (< 4000 or > 192_000))
            throw new ArgumentException($"{nameof(options.SampleRate)} must be 4000 to 192000, not {options.SampleRate}.", nameof(options));
        if (options.Buffer < TimeSpan.FromMilliseconds(60) || options.Buffer > TimeSpan.FromMinutes(1))
            throw new ArgumentException($"{nameof(options.Buffer)} must be 60 ms to 1 min, not {options.Buffer}.", nameof(options));
        _stream = stream;
        SampleRate = options.SampleRate != 0 ? options.SampleRate : stream.Codec?.SampleRate ?? 8000;
        _ring = new((int)(SampleRate * options.Buffer.TotalSeconds));
        Input = new(new Source(this), (_, _) => Close());
    }

    /// <summary>Samples per second expected.</summary>
    public int SampleRate { get; }

    /// <summary>Audio queued and not yet sent.</summary>
    public TimeSpan Queued => TimeSpan.FromSeconds(_ring.Count / (double)SampleRate);

    internal MixInput Input { get; }

    /// <summary>Queues all of <paramref name="pcm"/>, waiting while the queue is full.</summary>
    /// <returns>False when the stream has ended: the rest will not be heard.</returns>
    /// <exception cref="InvalidOperationException">Another write is waiting, or the writer was completed.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="cancel"/> fired; part may have been queued.</exception>
    public async ValueTask<bool> WriteAsync(ReadOnlyMemory<short> pcm, CancellationToken cancel = default)
    {
        if (_completed && !_closed)
            throw new InvalidOperationException("The writer was completed; nothing can be written behind its end.");
        using var registration = cancel.UnsafeRegister(static state => ((AsyncSignal)state!).Set(), _room);
        while (!_closed)
        {
            cancel.ThrowIfCancellationRequested();
            pcm = pcm[_ring.Write(pcm.Span)..];
            if (pcm.IsEmpty)
                return true;
            await _room.WaitAsync().ConfigureAwait(false);
        }

        return false;
    }

    /// <summary>Says that no more will be written; completes when everything was sent or the stream has ended.</summary>
    public Task CompleteAsync()
    {
        _completed = true;
        return _drained.Task;
    }

    /// <summary>Drops what has not been sent, so that the next write is heard at once: somebody interrupted.</summary>
    public void Clear() => _stream.OnLane(() =>
    {
        // On the lane: the queue's reading side is there.
        Span<short> dropped = stackalloc short[512];
        while (_ring.Read(dropped) > 0)
        {
        }

        _room.Set();
    });

    /// <summary>Ends it at once; what is queued is not sent.</summary>
    public ValueTask DisposeAsync()
    {
        _completed = true;
        _stream.OnLane(() =>
        {
            _stream.Detach(Input);
            Close();
        });
        return new(_drained.Task);
    }

    private void Close()
    {
        _closed = true;
        _completed = true;
        _drained.TrySetResult();
        _room.Set();
    }

    private sealed class Source(AudioWriter writer) : IAudioSource
    {
        public int SampleRate => writer.SampleRate;

        public bool Ended => writer._completed && writer._ring.Count == 0;

        public int Read(Span<short> pcm)
        {
            var count = writer._ring.Read(pcm);
            if (count > 0)
                writer._room.Set();
            return count;
        }
    }
}
