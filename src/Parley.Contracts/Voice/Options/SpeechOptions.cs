using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text;

namespace Parley.Contracts.Voice.Options;

/// <summary>Voice activity.</summary>
public sealed record VadOption
{
    /// <summary><c>silero</c>, <c>ten</c> or <c>webrtc</c>; null for silero.</summary>
    public string? Type { get; init; }

    /// <summary>Samples per second, 8000 or 16000; null for 16000.</summary>
    public int? Samplerate { get; init; }

    /// <summary>Milliseconds of voice before speech is told; null for 250.</summary>
    public uint? SpeechPadding { get; init; }

    /// <summary>Milliseconds without voice before its end is told; null for 100.</summary>
    public uint? SilencePadding { get; init; }

    /// <summary>Share of these that must have voice; null for 0.5.</summary>
    public double? Ratio { get; init; }

    /// <summary>Probability from which a frame has voice; null for 0.5.</summary>
    public double? VoiceThreshold { get; init; }

    /// <summary>Seconds of the longest speech; null for 50.</summary>
    public uint? MaxBufferDurationSecs { get; init; }

    /// <summary>Milliseconds of silence after which there is a silence event; null or 0 for never.</summary>
    public uint? SilenceTimeout { get; init; }

    /// <summary>A detector elsewhere.</summary>
    public string? Endpoint { get; init; }

    /// <summary>Its key.</summary>
    public string? SecretKey { get; init; }

    /// <summary>Its id.</summary>
    public string? SecretId { get; init; }

    private bool PrintMembers(StringBuilder text)
    {
        text.Append($"Type = {Type}, Samplerate = {Samplerate}, Endpoint = {Endpoint}");
        return true;
    }
}

/// <summary>Recognition.</summary>
public sealed record AsrOption
{
    /// <summary>Who recognises when this one refuses or fails again and again; null for nobody else.</summary>
    public AsrOption? Fallback { get; init; }

    /// <summary>Who: <c>deepgram</c>, <c>tencent</c>, <c>aliyun</c>, <c>openai</c>, <c>voiceapi</c>.</summary>
    public string? Provider { get; init; }

    /// <summary>Language, as the provider names it.</summary>
    public string? Language { get; init; }

    /// <summary>Tencent's application id.</summary>
    public string? AppId { get; init; }

    /// <summary>Tencent's secret id.</summary>
    public string? SecretId { get; init; }

    /// <summary>The key.</summary>
    public string? SecretKey { get; init; }

    /// <summary>Model, as the provider names it; goes before <see cref="Model"/>.</summary>
    public string? ModelType { get; init; }

    /// <summary>Model, as the provider names it.</summary>
    public string? Model { get; init; }

    /// <summary>Bytes kept; this server keeps by time instead.</summary>
    public int? BufferSize { get; init; }

    /// <summary>Samples per second sent to the provider, 8000 or 16000; null for 16000.</summary>
    public int? Samplerate { get; init; }

    /// <summary>Where the provider is instead of its usual address.</summary>
    public string? Endpoint { get; init; }

    /// <summary>Parameters by the provider's names.</summary>
    public IReadOnlyDictionary<string, string>? Extra { get; init; }

    /// <summary>Begins with the answer instead of with early media.</summary>
    public bool? StartWhenAnswer { get; init; }

    private bool PrintMembers(StringBuilder text)
    {
        text.Append($"Provider = {Provider}, Language = {Language}, Endpoint = {Endpoint}, Fallback = {Fallback}");
        return true;
    }
}

/// <summary>Synthesis.</summary>
public sealed record TtsOption
{
    /// <summary>Who speaks when this one refuses or fails again; null for nobody else.</summary>
    public TtsOption? Fallback { get; init; }

    /// <summary>Samples per second; null for 16000.</summary>
    public int? Samplerate { get; init; }

    /// <summary>Who: <c>espeak</c>, <c>deepgram</c>, <c>tencent</c>, <c>aliyun</c>, <c>openai</c>, <c>voiceapi</c>; null for espeak.</summary>
    public string? Provider { get; init; }

