namespace Parley;

/// <summary>Where a call stands.</summary>
public enum CallState
{
    /// <summary>Built, with its media, but no INVITE has left yet. Outgoing calls only.</summary>
    Idle,

    /// <summary>The INVITE is out or in and nothing has been said about it.</summary>
    Trying,

    /// <summary>The called side rings (180).</summary>
    Ringing,

    /// <summary>Audio may flow although nobody has answered (183 or 180 with a session description).</summary>
    EarlyMedia,

    /// <summary>Answered, and the answer confirmed.</summary>
    Answered,

    /// <summary>Over: <see cref="Call.End"/> says how.</summary>
    Ended,
}
