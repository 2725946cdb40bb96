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

    // What is heard begins with so much in store: networks deliver that irregularly.
    private const int Prebuffer = 3;

    // Longer without audio is a sender that pauses, as between the words of one who suppresses silence.
    private const int LongestLate = TicksPerSecond;

    // Double speed takes as long as what is late, so that this is how long it may take.
    private const int MaxToCatchUp = 5 * TicksPerSecond;

    private readonly SocketCodec _codec;
    private readonly AudioFrames _frames;
    private readonly bool _hasHeader;
    private readonly TimeProvider _time;
    private readonly Action<string, TimeSpan> _onGap;
    private readonly Lock _clock = new(); // a tick and what changes who takes part in it
    private readonly Lock _gate = new(); // what comes from the socket
    private readonly SampleRing _ring;
    private readonly short[] _decoded;
    private readonly short[] _heard;
    private readonly short[] _said;
    private readonly byte[] _encoded;
    private readonly ITimer _timer;
    private readonly long _start;
    private SinkPort[] _sinks = [];
    private LinePlayback[] _playbacks = [];
    private LineRecording[] _recordings = [];
    private long _ticks;
    private long _received;
    private long _overflow;
    private int _late;
    private int _silent;
    private int _waited;
    private int _toCatchUp;
    private bool _flows;
    private bool _hasFlowed;
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
        _ring = new((int)(limits.MaxSocketAudio.TotalSeconds * codec.SampleRate));
        _decoded = new short[codec.MaxSamples(1_024)];
        _heard = new short[codec.SamplesPerFrame];
        _said = new short[codec.SamplesPerFrame];
        _encoded = new byte[codec.FrameBytes];
        _start = time.GetTimestamp();
        _timer = time.CreateTimer(static line => ((SocketLine)line!).Tick(), this, VoiceFrames.Length, VoiceFrames.Length);
    }

    /// <inheritdoc/>
    public int SampleRate => _codec.SampleRate;

    /// <inheritdoc/>
    public long Received => Volatile.Read(ref _received) / _codec.SamplesPerFrame;

    /// <summary>Takes what came from the socket, any number of bytes.</summary>
    public void Receive(ReadOnlySpan<byte> bytes)
    {
        lock (_gate)
        {
            while (!bytes.IsEmpty)
            {
                var part = bytes[..Math.Min(bytes.Length, 1_024)];
                var count = _codec.Decode(part, _decoded);
                _overflow += count - _ring.Write(_decoded.AsSpan(0, count));
                Volatile.Write(ref _received, _received + count);
                bytes = bytes[part.Length..];
            }
        }
    }

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
                _sinks = Array.FindAll(_sinks, one => one != port);
        });
    }

    /// <inheritdoc/>
    public IDisposable WatchDigits(Action<DtmfDigit> pressed) => Listen(new DtmfDetector(SampleRate, symbol => pressed(new(symbol, TimeSpan.Zero, DtmfSource.InBand))));

    /// <inheritdoc/>
    public IAsyncDisposable Record(WavRecorder recorder)
    {
        var recording = new LineRecording(recorder, SampleRate, _codec.SamplesPerFrame, MaxToCatchUp, one =>
        {
            lock (_clock)
                _recordings = Array.FindAll(_recordings, other => other != one);
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
        NextHeard();
        Hear();
        if (MustCatchUp())
        {
            NextHeard();
            Hear();
        }

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
        foreach (var recording in _recordings)
            recording.Heard(_heard);
        foreach (var sink in _sinks)
        {
            if (!sink.TryWrite(_heard))
                _sinks = Array.FindAll(_sinks, one => one != sink);
        }
    }

    /// <summary>The next 20 ms of what came, silence where it has not.</summary>
    private void NextHeard()
    {
        lock (_gate)
        {
            if (!_flows && !TryFlow())
            {
                _silent++;
                Array.Clear(_heard);
                return;
            }

            var read = _ring.Read(_heard);
            _heard.AsSpan(read).Clear();
            _flows = _ring.Count > 0 || read == _heard.Length;
        }
    }

    private bool TryFlow()
    {
        if (_ring.Count == 0)
            return false;
        if (_ring.Count < Prebuffer * _heard.Length && ++_waited < Prebuffer)
            return false;
        if (_hasFlowed && _silent > 0)
        {
            if (_silent <= LongestLate)
                _late += _silent;
            _toCatchUp = Math.Min(_toCatchUp + _silent, MaxToCatchUp);
        }

        (_flows, _hasFlowed, _silent, _waited) = (true, true, 0, 0);
        return true;
    }

    private bool MustCatchUp()
    {
        lock (_gate)
        {
            if (_toCatchUp == 0)
                return false;
            if (_ring.Count <= (Prebuffer + 1) * _heard.Length)
            {
                _toCatchUp = 0;
                return false;
            }

            _toCatchUp--;
            return true;
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
                _playbacks = Array.FindAll(_playbacks, one => one != playback);
        }

        return said;
    }

    private void Report()
    {
        long overflow, late;
        lock (_gate)
        {
            (overflow, late) = (_overflow, _late);
            (_overflow, _late) = (0, 0);
        }

        if (late > 0)
            _onGap("late", VoiceFrames.Length * late);
        if (overflow > 0)
            _onGap("overflow", TimeSpan.FromSeconds((double)overflow / SampleRate));
        if (_frames.TakeLost() is > 0 and var lost)
            _onGap("slowReader", VoiceFrames.Length * lost);
    }

    private sealed class Removal(Action remove) : IDisposable
    {
        public void Dispose() => remove();
    }
}
