using System.Text;
using Parley.Speech.Vendors;

namespace Parley.Speech.Recognition;

/// <summary>Which recogniser is used, and how. Its text form shows no secrets.</summary>
public sealed record RecognitionOptions
{
    /// <summary>Name of the vendor: <c>deepgram</c>, <c>tencent</c>, <c>aliyun</c>, <c>openai</c>, <c>voiceapi</c>, or one that was registered.</summary>
    public required string Provider { get; init; }

    /// <summary>Model, as the vendor names it (<c>nova-3</c>, <c>16k_zh</c>, <c>paraformer-realtime-v2</c>, <c>whisper-1</c>); null for the vendor's default here.</summary>
    public string? Model { get; init; }

    /// <summary>Language, as the vendor names it (<c>en-US</c>, <c>zh</c>); null for the vendor's default.</summary>
    public string? Language { get; init; }

    /// <summary>Tencent's application id.</summary>
    public string? AppId { get; init; }

    /// <summary>Tencent's secret id.</summary>
    public string? SecretId { get; init; }

    /// <summary>Tencent's secret key, or any other vendor's API key.</summary>
    public string? SecretKey { get; init; }

    /// <summary>Where the vendor is instead of its usual address, e.g. <c>wss://host/path</c>; null for that.</summary>
    public Uri? Endpoint { get; init; }

    /// <summary>Samples per second that are sent, 8000 or 16000. Default 16000.</summary>
    public int SampleRate { get; init; } = 16000;

    /// <summary>What connects with it, e.g. one that judges where an <see cref="Endpoint"/> leads that somebody else has named; stays its owner's. Null for the connections all vendors share.</summary>
    public SpeechConnections? Connections { get; init; }

    /// <summary>Further parameters, by the vendor's names.</summary>
    public IReadOnlyDictionary<string, string> Extra { get; init; } = new Dictionary<string, string>();

    private bool PrintMembers(StringBuilder text)
    {
        text.Append($"Provider = {Provider}, Model = {Model}, Language = {Language}, Endpoint = {Endpoint?.Host}, SampleRate = {SampleRate}");
        return true;
    }
}
