namespace Parley.Client.Voice;

/// <summary>How much a line of a client's log matters.</summary>
public enum VoiceLogLevel
{
    /// <summary>Each command and event, by name.</summary>
    Debug,

    /// <summary>Connections made, and sessions that end.</summary>
    Information,

    /// <summary>A connection that is lost, events that were left out, a file that cannot be written.</summary>
    Warning,

    /// <summary>A handler that failed.</summary>
    Error,
}
