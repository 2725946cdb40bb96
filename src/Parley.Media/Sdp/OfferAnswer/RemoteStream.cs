using System.Globalization;
using System.Net;
using Parley.Media.Codecs;
using Parley.Media.Srtp;

namespace Parley.Media.Sdp.OfferAnswer;

/// <summary>The peer's audio section read against one's own wishes; used by both roles.</summary>
internal static class RemoteStream
{
    /// <summary>The clock telephone events have where they do not have the codec's.</summary>
    public const int UsualEventClock = 8000;

    public static bool IsAudio(MediaDescription media) => media.Media.Equals("audio", StringComparison.OrdinalIgnoreCase);

    /// <summary>What makes a live audio section unusable before codecs are looked at, or null.</summary>
    public static OfferAnswerFailure? Refusal(SessionDescription description, MediaDescription media, MediaEncryption encryption)
    {
        if (!IsPlainRtp(media.Protocol) && (encryption == MediaEncryption.None || !IsSecureRtp(media.Protocol)))
        {
            return media.Protocol.Contains("SAVP", StringComparison.OrdinalIgnoreCase)
                ? new(
                    OfferAnswerFailureKind.SecureTransportUnsupported,
                    encryption == MediaEncryption.None
                        ? "Audio is offered only as SRTP, which is not enabled; RTP/AVP would be accepted."
                        : "Audio is offered only as SRTP with keys exchanged in a way this side does not know; RTP/SAVP with a=crypto would be accepted.")
                : new(OfferAnswerFailureKind.UnsupportedTransport, "Audio is not offered over RTP/AVP.");
        }
        return description.ConnectionOf(media) switch
        {
            null => new(OfferAnswerFailureKind.UnusableAddress, "The audio stream has no c= line, neither its own nor the session's."),
            { NetworkType: not ("IN" or "in") } => new(OfferAnswerFailureKind.UnusableAddress, "The c= line is not of network type IN."),
            { IsMulticast: true } => new(
                OfferAnswerFailureKind.UnusableAddress, "The c= line names a multicast group; audio is only sent to one host."),
            _ => null,
        };
    }

    /// <summary>The formats both sides have, in the peer's order, each codec once.</summary>
    /// <param name="formats">The peer's.</param>
    /// <param name="codecs">One's own.</param>
    /// <param name="media">Where the peer says how it wants its codecs; null when these are one's own formats.</param>
    public static List<PayloadMapping> Common(List<PayloadFormat> formats, IReadOnlyList<AudioCodec> codecs, MediaDescription? media = null)
    {
        var common = new List<PayloadMapping>();
        foreach (var format in formats)
        {
            if (Find(codecs, format) is { Unavailable: null } codec && !Has(common, codec))
                common.Add(new(format.PayloadType, codec) { Parameters = codec.FormatParameters is null ? null : media?.AttributeFor("fmtp", format.PayloadType) });
        }
        return common;
    }

    /// <summary>
    /// Telephone-event formats on the clock of an agreed codec (RFC 4733 §2.1), one per clock; and those of 8 kHz, which many phones have beside codecs of any other
    /// clock: their durations count in it, their timestamps are the audio's all the same.
    /// </summary>
    public static List<TelephoneEventMapping> Events(List<PayloadFormat> formats, List<PayloadMapping> payloads)
    {
        var events = new List<TelephoneEventMapping>();
        foreach (var format in formats)
        {
            if (format.IsTelephoneEvent && (format.ClockRate == UsualEventClock || HasClock(payloads, format.ClockRate)) && !HasClock(events, format.ClockRate))
                events.Add(new(format.PayloadType, format.ClockRate));
        }
        return events;
    }

    private static AudioCodec? Find(IReadOnlyList<AudioCodec> codecs, in PayloadFormat format)
    {
        for (var i = 0; i < codecs.Count; i++)
            if (format.Is(codecs[i])) return codecs[i];
        return null;
    }

