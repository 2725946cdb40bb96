using Parley.Media.Audio;
using Parley.Media.Files;
using Parley.Media.Rtp;

namespace Parley.Server.Voice.Streaming;

/// <summary>
/// A session whose audio rides its socket: what comes waits in a buffer and is heard by a clock of 20 ms, what is said goes out by the same clock, a frame at a time.
/// After a pause of the network what is late is heard at double speed, until nothing is late any more. In steady state nothing is allocated.
/// </summary>
internal sealed class SocketLine : IVoiceLine, IDisposable
{
    private const int TicksPerSecond = 50;

    // A machine that stood still for longer goes on from where it is.
    private const int MaxBehind = 10;

    private readonly SocketCodec _codec;
    private readonly AudioFrames _frames;
    private readonly bool _hasHeader;
    private readonly TimeProvider _time;
    private readonly Action<string, TimeSpan> _onGap;
    private readonly Lock _clock = new(); // a tick and what changes who takes part in it
    private readonly ArrivalBuffer _arrived;
    private readonly short[] _heard;
    private readonly short[] _said;
    private readonly byte[] _encoded;
    private readonly ITimer _timer;
    private readonly long _start;
    private SinkPort[] _sinks = [];
    private LinePlayback[] _playbacks = [];
    private LineRecording[] _recordings = [];
    private long _ticks;
    private bool _isDisposed;

    /// <summary>Begins at once.</summary>
    /// <param name="codec">Codec both ways; this line's alone.</param>
    /// <param name="frames">Where frames go.</param>
    /// <param name="hasHeader">Whether each has the index of its track in front.</param>
    /// <param name="limits">How much is kept.</param>
    /// <param name="time">The clock.</param>
    /// <param name="onGap">Told, each second at most, why and how much audio was not heard as it was sent.</param>
    public SocketLine(SocketCodec codec, AudioFrames frames, bool hasHeader, VoiceLimits limits, TimeProvider time, Action<string, TimeSpan> onGap)
    {
        (_codec, _frames, _hasHeader, _time, _onGap) = (codec, frames, hasHeader, time, onGap);
        _arrived = new(codec, (int)(limits.MaxSocketAudio.TotalSeconds * codec.SampleRate));
        _heard = new short[codec.SamplesPerFrame];
        _said = new short[codec.SamplesPerFrame];
        _encoded = new byte[codec.FrameBytes];
        _start = time.GetTimestamp();
        _timer = time.CreateTimer(static line => ((SocketLine)line!).Tick(), this, VoiceFrames.Length, VoiceFrames.Length);
    }

    /// <inheritdoc/>
    public int SampleRate => _codec.SampleRate;

    /// <inheritdoc/>
    public long Received => _arrived.Received / _codec.SamplesPerFrame;

    /// <summary>Takes what came from the socket, any number of bytes.</summary>
    public void Receive(ReadOnlySpan<byte> bytes) => _arrived.Write(bytes);

    /// <inheritdoc/>
    public ILinePlayback Play(IAudioSource source)
    {
        var playback = new LinePlayback(ResampledSource.Adapt(source, SampleRate));
        lock (_clock)
            _playbacks = [.. _playbacks, playback];
        return playback;
    }

    /// <inheritdoc/>
    public IDisposable Listen(IAudioSink sink)
    {
        var port = new SinkPort(sink, SampleRate, _codec.SamplesPerFrame);
        lock (_clock)
            _sinks = [.. _sinks, port];
        return new Removal(() =>
        {
            lock (_clock)
                _sinks = Without(_sinks, port);
        });
    }

    /// <inheritdoc/>
    public IDisposable WatchDigits(Action<DtmfDigit> pressed) => Listen(new DtmfDetector(SampleRate, symbol => pressed(new(symbol, TimeSpan.Zero, DtmfSource.InBand))));

    /// <inheritdoc/>
    public IAsyncDisposable Record(WavRecorder recorder)
    {
        var recording = new LineRecording(recorder, SampleRate, _codec.SamplesPerFrame, ArrivalBuffer.MaxToCatchUp, one =>
        {
            lock (_clock)
                _recordings = Without(_recordings, one);
        });
        lock (_clock)
            _recordings = [.. _recordings, recording];
        return recording;
    }

    /// <inheritdoc/>
    public Task SendDigitsAsync(string digits, DtmfOptions? options, CancellationToken cancel)
    {
        options ??= new();
        if (options.Duration < TimeSpan.FromMilliseconds(40) || options.Duration > TimeSpan.FromSeconds(10))
            throw new ArgumentException($"duration: 40 to 10000 ms, not {options.Duration.TotalMilliseconds}.", nameof(options));
        var tones = DtmfTones.Generate(digits, SampleRate, options.Duration, options.Gap, -options.Volume);
        return ((LinePlayback)Play(new AudioClipSource(tones, SampleRate))).Ended.WaitAsync(cancel);
    }

    public void Dispose()
    {
        _timer.Dispose();
        LinePlayback[] playbacks;
        lock (_clock)
        {
            _isDisposed = true;
            playbacks = _playbacks;
            (_sinks, _playbacks, _recordings) = ([], [], []);
        }

        foreach (var playback in playbacks)
            playback.End();
    }

    private void Tick()
    {
        if (!_clock.TryEnter())
            return; // still at work: the next one makes up for it
        try
        {
            if (_isDisposed)
                return;
            var due = (_time.GetTimestamp() - _start) * TicksPerSecond / _time.TimestampFrequency;
            if (due - _ticks > MaxBehind)
                _ticks = due - MaxBehind;
            while (_ticks < due)
            {
                _ticks++;
                Step();
                if (_ticks % TicksPerSecond == 0)
                    Report();
            }
        }
        finally
        {
            _clock.Exit();
        }
    }

    private void Step()
    {
        Hear();
        if (_arrived.MustCatchUp(_heard.Length))
            Hear();

        var spoken = Say();
        foreach (var recording in _recordings)
            recording.Said(_said);
        if (!spoken)
            return;
        var length = _codec.Encode(_said, _encoded);
        _frames.Add(_hasHeader ? VoiceFrames.BotHeader : [], _encoded.AsSpan(0, length));
    }

    private void Hear()
    {
        _arrived.Read(_heard);
        foreach (var recording in _recordings)
            recording.Heard(_heard);
        foreach (var sink in _sinks)
        {
            if (!sink.TryWrite(_heard))
                _sinks = Without(_sinks, sink);
        }
    }

    /// <summary>Makes the next 20 ms of what is said; false when nothing is.</summary>
    private bool Say()
    {
        var said = false;
        Array.Clear(_said);
        foreach (var playback in _playbacks)
        {
            var more = playback.Add(_said);
            said |= more > 0;
            if (more < 0)
                _playbacks = Without(_playbacks, playback);
        }

        return said;
    }

    private void Report()
    {
        var (late, overflow) = _arrived.TakeGaps();
        if (late > 0)
            _onGap("late", VoiceFrames.Length * late);
        if (overflow > 0)
            _onGap("overflow", TimeSpan.FromSeconds((double)overflow / SampleRate));
        if (_frames.TakeLost() is > 0 and var lost)
            _onGap("slowReader", VoiceFrames.Length * lost);
    }

    // On its own: a lambda where it is used would allocate for every frame.
    private static T[] Without<T>(T[] all, T one)
        where T : class => Array.FindAll(all, other => other != one);

    private sealed class Removal(Action remove) : IDisposable
    {
        public void Dispose() => remove();
    }
}
