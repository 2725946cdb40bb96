namespace Parley.Testing.Agents;

/// <summary>Where an agent stands, as the scripts see it: one word for all its calls together.</summary>
public enum AgentState
{
    /// <summary>No call.</summary>
    Idle,

    /// <summary>A call rings, in or out, and none is answered.</summary>
    Ringing,

    /// <summary>A call is answered.</summary>
    Established,
}