    public static bool Has(List<PayloadFormat> formats, AudioCodec codec)
    {
        foreach (var format in formats)
            if (format.Is(codec)) return true;
        return false;
    }

    private static bool Has(List<PayloadMapping> payloads, AudioCodec codec)
    {
        foreach (var payload in payloads)
            if (ReferenceEquals(payload.Codec, codec)) return true;
        return false;
    }

    private static bool HasClock(List<PayloadMapping> payloads, int clockRate)
    {
        foreach (var payload in payloads)
            if (payload.Codec.ClockRate == clockRate) return true;
        return false;
    }

    public static bool HasClock(List<TelephoneEventMapping> events, int clockRate)
    {
        foreach (var known in events)
            if (known.ClockRate == clockRate) return true;
        return false;
    }

    /// <summary>Everything about where and how to send that the peer's section says.</summary>
    public static NegotiatedAudio Describe(SessionDescription description, int index, bool rtcpMux, LocalAudio local)
    {
        var media = description.Media[index];
        var connection = description.ConnectionOf(media)!;
        var (rtcpHost, rtcpPort) = Rtcp(media, connection.Host, rtcpMux);
        return new()
        {
            Enabled = true,
            MediaIndex = index,
            RemoteHost = connection.Host,
            RemoteAddress = Specified(connection.Host),
            RemotePort = media.Port,
            RemoteRtcpHost = rtcpHost,
            RemoteRtcpAddress = Specified(rtcpHost),
            RemoteRtcpPort = rtcpPort,
            RtcpMux = rtcpMux,
            PacketMilliseconds = PacketMilliseconds(media, local.PacketMilliseconds),
        };
    }

    /// <summary>RTP/SAVP, or RTP/SAVPF, which only adds earlier feedback (RFC 5124 §3.1).</summary>
    public static bool IsSecureRtp(string protocol) =>
        protocol.Equals("RTP/SAVP", StringComparison.OrdinalIgnoreCase) || protocol.Equals("RTP/SAVPF", StringComparison.OrdinalIgnoreCase);

    private static bool IsPlainRtp(string protocol) =>
        // AVPF only adds earlier feedback, which nobody is obliged to send (RFC 4585 §3).
        protocol.Equals("RTP/AVP", StringComparison.OrdinalIgnoreCase) || protocol.Equals("RTP/AVPF", StringComparison.OrdinalIgnoreCase);

    /// <summary>RFC 3605: <c>a=rtcp:port [IN IP4 address]</c>; RFC 5761: the RTP port when shared; otherwise the next one.</summary>
    private static (string Host, int Port) Rtcp(MediaDescription media, string host, bool mux)
    {
        if (mux) return (host, media.Port);
        var fields = media.Attribute("rtcp")?.Value?.Split(' ', StringSplitOptions.RemoveEmptyEntries) ?? [];
        if (fields.Length == 0 || !ushort.TryParse(fields[0], NumberStyles.None, CultureInfo.InvariantCulture, out var port) || port == 0)
            return (host, Math.Min(media.Port + 1, ushort.MaxValue));
        return (fields.Length == 4 ? fields[3] : host, port);
    }

    private static IPAddress? Specified(string host) =>
        IPAddress.TryParse(host, out var address) && !address.Equals(IPAddress.Any) && !address.Equals(IPAddress.IPv6Any) ? address : null;

    /// <summary>The peer's wish in whole 10 ms steps from 10 to 60; its maximum counts even where it has no wish (RFC 8866 §6.4).</summary>
    private static int PacketMilliseconds(MediaDescription media, int usual)
    {
        var wish = Milliseconds(media, "ptime") ?? usual;
        if (Milliseconds(media, "maxptime") is { } most) wish = Math.Min(wish, most);
        return Math.Clamp((int)Math.Min(wish, 60) / 10 * 10, 10, 60);
    }

    private static double? Milliseconds(MediaDescription media, string name) =>
        double.TryParse(media.Attribute(name)?.Value?.Trim(), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var value)
        && value > 0
            ? value
            : null;
}
