namespace Parley.Media.Rtp;

/// <summary>
/// One stream's RTCP: builds its reports, reads the other side's, and derives the round trip. Knows neither socket nor clock: time comes with each call.
/// One lane's state.
/// </summary>
public sealed class RtcpSession
{
    // IPv4 and UDP headers count for the average compound size (RFC 3550 §6.2).
    private const int LowerHeaders = 28;

    private const int MeasurementError = 5 * 65536 / 1000;
    private const int LongestRoundTrip = 60 * 65536;

    private byte[]? _cname; // made when the first report leaves, where it is random
    private uint _lastSenderReport;
    private long _lastSenderReportAt;
    private bool _sentAny;

    // Two places in turn: another thread that reads the newest report has until the one after next, seconds, before it is overwritten.
    private Remote? _even;
    private Remote? _odd;
    private volatile Remote? _remote;
    private double _averageSize = 100;

    /// <summary>Starts a session.</summary>
    /// <param name="ssrc">Our synchronization source.</param>
    /// <param name="canonicalName">Our CNAME (RFC 7022: random per session, so that it names nobody); ASCII, at most 255 bytes.</param>
    public RtcpSession(uint ssrc, string canonicalName)
    {
        Ssrc = ssrc;
        _cname = System.Text.Encoding.ASCII.GetBytes(canonicalName);
    }

    /// <summary>Starts a session with a random CNAME (RFC 7022 §4.2), so that calls cannot be linked by it.</summary>
    internal RtcpSession(uint ssrc) => Ssrc = ssrc;

    /// <summary>Our synchronization source.</summary>
    public uint Ssrc { get; }

    /// <summary>Compounds sent.</summary>
    public long Sent { get; private set; }

    /// <summary>Compounds accepted.</summary>
    public long Received { get; private set; }

    /// <summary>Datagrams refused as malformed.</summary>
    public long Malformed { get; private set; }

    /// <summary>The newest report of the other side about our stream, or null before the first.</summary>
    public RtcpReportBlock? RemoteReport => _remote?.Report;

    /// <summary>Round trip from the newest report (RFC 3550 §6.4.1), or null before the first that allows it.</summary>
    public TimeSpan? RoundTrip => _remote?.RoundTrip;

    /// <summary>True once the other side said BYE for the source we hear.</summary>
    public bool RemoteLeft { get; private set; }

    /// <summary>Milliseconds until the next report is due.</summary>
    /// <param name="minimum">Minimum interval in milliseconds; RFC 3550 §6.2: 5000.</param>
    /// <param name="random">Uniform in [0, 1).</param>
    public long NextInterval(int minimum, double random) => RtcpInterval.Next(minimum, !_sentAny, _averageSize, random);

    /// <summary>Writes SR (when <paramref name="sender"/> is given) or RR, SDES, and BYE if asked. Returns the bytes written.</summary>
    /// <param name="buffer">At least 512 bytes.</param>
    /// <param name="now">Milliseconds of the clock used for <see cref="Receive"/>.</param>
    /// <param name="sender">Our sending side when it sent since the last report.</param>
    /// <param name="remoteSsrc">The source we hear.</param>
    /// <param name="statistics">What came from it; null or empty when nothing.</param>
    /// <param name="goodbye">Ends the session (RFC 3550 §6.6).</param>
    public int Build(Span<byte> buffer, long now, RtcpSenderInfo? sender, uint remoteSsrc, RtpReceiveStatistics? statistics, bool goodbye = false)
    {
        RtcpReportBlock? block = null;
        if (statistics is { HasData: true })
        {
            block = new(
                remoteSsrc, statistics.TakeFractionLost(), (int)Math.Min(statistics.Expected - statistics.Received, 0x7FFFFF),
                statistics.ExtendedHighestSequence, statistics.Jitter, _lastSenderReport,
                _lastSenderReport == 0 ? 0 : (uint)((now - _lastSenderReportAt) * 65536 / 1000));
        }

        var writer = new RtcpWriter(buffer);
        if (sender is { } info)
            writer.SenderReport(Ssrc, info, block);
        else
            writer.ReceiverReport(Ssrc, block);
        writer.CanonicalName(Ssrc, _cname ??= RandomName());
        if (goodbye)
            writer.Goodbye(Ssrc);
        Average(writer.Length);
        _sentAny = true;
        Sent++;
        return writer.Length;
    }

    /// <summary>Reads a datagram from the other side; a malformed one is counted and changes nothing.</summary>
    /// <param name="datagram">What came.</param>
    /// <param name="now">Milliseconds of a monotonic clock.</param>
    /// <param name="ntp">Wall-clock time now, on the clock our own sender reports use.</param>
    /// <param name="remoteSsrc">The source we hear, whose BYE counts.</param>
    public bool Receive(ReadOnlySpan<byte> datagram, long now, ulong ntp, uint remoteSsrc)
    {
        if (!RtcpReader.TryOpen(datagram, out var reader))
        {
            Malformed++;
            return false;
        }

        Received++;
        Average(datagram.Length);
        while (reader.TryRead(out var packet))
        {
            if (packet.Type == RtcpType.SenderReport)
            {
                _lastSenderReport = NtpTime.Middle(packet.SenderInfo.Ntp);
                _lastSenderReportAt = now;
            }

            for (var i = 0; i < packet.ReportCount; i++)
            {
                if (packet.Report(i) is var report && report.Ssrc == Ssrc)
                    Take(report, ntp);
            }

            RemoteLeft |= packet.Leaves(remoteSsrc);
        }

        return true;
    }

    private void Take(in RtcpReportBlock report, ulong ntp)
    {
        var roundTrip = RoundTrip;
        // A − LSR − DLSR, all in 1/65536 s; a clock step or a lie gives nonsense, which is not kept. Delays are counted in whole milliseconds, so that on a
        // short way a little less than nothing may come out.
        var units = (int)(NtpTime.Middle(ntp) - report.LastSenderReport - report.DelaySinceLastSenderReport);
        if (report.LastSenderReport != 0 && units is > -MeasurementError and < LongestRoundTrip)
            roundTrip = TimeSpan.FromTicks(Math.Max(0, units) * TimeSpan.TicksPerSecond / 65536);
        var place = _even is not null && ReferenceEquals(_remote, _even) ? _odd ??= new() : _even ??= new();
        place.Report = report;
        place.RoundTrip = roundTrip;
        _remote = place;
    }

    // 96 bits as base64: the short-term persistent CNAME of RFC 7022 §5.
    private static byte[] RandomName()
    {
        Span<byte> bits = stackalloc byte[12];
        System.Security.Cryptography.RandomNumberGenerator.Fill(bits);
        var name = new byte[16];
        System.Buffers.Text.Base64.EncodeToUtf8(bits, name, out _, out _);
        return name;
    }

    private void Average(int size) => _averageSize = (size + LowerHeaders + 15 * _averageSize) / 16; // RFC 3550 §6.3.3

    private sealed class Remote
    {
        public RtcpReportBlock Report;
        public TimeSpan? RoundTrip;
    }
}
