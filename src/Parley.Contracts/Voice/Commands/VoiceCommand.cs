using System.Text.Json.Serialization;

namespace Parley.Contracts.Voice.Commands;

/// <summary>A command of a voice agent for its call; <see cref="VoiceWire"/> reads and writes them.</summary>
public abstract record VoiceCommand
{
    private protected VoiceCommand(string command) => Command = command;

    /// <summary>Its name on the wire, e.g. <c>tts</c>.</summary>
    [JsonPropertyOrder(-2)]
    public string Command { get; }

    /// <summary>What the <see cref="Events.AckEvent"/> of this command names; null for no such event.</summary>
    [JsonPropertyOrder(-1)]
    public string? Id { get; init; }
}
