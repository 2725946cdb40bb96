namespace Parley.Media.Srtp;

/// <summary>Whether audio is encrypted (SRTP), with keys in the session description (RFC 4568): as safe as the signalling they travel in.</summary>
public enum MediaEncryption
{
    /// <summary>Never: what is offered encrypted only is refused.</summary>
    None,

    /// <summary>Where the other side can: keys are offered with a plain stream, and taken wherever they are offered.</summary>
    Optional,

    /// <summary>Always: only encrypted streams are offered (RTP/SAVP), and a stream without keys is refused.</summary>
    Required,
}
