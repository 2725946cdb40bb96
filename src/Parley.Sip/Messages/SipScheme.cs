namespace Parley.Sip.Messages;

/// <summary>Scheme of a URI.</summary>
public enum SipScheme : byte
{
    /// <summary>Any other absolute URI, such as <c>urn:</c> or <c>http:</c>.</summary>
    Other,

    /// <summary><c>sip:</c> (RFC 3261 §19.1).</summary>
    Sip,

    /// <summary><c>sips:</c> (RFC 3261 §19.1, RFC 5630).</summary>
    Sips,

    /// <summary><c>tel:</c> (RFC 3966).</summary>
    Tel,
}
