using Parley.Cli.Terminal;
using Parley.Media.Engine;

namespace Parley.Cli.Calling;

/// <summary>How a call sounded, in figures.</summary>
internal static class Quality
{
    public static void Write(EventOutput events, AudioStreamStatistics figures)
    {
        var roundTrip = figures.RoundTrip is { } time ? $", round trip {time.TotalMilliseconds:0.0} ms" : "";
        var mos = figures.EstimatedMos is { } score ? $", MOS {score:0.0} (estimated)" : "";
        events.Write(
            "quality",
            $"audio: {figures.PacketsSent} packets sent, {figures.PacketsReceived} received, {figures.PacketsLost} lost, "
            + $"jitter {figures.Jitter.TotalMilliseconds:0.0} ms{roundTrip}{mos}",
            new()
            {
                ["packetsSent"] = figures.PacketsSent,
                ["packetsReceived"] = figures.PacketsReceived,
                ["packetsLost"] = figures.PacketsLost,
                ["jitterMs"] = Math.Round(figures.Jitter.TotalMilliseconds, 3),
                ["roundTripMs"] = figures.RoundTrip?.TotalMilliseconds,
                ["mos"] = figures.EstimatedMos,
            });
    }
}
