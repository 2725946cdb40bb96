using System.Net;
using Parley.Media.Codecs;
using Parley.Media.Srtp;

namespace Parley.Media.Sdp.OfferAnswer;

/// <summary>What offer and answer agreed on, seen from this side: all that the media path needs to start or change a stream.</summary>
public sealed record NegotiatedAudio
{
    /// <summary>False when the stream is switched off (port 0, or no stream at all): nothing is sent and nothing expected.</summary>
    public required bool Enabled { get; init; }

    /// <summary>Host from the peer's <c>c=</c> line, address or name; empty when not <see cref="Enabled"/>.</summary>
    public string RemoteHost { get; init; } = "";

    /// <summary>The peer's address; null when <see cref="RemoteHost"/> is a name to look up or unspecified (0.0.0.0).</summary>
    public IPAddress? RemoteAddress { get; init; }

    /// <summary>The peer's RTP port.</summary>
    public int RemotePort { get; init; }

    /// <summary>Host for RTCP: that of <c>a=rtcp</c> if it names one, otherwise <see cref="RemoteHost"/>.</summary>
    public string RemoteRtcpHost { get; init; } = "";

    /// <summary>Address for RTCP; null when <see cref="RemoteRtcpHost"/> is a name or unspecified.</summary>
    public IPAddress? RemoteRtcpAddress { get; init; }

    /// <summary>The peer's RTCP port: that of <c>a=rtcp</c>, the RTP port with rtcp-mux, otherwise RTP port + 1.</summary>
    public int RemoteRtcpPort { get; init; }

    /// <summary>Whether RTP and RTCP share one port (RFC 5761).</summary>
    public bool RtcpMux { get; init; }

    /// <summary>Every codec this side may send, best first; the first is the one to start with. Empty when not <see cref="Enabled"/>.</summary>
    public IReadOnlyList<PayloadMapping> SendPayloads { get; init; } = [];

    /// <summary>Every codec the peer may send, with the number it uses.</summary>
    public IReadOnlyList<PayloadMapping> ReceivePayloads { get; init; } = [];

    /// <summary>Telephone-event numbers the peer may send.</summary>
    public IReadOnlyList<TelephoneEventMapping> ReceiveTelephoneEvents { get; init; } = [];

    /// <summary>The codec to send; null when not <see cref="Enabled"/>.</summary>
    public AudioCodec? Codec => SendPayloads.Count > 0 ? SendPayloads[0].Codec : null;

    /// <summary>Payload type to send <see cref="Codec"/> with; 0 when not <see cref="Enabled"/>.</summary>
    public byte PayloadType => SendPayloads.Count > 0 ? SendPayloads[0].PayloadType : (byte)0;

    /// <summary>Payload type to send telephone events with; null when they were not agreed.</summary>
    public byte? TelephoneEventPayloadType { get; init; }

    /// <summary>What the durations of telephone events sent count in; null for the clock of <see cref="Codec"/>. Their timestamps are the audio's in any case.</summary>
    public int? TelephoneEventClockRate { get; init; }

    /// <summary>What this side does: sends, receives, both or neither. Inactive when not <see cref="Enabled"/>.</summary>
    public MediaDirection Direction { get; init; }

    /// <summary>Milliseconds of audio to put into each packet sent: the peer's <c>a=ptime</c>, limited by its <c>a=maxptime</c>.</summary>
    public int PacketMilliseconds { get; init; } = 20;

    /// <summary>The keys the audio is encrypted with; null when it is not.</summary>
    public SrtpKeying? Srtp { get; init; }

    /// <summary>Index of the stream's <c>m=</c> line in both descriptions; −1 when there is none.</summary>
    public int MediaIndex { get; init; } = -1;
}
