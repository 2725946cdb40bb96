namespace Parley.Sip.Dialogs;

/// <summary>Where requests within a call are sent when no Record-Route says (RFC 3261 §12.2.1.1 sends them to the peer's Contact).</summary>
public enum FlowRouting : byte
{
    /// <summary>
    /// To the Contact, unless it plainly cannot be reached from here: a name under <c>.invalid</c> (RFC 7118 §5), a private or loopback address (RFC 1918, RFC 4193)
    /// while the peer's messages come from another address, or a peer that opened a connection to us which is still open. Then back along that path.
    /// </summary>
    WhenBehindNat,

    /// <summary>Always back along the path the peer's last message came by.</summary>
    Always,

    /// <summary>Always to the Contact, as the RFC says.</summary>
    Never,
}
