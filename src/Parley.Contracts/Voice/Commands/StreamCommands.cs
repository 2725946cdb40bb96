namespace Parley.Contracts.Voice.Commands;

/// <summary>Asks to be told, by an event of the same name, when all that was said and played in the foreground up to now has been heard.</summary>
public sealed record MarkCommand() : VoiceCommand("mark")
{
    /// <summary>What the event will be called by.</summary>
    public required string Name { get; init; }
}
