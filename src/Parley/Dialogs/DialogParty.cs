using Parley.Sip.Messages;

namespace Parley.Dialogs;

/// <summary>What names a dialog on the wire (RFC 3261 §12).</summary>
/// <param name="CallId">The Call-ID.</param>
/// <param name="LocalTag">Our tag.</param>
/// <param name="RemoteTag">The peer's tag; empty for a peer that sends none.</param>
public sealed record DialogIdentifiers(string CallId, string LocalTag, string RemoteTag);

/// <summary>One end of a dialog as it stood when it was asked for.</summary>
/// <param name="Sdp">The session description this end gave last and both agreed on, as text; null while there is none.</param>
/// <param name="Address">Its From or To: display name, URI, tag.</param>
/// <param name="Contact">The URI requests reach it under.</param>
public sealed record DialogParty(string? Sdp, SipAddress Address, string Contact)
{
    /// <summary>URI of <see cref="Address"/>.</summary>
    public SipUri Uri => Address.Uri;
}

/// <summary>Which side began a dialog.</summary>
public enum DialogDirection
{
    /// <summary>The peer: we are its UAS.</summary>
    Incoming,

    /// <summary>We: its UAC.</summary>
    Outgoing,
}
