namespace Parley.Media.Rtp;

/// <summary>
/// Turns telephone-event packets into digits, each once (RFC 4733 §2.5.2): packets of one event share their timestamp, the end is sent several
/// times, and an end that got lost is replaced by the next event's start or a timeout. One lane's state; allocates nothing.
/// </summary>
public sealed class TelephoneEventReceiver
{
    /// <summary>Milliseconds without a packet after which an event without end counts as over: several update intervals of at most 50 ms (RFC 4733 §2.5.1.2) and a jitter buffer's worth of delay.</summary>
    public const int LostEndTimeout = 300;

    private readonly int _clockRate;
    private bool _active;
    private bool _finishedKnown;
    private uint _finishedTimestamp;
    private uint _timestamp;
    private byte _event;
    private long _segments; // clock units of segments before this one
    private ushort _duration;
    private long _lastPacket;

    /// <summary>Starts with no event.</summary>
    /// <param name="clockRate">RTP clock rate of the telephone-event payload type.</param>
    public TelephoneEventReceiver(int clockRate)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(clockRate, 1);
        _clockRate = clockRate;
    }

    /// <summary>True while an event is going on.</summary>
    public bool IsActive => _active;

    /// <summary>Events that are no digits (flash, fax tones…).</summary>
    public long Ignored { get; private set; }

    /// <summary>Takes a packet; true when it completes a digit, which may be an earlier one whose end got lost.</summary>
    public bool Receive(ReadOnlySpan<byte> payload, uint timestamp, long now, out DtmfDigit digit)
    {
        digit = default;
        if (!TelephoneEventPayload.TryRead(payload, out var packet))
            return false;
        if (packet.Event >= TelephoneEventPayload.Digits.Length)
        {
            Ignored++;
            return false;
        }

        if (_finishedKnown && RtpSerial.Distance(_finishedTimestamp, timestamp) <= 0)
            return false; // the end repeated, or a packet of an event that is over
        var completed = false;
        if (_active && timestamp != _timestamp)
        {
            if (RtpSerial.Distance(_timestamp, timestamp) < 0)
                return false;
            if (packet.Event == _event && timestamp - _timestamp == ushort.MaxValue)
                _segments += ushort.MaxValue;
            else
                completed = Finish(out digit);
        }

        if (!_active)
        {
            _active = true;
            _event = packet.Event;
            _segments = 0;
        }

        if (timestamp != _timestamp)
            _duration = 0;
        _timestamp = timestamp;
        _lastPacket = now;
        _duration = Math.Max(_duration, packet.Duration);
        // A start whose own end arrives in the same packet as it displaces an older event is reported by its repetitions.
        return completed || (packet.End && Finish(out digit));
    }

    /// <summary>True when the running event has been silent for <see cref="LostEndTimeout"/>: it is over, with the duration last heard.</summary>
    public bool Expire(long now, out DtmfDigit digit)
    {
        digit = default;
        return _active && now - _lastPacket >= LostEndTimeout && Finish(out digit);
    }

    private bool Finish(out DtmfDigit digit)
    {
        var units = _segments + _duration;
        digit = new(TelephoneEventPayload.Digits[_event], TimeSpan.FromTicks(units * TimeSpan.TicksPerSecond / _clockRate), DtmfSource.Rtp);
        _active = false;
        _finishedKnown = true;
        _finishedTimestamp = _timestamp;
        return true;
    }

    /// <summary>Forgets everything: the source changed.</summary>
    public void Reset()
    {
        _active = false;
        _finishedKnown = false;
    }
}
