namespace Parley.Media.Sdp.OfferAnswer;

/// <summary>Why no session came about. In SIP each of them is a 488 to the offerer, or an ACK and BYE to the answerer.</summary>
public enum OfferAnswerFailureKind
{
    /// <summary>There are streams, but none is audio.</summary>
    NoAudio,

    /// <summary>Audio is there, but no codec both sides have.</summary>
    NoCommonCodec,

    /// <summary>Audio is only offered encrypted (RTP/SAVP and its kin), which is not enabled here, or in ways this side does not know.</summary>
    SecureTransportUnsupported,

    /// <summary>Encryption is required here, and the other side does none, or none that this side knows.</summary>
    EncryptionRequired,

    /// <summary>Audio is only offered over a transport that is not RTP over UDP.</summary>
    UnsupportedTransport,

    /// <summary>The <c>c=</c> line is missing, not an Internet address, or a multicast group.</summary>
    UnusableAddress,

    /// <summary>The answer does not fit the offer: a stream is missing or is of another kind (RFC 3264 §6).</summary>
    AnswerMismatch,
}

/// <summary>A failed exchange.</summary>
/// <param name="Kind">The class of failure, for decisions.</param>
/// <param name="Reason">One sentence for logs and Warning headers.</param>
public sealed record OfferAnswerFailure(OfferAnswerFailureKind Kind, string Reason);
