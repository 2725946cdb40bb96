using Parley.Media.Audio;
using Parley.Media.Recording;

namespace Parley.Media.Files;

/// <summary>
/// Records both directions of a call into one WAV. <see cref="Write"/> is for a media lane: it copies into a bounded queue and
/// returns. A background task moves the audio to the file every <see cref="WavRecorderOptions.FlushInterval"/>, so that the file
/// is a valid WAV at every moment (see <see cref="WavWriter"/>) and a process that dies loses that much at most.
/// </summary>
public sealed class WavRecorder : IStereoSink, IAsyncDisposable
{
    private const int PieceSamples = 1024;
    private const int UsualRate = 8000;

    private readonly WavWriter _writer;
    private readonly bool _mono;
    private readonly PcmQueue _queue;
    private readonly short[] _joined = new short[PieceSamples]; // the lane's
    private readonly short[] _piece = new short[PieceSamples]; // the writing task's
    private readonly CancellationTokenSource _stop = new();
    private volatile bool _paused;
    private long _taken;
    private long _dropped;
    private int _disposed;

    /// <summary>Begins a recording.</summary>
    /// <param name="stream">Where to; writable and seekable; closed with the recorder.</param>
    /// <param name="options">How; the defaults when null.</param>
    /// <exception cref="ArgumentException">The stream cannot seek or write.</exception>
    /// <exception cref="ArgumentOutOfRangeException">An option is outside its range.</exception>
    public WavRecorder(Stream stream, WavRecorderOptions? options = null)
    {
        options ??= new();
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(options.FlushInterval, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(options.Queue, options.FlushInterval);
        SampleRate = options.SampleRate == 0 ? UsualRate : options.SampleRate;
        _mono = options.Layout == RecordingLayout.Mono;
        _writer = new WavWriter(stream, SampleRate, _mono ? 1 : 2, encoding: options.Encoding);
        _queue = new PcmQueue((int)(options.Queue.TotalSeconds * SampleRate) * _writer.Channels);
        // Made here so that the first tick counts from the beginning of the recording, whenever the task gets to run.
        var timer = new PeriodicTimer(options.FlushInterval, options.Time);
        Completion = Task.Run(() => WriteAsync(timer));
    }

    /// <inheritdoc/>
    public int SampleRate { get; }

    /// <summary>Length recorded so far, pauses included: they are silence.</summary>
    public TimeSpan Length => TimeSpan.FromSeconds((double)Volatile.Read(ref _taken) / SampleRate);

    /// <summary>Whether it is paused.</summary>
    public bool IsPaused => _paused;

    /// <summary>Samples per channel that were lost because the file could not be written fast enough, or no more.</summary>
    public long DroppedSamples => Volatile.Read(ref _dropped);

    /// <summary>
    /// Ends when the recorder has been disposed and everything is in the file. Faults with the <see cref="IOException"/> that ended
    /// the recording early; what was written before stays valid.
    /// </summary>
    public Task Completion { get; }

    /// <summary>Begins a recording in a new file, replacing one that is there.</summary>
    /// <param name="path">Path of the file.</param>
    /// <param name="options">How; the defaults when null.</param>
    /// <exception cref="IOException">The file cannot be created.</exception>
    public static WavRecorder Create(string path, WavRecorderOptions? options = null) =>
        new(new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.Read, 1), options);

    /// <summary>Records silence instead of both sides until <see cref="Resume"/>: what is said meanwhile is nowhere, and everything behind stays at its time.</summary>
    public void Pause() => _paused = true;

    /// <summary>Ends <see cref="Pause"/>.</summary>
    public void Resume() => _paused = false;

    /// <summary>Takes what was received (left) and sent (right) in the same time. One thread at a time.</summary>
    /// <param name="left">Samples received.</param>
    /// <param name="right">As many samples sent.</param>
    /// <exception cref="ArgumentException">The lengths differ.</exception>
    public void Write(ReadOnlySpan<short> left, ReadOnlySpan<short> right)
    {
        if (left.Length != right.Length) throw new ArgumentException($"{left.Length} samples were received but {right.Length} sent.", nameof(right));
        var most = PieceSamples / _writer.Channels;
        Volatile.Write(ref _taken, _taken + left.Length);
        while (!left.IsEmpty)
        {
            var count = Math.Min(left.Length, most);
            Queue(left[..count], right[..count]);
            left = left[count..];
            right = right[count..];
        }
    }

    /// <summary>Writes what is left and closes the file. Does not throw for a fault of the file; see <see cref="Completion"/>.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0) return;
        await _stop.CancelAsync().ConfigureAwait(false);
        await Completion.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
    }

    private void Queue(ReadOnlySpan<short> left, ReadOnlySpan<short> right)
    {
        int samples;
        if (_mono)
        {
            left.CopyTo(_joined);
            Mixer.AddSaturated(_joined, right);
            samples = left.Length;
        }
        else
        {
            for (var i = 0; i < left.Length; i++)
            {
                _joined[2 * i] = left[i];
                _joined[(2 * i) + 1] = right[i];
            }
            samples = 2 * left.Length;
        }
        if (_paused) _joined.AsSpan(0, samples).Clear();
        // Everything in and out of the queue comes in pairs, and its capacity is even, so the channels cannot change places.
        var lost = samples - _queue.Write(_joined.AsSpan(0, samples));
        if (lost > 0) Volatile.Write(ref _dropped, _dropped + (lost / _writer.Channels));
    }

    private async Task WriteAsync(PeriodicTimer timer)
    {
        using var writer = _writer;
        using var ticks = timer;
        try
        {
            while (await ticks.WaitForNextTickAsync(_stop.Token).ConfigureAwait(false))
            {
                Drain();
                writer.Flush();
            }
        }
        catch (OperationCanceledException)
        {
            Drain(); // disposed: what came last; the writer flushes when it is disposed
        }
    }

    private void Drain()
    {
        int count;
        while ((count = _queue.Read(_piece)) > 0)
            _writer.Write(_piece.AsSpan(0, count));
    }
}
