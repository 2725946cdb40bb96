using Parley.Media.Audio;

namespace Parley.Media.Files;

/// <summary>
/// Records both directions of a call into one WAV. <see cref="Received"/> and <see cref="Sent"/> are sinks for media lanes: they
/// copy into bounded queues and return. A background task moves the audio to the file every
/// <see cref="WavRecorderOptions.FlushInterval"/>, so that the file is a valid WAV at every moment and a process that dies loses
/// that much at most. A direction that gives nothing is silence for as long as the clock runs.
/// </summary>
public sealed class WavRecorder : IAsyncDisposable
{
    private const int PieceSamples = 2048;

    private readonly WavWriter _writer;
    private readonly WavRecorderOptions _options;
    private readonly RecorderTrack _received;
    private readonly RecorderTrack _sent;
    private readonly long _started;
    private readonly short[] _left = new short[PieceSamples];
    private readonly short[] _right = new short[PieceSamples];
    private readonly short[] _piece = new short[PieceSamples * 2];
    private readonly CancellationTokenSource _stop = new();
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
        _writer = new WavWriter(stream, _options.SampleRate, _options.Layout == RecordingLayout.Stereo ? 2 : 1);
        var capacity = (int)Samples(_options.Queue);
        _started = _options.Time.GetTimestamp();
        _received = new RecorderTrack(capacity, Samples(_options.Lateness));
        _sent = new RecorderTrack(capacity, Samples(_options.Lateness));
        Received = new Side(this, _received);
        Sent = new Side(this, _sent);
        // Made here so that the first tick counts from the beginning of the recording, whenever the task gets to run.
        var timer = new PeriodicTimer(_options.FlushInterval, _options.Time);
        Completion = Task.Run(() => WriteAsync(timer));
    }

    /// <summary>Takes what the far end says; the left channel.</summary>
    public IAudioSink Received { get; }

    /// <summary>Takes what is said to the far end; the right channel.</summary>
    public IAudioSink Sent { get; }

    /// <summary>Samples that were lost because the file could not be written fast enough, or no more.</summary>
    public long DroppedSamples => _received.Dropped + _sent.Dropped;

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

    /// <summary>Writes what is left and closes the file. Does not throw for a fault of the file; see <see cref="Completion"/>.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0) return;
        await _stop.CancelAsync().ConfigureAwait(false);
        await Completion.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
    }

    private long Now => Samples(_options.Time.GetElapsedTime(_started));

    private long Samples(TimeSpan time) => (long)(time.TotalSeconds * _options.SampleRate);

    private async Task WriteAsync(PeriodicTimer timer)
    {
        using var writer = _writer;
        using var ticks = timer;
        try
        {
            while (await ticks.WaitForNextTickAsync(_stop.Token).ConfigureAwait(false))
            {
                Drain(whole: false);
                _writer.Flush();
            }
        }
        catch (OperationCanceledException)
        {
            Drain(whole: true); // disposed: the longer direction decides how long the recording is
        }
    }

    /// <summary>Writes what both directions have, or at the end what either has.</summary>
    private void Drain(bool whole)
    {
        if (!whole)
        {
            _received.CatchUp(Now);
            _sent.CatchUp(Now);
        }
        while (true)
        {
            var ready = whole ? Math.Max(_received.Count, _sent.Count) : Math.Min(_received.Count, _sent.Count);
            var count = Math.Min(ready, PieceSamples);
            if (count == 0) return;
            _received.Read(_left.AsSpan(0, count));
            _sent.Read(_right.AsSpan(0, count));
            _writer.Write(Join(count));
        }
    }

    private ReadOnlySpan<short> Join(int count)
    {
        if (_options.Layout == RecordingLayout.Mono)
        {
            for (var i = 0; i < count; i++)
                _piece[i] = (short)Math.Clamp(_left[i] + _right[i], short.MinValue, short.MaxValue);
            return _piece.AsSpan(0, count);
        }
        for (var i = 0; i < count; i++)
        {
            _piece[2 * i] = _left[i];
            _piece[(2 * i) + 1] = _right[i];
        }
        return _piece.AsSpan(0, 2 * count);
    }

    /// <summary>A track with the recorder's clock.</summary>
    private sealed class Side(WavRecorder recorder, RecorderTrack track) : IAudioSink
    {
        public int SampleRate => recorder._options.SampleRate;

        // A frame is handed over when its last sample is due, so it began its own length ago.
        public void Write(ReadOnlySpan<short> pcm) => track.Write(recorder.Now - pcm.Length, pcm);
    }
}
