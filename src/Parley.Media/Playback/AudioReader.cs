using System.Runtime.CompilerServices;
using Parley.Media.Audio;
using Parley.Media.Engine;

namespace Parley.Media.Playback;

/// <summary>
/// What a stream hears, as mono 16-bit PCM at a steady pace: silence is delivered as silence, loss concealed. One reading operation at a time.
/// </summary>
public sealed class AudioReader : IAsyncDisposable
{
    private readonly AudioStream _stream;
    private readonly PcmRing _ring;
    private readonly AsyncSignal _arrived = new();
    private readonly CancellationTokenRegistration _ended;
    private long _dropped;
    private volatile bool _closed;

    internal AudioReader(AudioStream stream, AudioReaderOptions options)
    {
        if (options.SampleRate is not 0 and (< 4000 or > 192_000))
            throw new ArgumentException($"{nameof(options.SampleRate)} must be 4000 to 192000, not {options.SampleRate}.", nameof(options));
        if (options.Buffer < TimeSpan.FromMilliseconds(100) || options.Buffer > TimeSpan.FromMinutes(1))
            throw new ArgumentException($"{nameof(options.Buffer)} must be 100 ms to 1 min, not {options.Buffer}.", nameof(options));
        _stream = stream;
        SampleRate = options.SampleRate != 0 ? options.SampleRate : stream.Codec?.SampleRate ?? 8000;
        _ring = new((int)(SampleRate * options.Buffer.TotalSeconds));
        Port = new(new Sink(this));
        _ended = stream.Ended.UnsafeRegister(static state => ((AudioReader)state!).Close(), this);
    }

    /// <summary>Samples per second delivered.</summary>
    public int SampleRate { get; }

    /// <summary>Samples dropped because nobody read them in time.</summary>
    public long Dropped => Volatile.Read(ref _dropped);

    internal SinkPort Port { get; }

    /// <summary>Waits for audio and copies what there is.</summary>
    /// <param name="pcm">Room for at least one sample.</param>
    /// <param name="cancel">Ends the waiting.</param>
    /// <returns>Samples copied; 0 when the stream has ended or the reader was disposed of, and all was read.</returns>
    /// <exception cref="InvalidOperationException">Another read is waiting.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="cancel"/> fired.</exception>
    public async ValueTask<int> ReadAsync(Memory<short> pcm, CancellationToken cancel = default)
    {
        if (pcm.IsEmpty)
            throw new ArgumentException("There is no room for a sample.", nameof(pcm));
        using var registration = cancel.UnsafeRegister(static state => ((AsyncSignal)state!).Set(), _arrived);
        while (true)
        {
            cancel.ThrowIfCancellationRequested();
            var closed = _closed;
            var count = _ring.Read(pcm.Span);
            if (count > 0 || closed)
                return count;
            await _arrived.WaitAsync().ConfigureAwait(false);
        }
    }

    /// <summary>Whole frames until the stream ends. Each is valid until the next is asked for.</summary>
    /// <param name="milliseconds">Length of a frame, at least 1.</param>
    /// <param name="cancel">Ends the waiting.</param>
    public async IAsyncEnumerable<ReadOnlyMemory<short>> FramesAsync(int milliseconds = 20, [EnumeratorCancellation] CancellationToken cancel = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(milliseconds, 1);
        var frame = new short[SampleRate * milliseconds / 1000];
        for (var filled = 0; ;)
        {
            var count = await ReadAsync(frame.AsMemory(filled), cancel).ConfigureAwait(false);
            if (count == 0)
                yield break;
            filled += count;
            if (filled < frame.Length)
                continue;
            yield return frame;
            filled = 0;
        }
    }

    /// <summary>Stops listening.</summary>
    public async ValueTask DisposeAsync()
    {
        _stream.OnLane(() => _stream.Detach(Port));
        await _ended.DisposeAsync().ConfigureAwait(false);
        Close();
    }

    private void Close()
    {
        _closed = true;
        _arrived.Set();
    }

    private sealed class Sink(AudioReader reader) : IAudioSink
    {
        public int SampleRate => reader.SampleRate;

        public void Write(ReadOnlySpan<short> pcm)
        {
            var written = reader._ring.Write(pcm);
            reader._dropped += pcm.Length - written;
            reader._arrived.Set();
        }
    }
}
