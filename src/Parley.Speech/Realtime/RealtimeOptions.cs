using System.Text.Json;
using System.Text;

namespace Parley.Speech.Realtime;

/// <summary>A model that hears and speaks by itself, over a WebSocket as OpenAI's realtime API has it. Its text form shows no secrets.</summary>
public sealed record RealtimeOptions
{
    /// <summary><c>openai</c>, <c>azure</c>, or the name of another that speaks as they do, which needs an <see cref="Endpoint"/>. Default <c>openai</c>.</summary>
    public string Provider { get; init; } = "openai";

    /// <summary>Where: an http, https, ws or wss URL; of azure the resource. Null for OpenAI's own.</summary>
    public Uri? Endpoint { get; init; }

    /// <summary>Model, or azure's deployment. Default <c>gpt-realtime</c>.</summary>
    public string Model { get; init; } = "gpt-realtime";

    /// <summary>The key; null for none.</summary>
    public string? Key { get; init; }

    /// <summary>What the model is told about its task; null for nothing.</summary>
    public string? Instructions { get; init; }

    /// <summary>Its voice; null for the vendor's default.</summary>
    public string? Voice { get; init; }

    /// <summary>Model that writes down what the caller says; <c>none</c> for no text of it. Null for the vendor's usual one.</summary>
    public string? Transcription { get; init; }

    /// <summary>How it tells turns, as the API has it; undefined for <c>{"type":"server_vad"}</c>.</summary>
    public JsonElement TurnDetection { get; init; }

    /// <summary>Tools it may use, as the API has them.</summary>
    public IReadOnlyList<JsonElement> Tools { get; init; } = [];

    /// <summary>Further members of the API's session, as it has them.</summary>
    public IReadOnlyDictionary<string, JsonElement> Extra { get; init; } = new Dictionary<string, JsonElement>();

    /// <summary>Whether the session is described as in the API's first version (<c>input_audio_format: "pcm16"</c>); null for what is usual: azure and endpoints of one's own do, OpenAI does not. Both kinds of answers are understood.</summary>
    public bool? IsFirstVersion { get; init; }

    /// <summary>Checks the values.</summary>
    /// <exception cref="ArgumentException">One cannot be; the message says which.</exception>
    public void Validate()
    {
        if (string.IsNullOrWhiteSpace(Provider)) throw new ArgumentException($"{nameof(Provider)} must be openai, azure or a name of one's own.", nameof(Provider));
        if (Endpoint is null && !Provider.Equals("openai", StringComparison.OrdinalIgnoreCase)) throw new ArgumentException($"{nameof(Endpoint)} must be there: {Provider} has none of its own.", nameof(Endpoint));
        if (Endpoint is { } endpoint && (!endpoint.IsAbsoluteUri || endpoint.Scheme is not ("http" or "https" or "ws" or "wss")))
            throw new ArgumentException($"{nameof(Endpoint)} must be an http, https, ws or wss URL.", nameof(Endpoint));
        if (string.IsNullOrWhiteSpace(Model)) throw new ArgumentException($"{nameof(Model)} must be there.", nameof(Model));
        if (Key.AsSpan().IndexOfAny('\r', '\n') >= 0) throw new ArgumentException($"{nameof(Key)} must be one line.", nameof(Key));
    }

    private bool PrintMembers(StringBuilder text)
    {
        text.Append($"Provider = {Provider}, Model = {Model}, Endpoint = {Endpoint?.Host}, Voice = {Voice}, Transcription = {Transcription}");
        return true;
    }
}
