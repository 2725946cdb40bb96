using System.Text.Json;
using Parley.Speech.Vendors;

namespace Parley.Speech.Realtime;

/// <summary>What is sent to a realtime model.</summary>
internal static class RealtimeWire
{
    /// <summary>Samples per second of the API's pcm16.</summary>
    public const int SampleRate = 24_000;

    private const string AzureVersion = "2025-04-01-preview";

    public static Uri Address(RealtimeOptions options)
    {
        var builder = new UriBuilder(options.Endpoint ?? new("wss://api.openai.com"));
        if (builder.Scheme is "http" or "https") builder.Scheme = builder.Scheme == "http" ? "ws" : "wss";
        var isAzure = options.Provider.Equals("azure", StringComparison.OrdinalIgnoreCase);
        if (builder.Path.Length <= 1) builder.Path = isAzure ? "/openai/realtime" : "/v1/realtime";
        var query = isAzure
            ? $"api-version={AzureVersion}&deployment={Uri.EscapeDataString(options.Model)}"
            : $"model={Uri.EscapeDataString(options.Model)}";
        builder.Query = builder.Query.Length > 1 ? $"{builder.Query[1..]}&{query}" : query;
        return builder.Uri;
    }

    public static IEnumerable<(string Name, string Value)> Headers(RealtimeOptions options)
    {
        if (string.IsNullOrEmpty(options.Key)) yield break;
        if (options.Provider.Equals("azure", StringComparison.OrdinalIgnoreCase)) yield return ("api-key", options.Key);
        else yield return ("Authorization", "Bearer " + options.Key);
        if (IsFirstVersion(options)) yield return ("OpenAI-Beta", "realtime=v1");
    }

    public static bool IsFirstVersion(RealtimeOptions options) => options.IsFirstVersion ?? (options.Endpoint is not null || !options.Provider.Equals("openai", StringComparison.OrdinalIgnoreCase));

    public static string Session(RealtimeOptions options) => Json.Write(message =>
    {
        message.WriteString("type", "session.update");
        message.WriteStartObject("session");
        if (options.Instructions is { } instructions) message.WriteString("instructions", instructions);
        if (IsFirstVersion(options)) WriteFirst(message, options);
        else WriteSecond(message, options);
        if (options.Tools.Count > 0)
        {
            message.WriteStartArray("tools");
            foreach (var tool in options.Tools) tool.WriteTo(message);
            message.WriteEndArray();
        }

        foreach (var (name, value) in options.Extra)
        {
            message.WritePropertyName(name);
            value.WriteTo(message);
        }

        message.WriteEndObject();
    });

    public static string Append(ReadOnlySpan<byte> pcm)
    {
        // Base64 needs no escaping.
        return $$"""{"type":"input_audio_buffer.append","audio":"{{Convert.ToBase64String(pcm)}}"}""";
    }

    public static string Truncate(string item, int index, int milliseconds) => Json.Write(message =>
    {
        message.WriteString("type", "conversation.item.truncate");
        message.WriteString("item_id", item);
        message.WriteNumber("content_index", index);
        message.WriteNumber("audio_end_ms", milliseconds);
    });

    public static string Cancel() => """{"type":"response.cancel"}""";

    public static string Respond() => """{"type":"response.create"}""";

    public static string Result(string callId, string output) => Json.Write(message =>
    {
        message.WriteString("type", "conversation.item.create");
        message.WriteStartObject("item");
        message.WriteString("type", "function_call_output");
        message.WriteString("call_id", callId);
        message.WriteString("output", output);
        message.WriteEndObject();
    });

    private static void WriteFirst(Utf8JsonWriter session, RealtimeOptions options)
    {
        session.WriteStartArray("modalities");
        session.WriteStringValue("audio");
        session.WriteStringValue("text");
        session.WriteEndArray();
        session.WriteString("input_audio_format", "pcm16");
        session.WriteString("output_audio_format", "pcm16");
        if (options.Voice is { } voice) session.WriteString("voice", voice);
        WriteTranscription(session, options, "input_audio_transcription", "whisper-1");
        WriteTurns(session, options);
    }

    private static void WriteSecond(Utf8JsonWriter session, RealtimeOptions options)
    {
        session.WriteString("type", "realtime");
        session.WriteStartArray("output_modalities");
        session.WriteStringValue("audio");
        session.WriteEndArray();
        session.WriteStartObject("audio");
        session.WriteStartObject("input");
        WriteFormat(session);
        WriteTranscription(session, options, "transcription", "gpt-4o-mini-transcribe");
        WriteTurns(session, options);
        session.WriteEndObject();
        session.WriteStartObject("output");
        WriteFormat(session);
        if (options.Voice is { } voice) session.WriteString("voice", voice);
        session.WriteEndObject();
        session.WriteEndObject();
    }

    private static void WriteFormat(Utf8JsonWriter session)
    {
        session.WriteStartObject("format");
        session.WriteString("type", "audio/pcm");
        session.WriteNumber("rate", SampleRate);
        session.WriteEndObject();
    }

    private static void WriteTranscription(Utf8JsonWriter session, RealtimeOptions options, string name, string usual)
    {
        if (string.Equals(options.Transcription, "none", StringComparison.OrdinalIgnoreCase)) return;
        session.WriteStartObject(name);
        session.WriteString("model", options.Transcription ?? usual);
        session.WriteEndObject();
    }

    private static void WriteTurns(Utf8JsonWriter session, RealtimeOptions options)
    {
        session.WritePropertyName("turn_detection");
        if (options.TurnDetection.ValueKind is JsonValueKind.Undefined or JsonValueKind.Null)
        {
            session.WriteStartObject();
            session.WriteString("type", "server_vad");
            session.WriteEndObject();
        }
        else
        {
            options.TurnDetection.WriteTo(session);
        }
    }
}
