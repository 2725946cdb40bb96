namespace Parley.Contracts.Voice.Commands;

/// <summary>Asks to be told, by an event of the same name, when all that was said and played in the foreground up to now has been heard.</summary>
public sealed record MarkCommand() : VoiceCommand("mark")
{
    /// <summary>What the event will be called by.</summary>
    public required string Name { get; init; }
}

/// <summary>Gives a realtime model the result of a function it called by a <c>functionCall</c> event.</summary>
public sealed record FunctionResultCommand() : VoiceCommand("functionResult")
{
    /// <summary>The event's call id.</summary>
    public required string CallId { get; init; }

    /// <summary>The result: text, or JSON as text.</summary>
    public required string Output { get; init; }
}
