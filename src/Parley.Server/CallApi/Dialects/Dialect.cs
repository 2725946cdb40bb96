using System.Text.Json;
using Parley.Contracts.Commands;
using Parley.Server.CallApi.Commands;

namespace Parley.Server.CallApi.Dialects;

/// <summary>How results and notifications are worded.</summary>
internal abstract class Dialect
{
    /// <summary>True when a parameter that nobody knows is refused.</summary>
    public abstract bool IsStrict { get; }

    /// <summary>The dialect a client asks for; null when there is no such one.</summary>
    /// <param name="name">What it asks for; null or empty for the default.</param>
    public static Dialect? Find(string? name) => name switch
    {
        null or "" or "default" => BothVocabularies.Instance,
        "opensips" => LaterVocabulary.Instance,
        _ => null,
    };

    /// <summary>Writes the result of a request that was taken.</summary>
    public abstract void WriteResult(Utf8JsonWriter writer, CommandResult result);

    /// <summary>The notification a message becomes.</summary>
    public abstract ReadOnlyMemory<byte> Write(CommandRun run, CommandMessage message);
}
