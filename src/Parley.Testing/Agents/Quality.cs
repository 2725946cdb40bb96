using Parley.Media.Engine;
using Parley.Media.Rtp;

namespace Parley.Testing.Agents;

/// <summary>How a call sounded, as far as it was measured. Nothing here is guessed: what nothing was measured of is null.</summary>
/// <param name="Mos">Estimated mean opinion score, 1.0–4.5; null until packets have come.</param>
/// <param name="Rtt">Round trip in milliseconds; null until the other side's reports tell it.</param>
/// <param name="Jitter">Jitter of what comes, in milliseconds; null until packets have come.</param>
/// <param name="PacketLoss">Lost of what should have come, in percent; null until packets have come.</param>
public sealed record Quality(double? Mos, double? Rtt, double? Jitter, double? PacketLoss)
{
    // With fewer, one late packet would make a score of its own.
    private const long LeastPackets = 10;

    /// <summary>Of a stream's figures; null when neither packets nor reports have come.</summary>
    public static Quality? Of(AudioStreamStatistics statistics)
    {
        ArgumentNullException.ThrowIfNull(statistics);
        var heard = statistics.PacketsReceived >= LeastPackets;
        if (!heard && statistics.RoundTrip is null)
            return null;
        var expected = Math.Max(1, statistics.PacketsReceived + statistics.PacketsLost);
        var loss = Math.Max(0, statistics.PacketsLost) / (double)expected;
        var rtt = statistics.RoundTrip?.TotalMilliseconds;
        // Without a report the way itself is unknown: what is known to delay the audio is counted, no more.
        var delay = (rtt ?? 0) / 2 + statistics.JitterBufferDelay.TotalMilliseconds + 20;
        return new Quality(
            heard ? VoiceQuality.EstimateMos(loss, delay) : null,
            rtt,
            heard ? statistics.Jitter.TotalMilliseconds : null,
            heard ? loss * 100 : null);
    }
}