    /// <summary>Rate of speech, 0.25 to 4; null for 1.</summary>
    public double? Speed { get; init; }

    /// <summary>Tencent's application id.</summary>
    public string? AppId { get; init; }

    /// <summary>Tencent's secret id.</summary>
    public string? SecretId { get; init; }

    /// <summary>The key.</summary>
    public string? SecretKey { get; init; }

    /// <summary>Volume, 1 to 10; null for 5.</summary>
    public int? Volume { get; init; }

    /// <summary>Voice, as the provider names it.</summary>
    public string? Speaker { get; init; }

    /// <summary>Encoding; it is <c>pcm</c> inside this server.</summary>
    public string? Codec { get; init; }

    /// <summary>Asks for the times of words.</summary>
    public bool? Subtitle { get; init; }

    /// <summary>Model, as the provider names it.</summary>
    public string? Model { get; init; }

    /// <summary>Language, as the provider names it.</summary>
    public string? Language { get; init; }

    /// <summary>Emotion, as the provider names it.</summary>
    public string? Emotion { get; init; }

    /// <summary>Where the provider is instead of its usual address.</summary>
    public string? Endpoint { get; init; }

    /// <summary>Parameters by the provider's names.</summary>
    public IReadOnlyDictionary<string, string>? Extra { get; init; }

    /// <summary>Texts synthesised ahead.</summary>
    public int? MaxConcurrentTasks { get; init; }

    /// <summary>The provider's session.</summary>
    public string? SessionId { get; init; }

    /// <summary>Milliseconds, where the command has none.</summary>
    public uint? WaitInputTimeout { get; init; }

    private bool PrintMembers(StringBuilder text)
    {
        text.Append($"Provider = {Provider}, Speaker = {Speaker}, Model = {Model}, Language = {Language}, Endpoint = {Endpoint}, Fallback = {Fallback}");
        return true;
    }
}

/// <summary>End of utterance.</summary>
public sealed record EouOption
{
    /// <summary>Kind of detector; this server has its own.</summary>
    public string? Type { get; init; }

    /// <summary>A detector elsewhere.</summary>
    public string? Endpoint { get; init; }

    /// <summary>Its key.</summary>
    public string? SecretKey { get; init; }

    /// <summary>Its id.</summary>
    public string? SecretId { get; init; }

    /// <summary>Milliseconds of pause after words that do not end a sentence; null for 700.</summary>
    public uint? Timeout { get; init; }

    /// <summary>Parameters of the detector.</summary>
    public IReadOnlyDictionary<string, string>? Extra { get; init; }

    private bool PrintMembers(StringBuilder text)
    {
        text.Append($"Type = {Type}, Endpoint = {Endpoint}, Timeout = {Timeout}");
        return true;
    }
}

/// <summary>Automatic gain.</summary>
public sealed record AgcOption
{
    /// <summary>Room above the loudest, dB.</summary>
    public double? HeadroomDb { get; init; }

    /// <summary>Most gain, dB.</summary>
    public double? MaxGainDb { get; init; }

    /// <summary>Gain at the beginning, dB.</summary>
    public double? InitialGainDb { get; init; }

    /// <summary>Fastest change, dB a second.</summary>
    public double? MaxGainChangeDbPerSecond { get; init; }

    /// <summary>Loudest noise, dBFS.</summary>
    public double? MaxOutputNoiseLevelDbfs { get; init; }

    /// <summary>Frames of speech before it changes.</summary>
    public int? AdjacentSpeechFramesThreshold { get; init; }

    /// <summary>Whether a limiter follows.</summary>
    public bool? EnableLimiter { get; init; }
}

/// <summary>Audio to and from a WebSocket of its own.</summary>
public sealed record MediaPassOption
{
    /// <summary>Where: a ws or wss URL; <c>sample_rate</c>, <c>packet_size</c> and <c>call_id</c> are put behind its query.</summary>
    public string? Url { get; init; }

