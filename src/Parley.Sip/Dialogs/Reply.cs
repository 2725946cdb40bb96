using Parley.Sip.Messages;

namespace Parley.Sip.Dialogs;

/// <summary>What a response says beyond what it copies from its request.</summary>
internal readonly record struct Reply(int Status)
{
    /// <summary>Reason phrase; null for the standard one.</summary>
    public string? Reason { get; init; }

    public SipBody Body { get; init; }

    public IReadOnlyList<SipHeader>? Headers { get; init; }

    public IHeaderWriter? HeaderWriter { get; init; }

    /// <summary>Our tag, where the request has no To tag yet; 0 for none.</summary>
    public UInt128 LocalTag { get; init; }

    /// <summary>True when the peer is to learn our Contact: it makes a dialog or refreshes the target.</summary>
    public bool Contact { get; init; }

    /// <summary>The whole Contact, in angle brackets; empty for one made from the path.</summary>
    public ReadOnlyMemory<byte> OwnContact { get; init; }

    /// <summary>True when the Contact must be a sips URI (RFC 3261 §12.1.1).</summary>
    public bool Secure { get; init; }

    /// <summary>True for the responses to INVITE that make a dialog: Record-Route is copied (RFC 3261 §12.1.1).</summary>
    public bool RecordRoute { get; init; }

    /// <summary>Contacts of a redirection.</summary>
    public IReadOnlyList<SipUri>? Redirect { get; init; }

    /// <summary>True to say what we can do: Allow, Supported and Accept (RFC 3261 §13.2.1, §11.2).</summary>
    public bool Capabilities { get; init; }
}
