namespace Parley.Client.Voice;

/// <summary>How the audio of a session's call travels.</summary>
public enum VoiceCallType
{
    /// <summary>By SIP and RTP; the server has it (<c>/call/sip</c>).</summary>
    Sip,

    /// <summary>From and to a browser (<c>/call/webrtc</c>).</summary>
    WebRtc,

    /// <summary>Over the session's own socket: this program sends and gets it (<c>/call</c>).</summary>
    WebSocket,
}
