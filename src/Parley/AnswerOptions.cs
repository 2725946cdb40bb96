using Parley.Media.Codecs;
using Parley.Media.Srtp;
using Parley.Sip.Messages;

namespace Parley;

/// <summary>How an incoming call is answered, or given early media.</summary>
public sealed record AnswerOptions
{
    /// <summary>Codecs accepted, best first. Default <see cref="UserAgentOptions.Codecs"/>.</summary>
    public IReadOnlyList<AudioCodec>? Codecs { get; init; }

    /// <summary>Choose by our order of codecs instead of the caller's (RFC 3264 §6.1 asks for the caller's). Default false.</summary>
    public bool PreferOwnCodecs { get; init; }

    /// <summary>Whether the audio is encrypted. Default <see cref="UserAgentOptions.MediaEncryption"/>.</summary>
    public MediaEncryption? MediaEncryption { get; init; }

    /// <summary>Headers added to the response. Default none.</summary>
    public IReadOnlyList<SipHeader> Headers { get; init; } = [];
}

/// <summary>What goes with a refusal.</summary>
public sealed record RejectOptions
{
    /// <summary>Reason phrase. Default the standard one of the status.</summary>
    public string? Reason { get; init; }

    /// <summary>Headers added to the response, e.g. Retry-After or Warning. Default none.</summary>
    public IReadOnlyList<SipHeader> Headers { get; init; } = [];
}