    /// <summary>Samples per second received, 8000 to 48000; null for 16000.</summary>
    public int? InputSampleRate { get; init; }

    /// <summary>Samples per second sent, 8000 to 48000; null for 16000.</summary>
    public int? OutputSampleRate { get; init; }

    /// <summary>Bytes of a message sent; null for those of <see cref="Ptime"/>, or 3200.</summary>
    public int? PacketSize { get; init; }

    /// <summary>Milliseconds of a message sent, at most 1000; null for none said.</summary>
    public int? Ptime { get; init; }

    /// <summary>Headers of the request that opens the connection, such as <c>Authorization</c>; null for none.</summary>
    public IReadOnlyDictionary<string, string>? Headers { get; init; }
}

/// <summary>Noise of a place.</summary>
public sealed record AmbianceOption
{
    /// <summary>The file, repeated for ever.</summary>
    public string? Path { get; init; }

    /// <summary>Level while something is said, 0 to 1.</summary>
    public double? DuckLevel { get; init; }

    /// <summary>Level otherwise, 0 to 1.</summary>
    public double? NormalLevel { get; init; }

    /// <summary>How fast one becomes the other.</summary>
    public double? TransitionSpeed { get; init; }

    /// <summary>False leaves it out.</summary>
    public bool? Enabled { get; init; }
}

/// <summary>A model that hears and speaks by itself.</summary>
public sealed record RealtimeOption
{
    /// <summary><c>openai</c>, <c>azure</c>, or the URL of another that speaks as they do; null for openai.</summary>
    public string? Provider { get; init; }

    /// <summary>Which model, or azure's deployment; null for <c>gpt-realtime</c>.</summary>
    public string? Model { get; init; }

    /// <summary>The key; null for the server's own, at OpenAI's own address only.</summary>
    public string? SecretKey { get; init; }

    /// <summary>Has no meaning here.</summary>
    public string? SecretId { get; init; }

    /// <summary>Where: a URL; null for OpenAI's own.</summary>
    public string? Endpoint { get; init; }

    /// <summary>How it tells turns, as the provider has it; null for <c>server_vad</c>.</summary>
    public JsonElement? TurnDetection { get; init; }

    /// <summary>Tools it may use, as the provider has them.</summary>
    public IReadOnlyList<JsonElement>? Tools { get; init; }

    /// <summary><c>instructions</c>, <c>voice</c>, <c>transcription</c> (model, or <c>none</c>), <c>version</c> (of the protocol: <c>1</c> or <c>2</c>); the rest goes into the provider's session as it is.</summary>
    public IReadOnlyDictionary<string, JsonElement>? Extra { get; init; }

    private bool PrintMembers(StringBuilder text)
    {
        text.Append($"Provider = {Provider}, Model = {Model}, Endpoint = {Endpoint}");
        return true;
    }
}

/// <summary>Tones of the network.</summary>
public sealed record RingbackDetectionOption
{
    /// <summary>Whether they are listened for; null for not.</summary>
    public bool? Enabled { get; init; }

    /// <summary>A model file; this server needs none.</summary>
    public string? ModelWeightsPath { get; init; }

    /// <summary>Seconds before the first judgement.</summary>
    public double? MinBufferSecs { get; init; }

    /// <summary>Seconds between judgements.</summary>
    public double? DetectionIntervalSecs { get; init; }

    /// <summary>Certainty needed, 0 to 1.</summary>
    public double? ConfidenceThreshold { get; init; }

    /// <summary>Tells changes only.</summary>
    public bool? OnStateChangeOnly { get; init; }

    /// <summary>Judgements taken together.</summary>
    public int? SlidingWindowSize { get; init; }

    /// <summary>Certainty of a last judgement, 0 to 1.</summary>
    public double? FinalConfidenceThreshold { get; init; }
}

/// <summary>Who answered: a person or a machine.</summary>
public sealed record AmdOption
{
    /// <summary>False leaves it out; null for true.</summary>
    public bool? Enabled { get; init; }
}
