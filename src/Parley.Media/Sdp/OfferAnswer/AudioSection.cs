using System.Globalization;
using System.Net.Sockets;

namespace Parley.Media.Sdp.OfferAnswer;

/// <summary>Writes the audio <c>m=</c> section of offers and answers, and the lines around it.</summary>
internal static class AudioSection
{
    /// <summary>The section for payload types that are settled.</summary>
    public static MediaDescription Write(
        LocalAudio local,
        string protocol,
        IReadOnlyList<PayloadMapping> payloads,
        IReadOnlyList<TelephoneEventMapping> events,
        MediaDirection direction,
        int packetMilliseconds,
        bool rtcpMux,
        IReadOnlyList<CryptoLine> crypto)
    {
        var formats = new List<string>(payloads.Count + events.Count);
        var attributes = new List<SdpAttribute>();
        foreach (var (number, codec) in payloads)
        {
            formats.Add(Text(number));
            var channels = codec.RtpChannels == 1 ? "" : $"/{codec.RtpChannels}";
            attributes.Add(new("rtpmap", string.Create(CultureInfo.InvariantCulture, $"{number} {codec.Name}/{codec.ClockRate}{channels}")));
            if (codec.FormatParameters is { } parameters)
                attributes.Add(new("fmtp", string.Create(CultureInfo.InvariantCulture, $"{number} {parameters}")));
        }
        foreach (var (number, clock) in events)
        {
            formats.Add(Text(number));
            attributes.Add(new("rtpmap", string.Create(CultureInfo.InvariantCulture, $"{number} {PayloadFormat.TelephoneEvent}/{clock}")));
            attributes.Add(new("fmtp", string.Create(CultureInfo.InvariantCulture, $"{number} 0-15"))); // the sixteen keys of RFC 4733 §3.2
        }
        attributes.Add(new("ptime", Text(packetMilliseconds)));
        if (local.RtcpPort is { } rtcp && rtcp != local.Port + 1) attributes.Add(new("rtcp", Text(rtcp)));
        if (rtcpMux) attributes.Add(new("rtcp-mux"));
        attributes.AddRange(crypto.Select(line => line.ToAttribute()));
        attributes.Add(new(direction.ToAttribute()));
        return new() { Media = "audio", Port = local.Port, Protocol = protocol, Formats = formats, Attributes = attributes };
    }

    /// <summary>A stream that is refused: port 0, formats kept because the line needs some (RFC 3264 §6).</summary>
    public static MediaDescription Refuse(MediaDescription media) =>
        new() { Media = media.Media, Port = 0, Protocol = media.Protocol, Formats = media.Formats };

    /// <summary>The session around the sections.</summary>
    public static SessionDescription Session(LocalAudio local, IReadOnlyList<MediaDescription> media, IReadOnlyList<SdpTiming> times)
    {
        if (local.Address.AddressFamily is not (AddressFamily.InterNetwork or AddressFamily.InterNetworkV6))
            throw new ArgumentException("The local address must be IPv4 or IPv6.", nameof(local));
        return new()
        {
            Origin = SdpOrigin.Create(local.Address, local.SessionId, local.SessionVersion, local.UserName),
            Connection = SdpConnection.Create(local.Address),
            Times = times,
            Media = media,
        };
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
