using Parley.Media.Audio;
using Parley.Media.Recording;

namespace Parley.Media.Files;

/// <summary>
/// Records both directions of a call into one WAV. <see cref="Write"/> runs on the media lane, whose clock has laid both directions side by side: it
/// copies into a bounded queue and returns. A background task moves the audio to the file every <see cref="WavRecorderOptions.FlushInterval"/>, so that the
/// file is a valid WAV at every moment and a process that dies loses that much at most.
/// </summary>
public sealed class WavRecorder : IStereoSink, IAsyncDisposable
{
    private const int PieceSamples = 2048;

    private readonly WavWriter _writer;
    private readonly WavRecorderOptions _options;
    private readonly PcmRing _queue; // interleaved; written by the lane, read by the task
    private readonly short[] _frame = new short[PieceSamples];
    private readonly short[] _piece = new short[PieceSamples];
    private readonly CancellationTokenSource _stop = new();
    private long _dropped;
    private int _disposed;

    /// <summary>Begins a recording.</summary>
    /// <param name="stream">Where to; writable and seekable; closed with the recorder.</param>
    /// <param name="options">How; the defaults when null.</param>
    /// <exception cref="ArgumentException">The stream cannot seek or write.</exception>
    /// <exception cref="ArgumentOutOfRangeException">An option is outside its range.</exception>
    public WavRecorder(Stream stream, WavRecorderOptions? options = null)
    {
        _options = options ?? new();
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(_options.FlushInterval, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(_options.Queue, _options.FlushInterval);
        _writer = new WavWriter(stream, _options.SampleRate, Channels);
        _queue = new PcmRing((int)(_options.Queue.TotalSeconds * _options.SampleRate) * Channels);
        // Made here so that the first tick counts from the beginning of the recording, whenever the task gets to run.
        var timer = new PeriodicTimer(_options.FlushInterval, _options.Time);
        Completion = Task.Run(() => WriteAsync(timer));
    }

    /// <inheritdoc/>
    public int SampleRate => _options.SampleRate;

    /// <summary>Samples a channel that were lost because the file could not be written fast enough, or no more.</summary>
    public long DroppedSamples => Volatile.Read(ref _dropped);

    /// <summary>
    /// Ends when the recorder has been disposed and everything is in the file. Faults with the <see cref="IOException"/> that ended
    /// the recording early; what was written before stays valid.
    /// </summary>
    public Task Completion { get; }

    private int Channels => _options.Layout == RecordingLayout.Stereo ? 2 : 1;

    /// <summary>Begins a recording in a new file, replacing one that is there.</summary>
    /// <param name="path">Path of the file.</param>
    /// <param name="options">How; the defaults when null.</param>
    /// <exception cref="IOException">The file cannot be created.</exception>
    public static WavRecorder Create(string path, WavRecorderOptions? options = null) =>
        new(new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.Read, 1), options);

    /// <inheritdoc/>
    public void Write(ReadOnlySpan<short> left, ReadOnlySpan<short> right)
    {
        var most = PieceSamples / Channels;
        while (!left.IsEmpty)
        {
            var count = Math.Min(left.Length, most);
            var joined = Join(left[..count], right[..count]);
            // Whole pairs only: half a pair would exchange the channels for the rest of the file.
            if (_queue.Capacity - _queue.Count >= joined.Length)
                _queue.Write(joined);
            else
                Volatile.Write(ref _dropped, _dropped + count);
            left = left[count..];
            right = right[count..];
        }
    }

    /// <summary>Writes what is left and closes the file. Does not throw for a fault of the file; see <see cref="Completion"/>.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 0)
            await _stop.CancelAsync().ConfigureAwait(false);
        await Completion.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
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
                _writer.Flush();
            }
        }
        catch (OperationCanceledException)
        {
            Drain();
        }
    }

    private void Drain()
    {
        while (_queue.Read(_piece) is > 0 and var count)
            _writer.Write(_piece.AsSpan(0, count));
    }

    private ReadOnlySpan<short> Join(ReadOnlySpan<short> left, ReadOnlySpan<short> right)
    {
        if (_options.Layout == RecordingLayout.Mono)
        {
            for (var i = 0; i < left.Length; i++)
                _frame[i] = (short)Math.Clamp(left[i] + right[i], short.MinValue, short.MaxValue);
            return _frame.AsSpan(0, left.Length);
        }

        for (var i = 0; i < left.Length; i++)
        {
            _frame[2 * i] = left[i];
            _frame[(2 * i) + 1] = right[i];
        }

        return _frame.AsSpan(0, 2 * left.Length);
    }
}
