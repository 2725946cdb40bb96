using System.Net;
using System.Security.Cryptography;
using Parley.Media.Codecs;
using Parley.Media.Srtp;

namespace Parley.Media.Sdp.OfferAnswer;

/// <summary>
/// One's own side of an audio session: everything offer and answer need to know and nothing that changes behind their back.
/// Keep it for the life of the session and take <see cref="Next(NegotiatedAudio?)"/> before each further description.
/// </summary>
public sealed record LocalAudio
{
    /// <summary>
    /// Address the peer is to send to; the advertised one, which need not be the bound one. Written as <c>c=</c> and into <c>o=</c>.
    /// </summary>
    public required IPAddress Address { get; init; }

    /// <summary>RTP port the peer is to send to, 1–65535; 0 switches the stream off (RFC 3264 §8.2).</summary>
    /// <exception cref="ArgumentOutOfRangeException">Not from 0 to 65535.</exception>
    public required int Port { get; init => field = CheckPort(value, nameof(Port)); }

    /// <summary>RTCP port when it is not <see cref="Port"/> + 1; written as <c>a=rtcp</c> (RFC 3605). Default null.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Not from 0 to 65535.</exception>
    public int? RtcpPort { get; init => field = value is { } port ? CheckPort(port, nameof(RtcpPort)) : null; }

    /// <summary>Codecs that may be used, best first. Default <see cref="AudioCodecs.Default"/>.</summary>
    public IReadOnlyList<AudioCodec> Codecs { get; init; } = AudioCodecs.Default;

    /// <summary>Whether telephone events (RFC 4733) are offered and accepted. Default true.</summary>
    public bool TelephoneEvents { get; init; } = true;

    /// <summary>What this side wants: sendonly holds the peer, inactive holds both ways (RFC 3264 §8.4). Default sendrecv.</summary>
    public MediaDirection Direction { get; init; } = MediaDirection.SendReceive;

    /// <summary>Milliseconds of audio per packet this side likes to receive, and sends where the peer has no wish, 10 to 60. Default 20.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Not from 10 to 60.</exception>
    public int PacketMilliseconds
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, 10, nameof(PacketMilliseconds));
            ArgumentOutOfRangeException.ThrowIfGreaterThan(value, 60, nameof(PacketMilliseconds));
            field = value;
        }
    } = 20;

    /// <summary>
    /// Answer with the codecs in one's own order instead of the offerer's. Default false (RFC 3264 §6.1 recommends the offerer's).
    /// </summary>
    public bool PreferLocalOrder { get; init; }

    /// <summary>Answer with the first common codec only, so that the peer cannot change codec within the call. Default false.</summary>
    public bool AnswerOneCodec { get; init; }

    /// <summary>Whether RTCP may share the RTP port when the peer agrees (RFC 5761). Default false.</summary>
    public bool RtcpMux { get; init; }

    /// <summary>Whether the audio is encrypted. Default <see cref="MediaEncryption.None"/>.</summary>
    public MediaEncryption Encryption { get; init; }

    /// <summary>This side's keys, each with the suite it is for, best first; the same for the life of the session (RFC 4568 §7.1.4). An offer has the first three, an answer takes any. Default none: nothing can be encrypted.</summary>
    public IReadOnlyList<SrtpKey> Keys { get; init; } = [];

    /// <summary>The id in <c>o=</c>, the same for the life of the session. <see cref="NewSessionId"/> makes one.</summary>
    public required ulong SessionId { get; init; }

    /// <summary>The version in <c>o=</c> that the next description carries. Default 1.</summary>
    public ulong SessionVersion { get; init; } = 1;

    /// <summary>Login name in <c>o=</c>; one word. Default <c>-</c>.</summary>
    /// <exception cref="ArgumentException">The value is empty or contains a space, CR, LF or NUL.</exception>
    public string UserName { get; init => field = SdpText.Token(value, nameof(UserName)); } = "-";

    /// <summary>Payload type numbers already in use for codecs; further offers keep them (RFC 3264 §8.3.2). Default none.</summary>
    public IReadOnlyList<PayloadMapping> PayloadTypes { get; init; } = [];

    /// <summary>Payload type numbers already in use for telephone events; further offers keep them. Default none.</summary>
    public IReadOnlyList<TelephoneEventMapping> TelephoneEventPayloadTypes { get; init; } = [];

    /// <summary>
    /// The state for the session's next description: version one higher (RFC 3264 §8) and, when something was agreed, the same
    /// payload type numbers. Change direction or address with a further <c>with</c>.
    /// </summary>
    /// <param name="agreed">What the last exchange agreed on; null when it failed.</param>
    public LocalAudio Next(NegotiatedAudio? agreed = null) => this with
    {
        SessionVersion = SessionVersion + 1,
        PayloadTypes = agreed?.ReceivePayloads ?? PayloadTypes,
        TelephoneEventPayloadTypes = agreed?.ReceiveTelephoneEvents ?? TelephoneEventPayloadTypes,
    };

    /// <summary>A random session id below 2⁶², so that it stays a positive 64-bit number for every peer (RFC 3264 §5).</summary>
    public static ulong NewSessionId()
    {
        Span<byte> bytes = stackalloc byte[sizeof(ulong)];
        RandomNumberGenerator.Fill(bytes);
        return BitConverter.ToUInt64(bytes) >> 2;
    }

    private static int CheckPort(int port, string name)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(port, name);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(port, ushort.MaxValue, name);
        return port;
    }
}
