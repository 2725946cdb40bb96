namespace Parley.Testing.Agents;

/// <summary>Where one call stands, in more words than <see cref="AgentState"/> has.</summary>
public enum CallPhase
{
    /// <summary>The INVITE is out or in, and nothing has been said about it.</summary>
    Trying,

    /// <summary>The called side rings.</summary>
    Ringing,

    /// <summary>Audio flows although nobody has answered.</summary>
    EarlyMedia,

    /// <summary>Answered, and nobody holds it.</summary>
    Established,

    /// <summary>Answered; this agent holds it.</summary>
    Held,

    /// <summary>Answered; the other side holds it.</summary>
    HeldByPeer,

    /// <summary>Over.</summary>
    Ended,
}
