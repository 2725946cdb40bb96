using System.Globalization;
using Parley.Contracts.Voice;
using Parley.Contracts.Voice.Options;

namespace Parley.Server.Voice.Streaming;

/// <summary>Where a call's audio is passed to, and how.</summary>
/// <param name="Address">The WebSocket, its query complete.</param>
/// <param name="Name">The address without its query, for events.</param>
/// <param name="SendRate">Samples per second sent.</param>
/// <param name="PlayRate">Samples per second received.</param>
/// <param name="PacketBytes">Bytes of each message sent.</param>
/// <param name="Headers">Of the request that opens it.</param>
internal sealed record MediaPassPlan(Uri Address, string Name, int SendRate, int PlayRate, int PacketBytes, IReadOnlyDictionary<string, string> Headers)
{
    // As servers of the original expect: 100 ms at 16 kHz.
    private const int DefaultPacket = 3_200;

    /// <summary>Reads the option; null when there cannot be any.</summary>
    public static MediaPassPlan? Of(MediaPassOption option, string session, List<VoiceProblem> problems)
    {
        if (!Uri.TryCreate(option.Url, UriKind.Absolute, out var url) || (url.Scheme != Uri.UriSchemeWs && url.Scheme != Uri.UriSchemeWss))
        {
            problems.Add(new("option.mediaPass.url", "must be there, a ws or wss URL."));
            return null;
        }

        var send = Rate(option.OutputSampleRate, "outputSampleRate");
        var play = Rate(option.InputSampleRate, "inputSampleRate");
        var packet = option.PacketSize ?? (option.Ptime is > 0 and <= 1_000 and var milliseconds ? send * 2 * milliseconds / 1_000 : DefaultPacket);
        if (packet is < 160 or > 65_536 || packet % 2 != 0)
        {
            problems.Add(new("option.mediaPass.packetSize", $"{packet} is none; there are even numbers from 160 to 65536. It is {DefaultPacket} now."));
            packet = DefaultPacket;
        }

        var query = string.Create(CultureInfo.InvariantCulture, $"sample_rate={send}&packet_size={packet}&call_id={Uri.EscapeDataString(session)}");
        var address = new UriBuilder(url) { Query = url.Query.Length > 1 ? $"{url.Query[1..]}&{query}" : query }.Uri;
        return new(address, url.GetLeftPart(UriPartial.Path), send, play, packet, option.Headers ?? new Dictionary<string, string>());

        int Rate(int? rate, string name)
        {
            if (rate is >= 8_000 and <= 48_000)
                return rate.Value;
            if (rate is not null)
                problems.Add(new($"option.mediaPass.{name}", $"{rate} is none; there are 8000 to 48000. It is 16000 now."));
            return 16_000;
        }
    }
}
