namespace Parley.Media.Rtp;

/// <summary>
/// Counts what arrived from one synchronization source: RFC 3550 appendix A.1 (sequence validity), A.3 (loss) and A.8 (interarrival jitter).
/// One lane's state; allocates nothing.
/// </summary>
public sealed class RtpReceiveStatistics
{
    // RFC 3550 appendix A.1: MAX_DROPOUT and MAX_MISORDER.
    private const int MaxDropout = 3000;
    private const int MaxMisorder = 100;

    private int _clockRate;
    private ushort _newest;
    private uint _cycles;
    private uint _base;
    private int _suspected = -1;
    private ulong _window; // bit n: newest − n was received
    private long _received;
    private long _expectedAtReport;
    private long _receivedAtReport;
    private long _lastTransit;
    private bool _hasTransit;
    private uint _jitterScaled; // sixteenths of a clock unit, as in A.8

    /// <summary>Starts with nothing received.</summary>
    /// <param name="clockRate">RTP clock units per second; at least 1.</param>
    public RtpReceiveStatistics(int clockRate)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(clockRate, 1);
        _clockRate = clockRate;
    }

    /// <summary>True once a packet has been counted.</summary>
    public bool HasData => _received > 0;

    /// <summary>Packets received, without duplicates.</summary>
    public long Received => _received;

    /// <summary>Packets that came twice.</summary>
    public long Duplicates { get; private set; }

    /// <summary>Packets that came after a newer one.</summary>
    public long Reordered { get; private set; }

    /// <summary>Newest sequence number with the number of wraps in the upper 16 bits.</summary>
    public uint ExtendedHighestSequence => _cycles + _newest;

    /// <summary>Packets the sender must have sent so far.</summary>
    public long Expected => HasData ? (long)ExtendedHighestSequence - _base + 1 : 0;

    /// <summary>Packets that have not come: expected less received, never negative here.</summary>
    public long Lost => Math.Max(0, Expected - _received);

    /// <summary>Interarrival jitter in RTP clock units (RFC 3550 §6.4.1).</summary>
    public uint Jitter => _jitterScaled >> 4;

    /// <summary>Interarrival jitter in milliseconds.</summary>
    public double JitterMilliseconds => Jitter * 1000.0 / _clockRate;

    /// <summary>Counts one packet.</summary>
    /// <param name="sequence">Its sequence number.</param>
    /// <param name="timestamp">Its timestamp.</param>
    /// <param name="arrival">When it came, in milliseconds of a monotonic clock.</param>
    /// <param name="timed">False for packets whose timestamp does not follow the clock (telephone events keep that of their start): they don't count for jitter.</param>
    public RtpArrival Add(ushort sequence, uint timestamp, long arrival, bool timed = true)
    {
        var result = Classify(sequence);
        if (result is RtpArrival.Suspect)
            return result;
        if (result is RtpArrival.Duplicate)
        {
            Duplicates++;
            return result;
        }

        _received++;
        if (result is RtpArrival.Reordered)
            Reordered++;
        if (timed)
            AddTransit(timestamp, arrival);
        return result;
    }

    /// <summary>Goes on with timestamps of another clock: the source has changed its codec. Jitter stays what it was in time; the change itself counts for none.</summary>
    /// <param name="clockRate">RTP clock units per second; at least 1.</param>
    public void UseClock(int clockRate)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(clockRate, 1);
        if (clockRate == _clockRate)
            return;
        _jitterScaled = (uint)((long)_jitterScaled * clockRate / _clockRate);
        _clockRate = clockRate;
        _hasTransit = false;
    }

    /// <summary>Takes the loss since the previous call as the report block wants it: in 256ths of what was expected (RFC 3550 appendix A.3).</summary>
    public byte TakeFractionLost()
    {
        var expected = Expected - _expectedAtReport;
        var received = _received - _receivedAtReport;
        _expectedAtReport = Expected;
        _receivedAtReport = _received;
        var lost = expected - received;
        return expected <= 0 || lost <= 0 ? (byte)0 : (byte)Math.Min(255, (lost << 8) / expected);
    }

    private RtpArrival Classify(ushort sequence)
    {
        if (!HasData)
        {
            Start(sequence);
            return RtpArrival.InOrder;
        }

        var ahead = (ushort)(sequence - _newest);
        if (ahead is > 0 and < MaxDropout)
        {
            if (sequence < _newest)
                _cycles += 1 << 16;
            _newest = sequence;
            _window = ahead >= 64 ? 1 : (_window << ahead) | 1;
            _suspected = -1;
            return RtpArrival.InOrder;
        }

        var behind = (ushort)(_newest - sequence);
        if (behind <= MaxMisorder)
            return Behind(behind);
        if (sequence != _suspected)
        {
            _suspected = (ushort)(sequence + 1);
            return RtpArrival.Suspect;
        }

        // Two in a row from the new place: the other side restarted without telling (A.1).
        Start(sequence);
        _received = 0;
        _hasTransit = false;
        return RtpArrival.Restarted;
    }

    private RtpArrival Behind(int behind)
    {
        if (behind >= 64)
            return RtpArrival.Reordered; // older than the window remembers: too late to tell from a duplicate
        var bit = 1UL << behind;
        if ((_window & bit) != 0)
            return RtpArrival.Duplicate;
        _window |= bit;
        return RtpArrival.Reordered;
    }

    private void Start(ushort sequence)
    {
        _newest = sequence;
        _base = sequence;
        _cycles = 0;
        _window = 1;
        _suspected = -1;
        _expectedAtReport = 0;
        _receivedAtReport = 0;
    }

    private void AddTransit(uint timestamp, long arrival)
    {
        var transit = (uint)(arrival * _clockRate / 1000) - timestamp;
        if (_hasTransit)
        {
            var difference = (uint)Math.Abs((long)(int)(transit - (uint)_lastTransit));
            // A sender that set its clock anew is no jitter: ten seconds is beyond any network.
            if (difference < 10L * _clockRate)
                _jitterScaled = (uint)(_jitterScaled + difference - ((_jitterScaled + 8) >> 4));
        }

        _lastTransit = transit;
        _hasTransit = true;
    }
}
