namespace Parley.Media.Rtp;

/// <summary>
/// Sends one event as RFC 4733 §2.5.1 wants: marker on the first packet, the start's timestamp on all, growing duration, the end three times.
/// Asked once per packet interval; knows no clock of its own.
/// </summary>
public sealed class TelephoneEventSender
{
    // RFC 4733 §2.5.1.4: the final packet is sent three times.
    private const int EndPackets = 3;

    private byte _event;
    private byte _volume;
    private uint _start;
    private uint _total;
    private uint _elapsed;
    private bool _first;
    private int _endsLeft;

    /// <summary>True from <see cref="Start"/> until the third end packet has been taken.</summary>
    public bool IsActive { get; private set; }

    /// <summary>Begins an event.</summary>
    /// <param name="code">Event code, 0–15 for digits.</param>
    /// <param name="timestamp">RTP timestamp of its start.</param>
    /// <param name="duration">Length in RTP clock units, at least 1.</param>
    /// <param name="volume">dBm0 without the sign, 0–63.</param>
    /// <exception cref="InvalidOperationException">Another event is on its way.</exception>
    public void Start(byte code, uint timestamp, uint duration, byte volume)
    {
        if (IsActive)
            throw new InvalidOperationException("An event is still being sent; one stream sends one event at a time.");
        ArgumentOutOfRangeException.ThrowIfZero(duration);
        _event = code;
        _volume = volume;
        _start = timestamp;
        _total = duration;
        _elapsed = 0;
        _first = true;
        _endsLeft = EndPackets;
        IsActive = true;
    }

    /// <summary>The packet for the interval of <paramref name="step"/> clock units that ends now.</summary>
    public TelephoneEventPacket Next(uint step)
    {
        _elapsed = Math.Min(_elapsed + step, _total);
        // A duration that outgrows 16 bits goes on as a new segment that starts where the field ended (RFC 4733 §2.5.1.3).
        if (_elapsed > ushort.MaxValue)
        {
            _start += ushort.MaxValue;
            _total -= ushort.MaxValue;
            _elapsed -= ushort.MaxValue;
        }

        var end = _elapsed == _total;
        var packet = new TelephoneEventPacket(new(_event, end, _volume, (ushort)_elapsed), _start, _first);
        _first = false;
        if (end && --_endsLeft == 0)
            IsActive = false;
        return packet;
    }

    /// <summary>Gives the event up at once, e.g. because the stream was put on hold.</summary>
    public void Abort() => IsActive = false;
}
