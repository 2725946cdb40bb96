using Parley.Media.Audio;
using Parley.Speech.Signal;

namespace Parley.Speech.Progress;

/// <summary>
/// Recognises dial, ringback, busy, congestion and special information tones by frequency and rhythm. One stream's state; used by one thread at a time; never
/// allocates after construction. Each is told once, and again when another came between or it had paused for 10 s.
/// </summary>
public sealed class CallProgressDetector : IAudioSink
{
    private const int FrameMilliseconds = 10;
    private const double LeastLevelDbm0 = -43;  // the quietest a tone may arrive, with a long line behind it
    private const double Drop = 0.25;           // 6 dB below the loudest of the tone is a pause
    private const int ForgetMilliseconds = 10_000;
    private const int Steps = 8;

    private readonly Action<CallProgressTone> _onTone;
    private readonly ToneRegions _regions;
    private readonly ToneBank _bank;
    private readonly FrameCutter _cutter;
    private readonly int[] _lengths = new int[Steps]; // ms of tone, pause, tone… oldest first; the last is running
    private readonly ToneClass[] _classes = new ToneClass[Steps];
    private readonly double _leastPower;
    private int _count;
    private long _frames;
    private double _lastPower;
    private double _loudest;
    private bool _on;
    private CallProgressKind? _told;
    private long _toldUntil;

    /// <summary>Makes a detector for one stream.</summary>
    /// <param name="sampleRate">Samples per second, 8000 to 48000.</param>
    /// <param name="onTone">Called when a tone has been recognised, on the thread that writes.</param>
    /// <param name="regions">Whose tones to listen for. Default all.</param>
    /// <exception cref="ArgumentOutOfRangeException">The rate is outside that range.</exception>
    public CallProgressDetector(int sampleRate, Action<CallProgressTone> onTone, ToneRegions regions = ToneRegions.All)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(sampleRate, 8000);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(sampleRate, 48000);
        ArgumentNullException.ThrowIfNull(onTone);
        SampleRate = sampleRate;
        _onTone = onTone;
        _regions = regions;
        _cutter = new(sampleRate * FrameMilliseconds / 1000);
        _bank = new(sampleRate);
        var amplitude = AudioLevel.PeakAtZeroDbm0 * Math.Pow(10, LeastLevelDbm0 / 20);
        _leastPower = amplitude * amplitude / 2;
    }

    /// <inheritdoc/>
    public int SampleRate { get; }

    /// <inheritdoc/>
    public void Write(ReadOnlySpan<short> pcm)
    {
        while (_cutter.TryTake(ref pcm)) Take();
    }

    private void Take()
    {
        _frames++;
        var power = 0.0;
        foreach (var sample in _cutter.Frame)
            power += sample * sample;
        power /= _cutter.Frame.Length;
        // Over 20 ms, which is a whole beat of 400 and 450 Hz and most of one of 440 and 480.
        var level = (power + _lastPower) / 2;
        _lastPower = power;
        var on = level >= _leastPower && level >= _loudest * Drop;
        _loudest = on ? Math.Max(_loudest, level) : _loudest * 0.998; // forgets a louder sound within seconds
        if (on != _on) Turn(on);
        if (_count > 0) _lengths[_count - 1] += FrameMilliseconds;
        if (on && _bank.Add(_cutter.Frame, power)) Hear();
        if (_count > 0) Match();
    }

    /// <summary>Begins the next step, tone or pause.</summary>
    private void Turn(bool on)
    {
        _on = on;
        if (on) _bank.Restart();
        else if (_count > 0 && _classes[_count - 1] == ToneClass.None) _count = 0; // a sound that is no tone: whatever was before is no rhythm
        if (_count == 0 && !on) return;
        Append(ToneClass.None);
    }

    private void Append(ToneClass tone)
    {
        if (_count == Steps)
        {
            // Tone stays at even places, pauses at odd ones.
            _lengths.AsSpan(2).CopyTo(_lengths);
            _classes.AsSpan(2).CopyTo(_classes);
            _count -= 2;
        }

        _lengths[_count] = 0;
        _classes[_count] = tone;
        _count++;
    }

    /// <summary>100 ms of the tone are known.</summary>
    private void Hear()
    {
        var heard = _bank.Class;
        ref var tone = ref _classes[_count - 1];
        if (heard == tone) return;
        if (heard == ToneClass.None)
        {
            // Between two tones that follow each other without a pause; anywhere else it was not a tone.
            if (tone is not (ToneClass.SitLow or ToneClass.SitMiddle)) tone = ToneClass.None;
            return;
        }

        if (tone == ToneClass.SitLow && heard == ToneClass.SitMiddle || tone == ToneClass.SitMiddle && heard == ToneClass.SitHigh)
        {
            Append(ToneClass.None); // a pause of no length
            Append(heard);
            return;
        }

        tone = heard;
    }

    private void Match()
    {
        if (_count >= 5 && _classes[_count - 1] == ToneClass.SitHigh && _classes[_count - 3] == ToneClass.SitMiddle && _classes[_count - 5] == ToneClass.SitLow
            && _lengths[_count - 1] >= 60)
        {
            Tell(CallProgressKind.SpecialInformation, _regions);
            return;
        }

        foreach (var pattern in CallProgressPattern.All)
        {
            if ((pattern.Region & _regions) != 0 && Fits(pattern))
            {
                Tell(pattern.Kind, pattern.Region & _regions);
                return;
            }
        }
    }

    private bool Fits(CallProgressPattern pattern)
    {
        var first = _count - pattern.Steps.Length;
        if (first < 0 || (first & 1) != 0) return false; // begins with a tone
        for (var i = 0; i < pattern.Steps.Length; i++)
        {
            var (least, most) = pattern.Steps[i];
            var length = _lengths[first + i];
            if (length < least || length > most) return false;
            if ((i & 1) == 0 && _classes[first + i] != pattern.Tone) return false;
        }

        return true;
    }

    private void Tell(CallProgressKind kind, ToneRegions regions)
    {
        var again = _told == kind && _frames < _toldUntil;
        _told = kind;
        _toldUntil = _frames + (ForgetMilliseconds / FrameMilliseconds);
        if (!again) _onTone(new(kind, regions, TimeSpan.FromMilliseconds(_frames * FrameMilliseconds)));
    }
}
