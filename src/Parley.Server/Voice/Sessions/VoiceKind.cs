namespace Parley.Server.Voice.Sessions;

/// <summary>How the other side of a session is reached.</summary>
internal enum VoiceKind
{
    /// <summary>By SIP.</summary>
    Sip,

    /// <summary>A browser.</summary>
    WebRtc,

    /// <summary>Its audio comes over the socket.</summary>
    WebSocket,
}
