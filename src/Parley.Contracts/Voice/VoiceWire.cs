using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using System.Text.Unicode;
using Parley.Contracts.Voice.Commands;
using Parley.Contracts.Voice.Events;

namespace Parley.Contracts.Voice;

/// <summary>Commands and events of voice agents as JSON.</summary>
public static class VoiceWire
{
    // Commands are small; what nests deeper is none.
    private static readonly JsonDocumentOptions Reading = new() { MaxDepth = 32 };

    /// <summary>Names of all commands.</summary>
    public static IEnumerable<string> CommandNames => VoiceNames.Commands.Keys;

    /// <summary>Names of all events.</summary>
    public static IEnumerable<string> EventNames => VoiceNames.Events.Keys;

    /// <summary>How each command is read and written, by its name.</summary>
    public static IReadOnlyDictionary<string, JsonTypeInfo> CommandTypes => VoiceNames.Commands;

    /// <summary>How each event is read and written, by its name.</summary>
    public static IReadOnlyDictionary<string, JsonTypeInfo> EventTypes => VoiceNames.Events;

    /// <summary>Reads a command. What cannot be understood is left out and told of; the rest of the command counts.</summary>
    /// <param name="utf8">The text, in UTF-8.</param>
    /// <param name="problems">What was left out, or why there is no command.</param>
    /// <returns>The command; null when there is none, or what it cannot do without is missing.</returns>
    public static VoiceCommand? ReadCommand(ReadOnlyMemory<byte> utf8, out IReadOnlyList<VoiceProblem> problems)
    {
        JsonDocument document;
        if (!IsText(utf8.Span))
        {
            problems = [new("", "No valid text: it has half a character, or bytes that are no UTF-8.")];
            return null;
        }

        try
        {
            document = JsonDocument.Parse(utf8, Reading);
        }
        catch (JsonException e)
        {
            problems = [new("", $"No valid JSON in line {e.LineNumber + 1}, at byte {e.BytePositionInLine}.")];
            return null;
        }

        using (document)
        {
            var root = document.RootElement;
            if (root.ValueKind != JsonValueKind.Object || !root.TryGetProperty("command", out var name) || name.ValueKind != JsonValueKind.String)
            {
                problems = [new("command", "must be there, a text: a command is an object with the name of what is to be done.")];
                return null;
            }

            if (!VoiceNames.Commands.TryGetValue(name.GetString()!, out var type))
            {
                problems = [new("command", $"There is no command '{TolerantReader.Shortened(name.GetString()!)}'; there are {string.Join(", ", VoiceNames.Commands.Keys)}.")];
                return null;
            }

            return (VoiceCommand?)TolerantReader.Read(root, type, out problems);
        }
    }

    /// <summary>Writes a command.</summary>
    /// <returns>UTF-8.</returns>
    public static byte[] Write(VoiceCommand command)
    {
        ArgumentNullException.ThrowIfNull(command);
        return JsonSerializer.SerializeToUtf8Bytes(command, VoiceNames.Commands[command.Command]);
    }

    /// <summary>Reads an event. Fields of later versions are left out; a kind of them is an <see cref="UnknownEvent"/>.</summary>
    /// <param name="utf8">The text, in UTF-8.</param>
    /// <exception cref="JsonException">It is no event.</exception>
    public static VoiceEvent ReadEvent(ReadOnlyMemory<byte> utf8)
    {
        if (!IsText(utf8.Span))
            throw new JsonException("No valid text: it has half a character, or bytes that are no UTF-8.");
        using var document = JsonDocument.Parse(utf8, Reading);
        var root = document.RootElement;
        if (root.ValueKind != JsonValueKind.Object || !root.TryGetProperty("event", out var name) || name.ValueKind != JsonValueKind.String)
            throw new JsonException("An event is an object with its name as 'event'.");
        if (!VoiceNames.Events.TryGetValue(name.GetString()!, out var type))
        {
            return new UnknownEvent(name.GetString()!)
            {
                Timestamp = root.TryGetProperty("timestamp", out var time) && time.ValueKind == JsonValueKind.Number && time.TryGetInt64(out var milliseconds) ? milliseconds : 0,
            };
        }

        var happened = (VoiceEvent)root.Deserialize(type)!;
        // Numbers beyond all bounds can be read, and not be written.
        if (type.Properties.FirstOrDefault(property => property.Get?.Invoke(happened) is double number && !double.IsFinite(number)) is { } wrong)
            throw new JsonException($"'{wrong.Name}' is no number.");
        return happened;
    }

    /// <summary>Writes an event.</summary>
    /// <returns>UTF-8.</returns>
    public static byte[] Write(VoiceEvent happened)
    {
        ArgumentNullException.ThrowIfNull(happened);
        return JsonSerializer.SerializeToUtf8Bytes(happened, VoiceNames.Events.TryGetValue(happened.Event, out var type) ? type : VoiceJson.Default.UnknownEvent);
    }

    // A lone half of a surrogate pair, which JSON can spell and no text can have, would be found out only where it is used.
    private static bool IsText(ReadOnlySpan<byte> utf8)
    {
        if (!Utf8.IsValid(utf8))
            return false;
        if (utf8.IndexOf("\\u"u8) < 0)
            return true;
        var reader = new Utf8JsonReader(utf8, new JsonReaderOptions { MaxDepth = Reading.MaxDepth });
        try
        {
            while (reader.Read())
            {
                if (reader is { TokenType: JsonTokenType.String or JsonTokenType.PropertyName, ValueIsEscaped: true })
                    reader.GetString();
            }
        }
        catch (InvalidOperationException)
        {
            return false;
        }
        catch (JsonException)
        {
            // Whoever reads it in earnest says where.
        }

        return true;
    }
}
