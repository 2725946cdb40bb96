namespace Parley.Testing.Agents;

/// <summary>Something an agent did or something that happened to it.</summary>
/// <param name="Time">When.</param>
/// <param name="Agent">Whose.</param>
public abstract record AgentEvent(DateTimeOffset Time, string Agent);

/// <summary>An agent is ready.</summary>
/// <param name="Time">When.</param>
/// <param name="Agent">Its name.</param>
/// <param name="Aor">Its address of record.</param>
public sealed record AgentStarted(DateTimeOffset Time, string Agent, string Aor) : AgentEvent(Time, Agent);

/// <summary>An agent was told to do something.</summary>
/// <param name="Time">When.</param>
/// <param name="Agent">Its name.</param>
/// <param name="Kind">The verb as scripts write it: <c>dial</c>, <c>attended_transfer</c>, ….</param>
/// <param name="Detail">Its argument as text; null for none.</param>
public sealed record AgentAction(DateTimeOffset Time, string Agent, string Kind, string? Detail) : AgentEvent(Time, Agent);

/// <summary>A call of an agent moved on.</summary>
/// <param name="Time">When.</param>
/// <param name="Agent">Its name.</param>
/// <param name="CallId">The call's Call-ID.</param>
/// <param name="Phase">Where it stands now.</param>
/// <param name="Reason">Why it ended; null while it has not.</param>
public sealed record AgentCallChanged(DateTimeOffset Time, string Agent, string CallId, CallPhase Phase, string? Reason) : AgentEvent(Time, Agent);

/// <summary>An agent's registration came about, or did not.</summary>
/// <param name="Time">When.</param>
/// <param name="Agent">Its name.</param>
/// <param name="Registered">Whether it is registered now.</param>
/// <param name="Reason">The registrar's answer, e.g. <c>200 OK</c>.</param>
public sealed record AgentRegistrationChanged(DateTimeOffset Time, string Agent, bool Registered, string Reason) : AgentEvent(Time, Agent);

/// <summary>An agent heard a digit.</summary>
/// <param name="Time">When.</param>
/// <param name="Agent">Its name.</param>
/// <param name="Digit">0–9, *, #, A–D.</param>
public sealed record AgentHeardDigit(DateTimeOffset Time, string Agent, char Digit) : AgentEvent(Time, Agent);
