using System.Text.Json;
using Parley.Speech.Realtime;

namespace Parley.Speech.Tests.Realtime;

/// <summary>Where realtime models are, and what they are told first.</summary>
public sealed class RealtimeWireTests
{
    [Theory]
    [InlineData("openai", null, "wss://api.openai.com/v1/realtime?model=m%201")]
    [InlineData("openai", "https://proxy.example.com", "wss://proxy.example.com/v1/realtime?model=m%201")]
    [InlineData("own", "ws://127.0.0.1:9/x?a=b", "ws://127.0.0.1:9/x?a=b&model=m%201")]
    [InlineData("azure", "https://r.openai.azure.com", "wss://r.openai.azure.com/openai/realtime?api-version=2025-04-01-preview&deployment=m%201")]
    public void The_address_is_made_of_provider_endpoint_and_model(string provider, string? endpoint, string expected)
    {
        var address = RealtimeWire.Address(new() { Provider = provider, Endpoint = endpoint is null ? null : new(endpoint), Model = "m 1" });
        Assert.Equal(new Uri(expected), address);
    }

    [Fact]
    public void The_key_goes_where_the_provider_looks_for_it()
    {
        Assert.Equal([("Authorization", "Bearer k")], RealtimeWire.Headers(new() { Key = "k" }));
        Assert.Equal([("Authorization", "Bearer k"), ("OpenAI-Beta", "realtime=v1")], RealtimeWire.Headers(new() { Provider = "own", Endpoint = new("ws://x"), Key = "k" }));
        Assert.Equal("api-key", RealtimeWire.Headers(new() { Provider = "azure", Endpoint = new("https://x"), Key = "k" }).First().Name);
        Assert.Empty(RealtimeWire.Headers(new()));
    }

    [Fact]
    public void OpenAI_is_told_of_a_session_as_its_API_is_now()
    {
        var session = Session(new() { Instructions = "Be kind.", Voice = "marin", Tools = [JsonElement.Parse("""{"type":"function","name":"f"}""")] });
        Assert.Equal("""
            {"type":"session.update","session":{"instructions":"Be kind.","type":"realtime","output_modalities":["audio"],"audio":{"input":{"format":{"type":"audio/pcm","rate":24000},"transcription":{"model":"gpt-4o-mini-transcribe"},"turn_detection":{"type":"server_vad"}},"output":{"format":{"type":"audio/pcm","rate":24000},"voice":"marin"}},"tools":[{"type":"function","name":"f"}]}}
            """, session);
    }

    [Fact]
    public void Others_are_told_as_in_its_first_version()
    {
        var session = Session(new()
        {
            Provider = "own", Endpoint = new("ws://x"), Voice = "alloy", Transcription = "none", TurnDetection = JsonElement.Parse("null"),
            Extra = new Dictionary<string, JsonElement> { ["temperature"] = JsonElement.Parse("0.7") },
        });
        Assert.Equal("""
            {"type":"session.update","session":{"modalities":["audio","text"],"input_audio_format":"pcm16","output_audio_format":"pcm16","voice":"alloy","turn_detection":{"type":"server_vad"},"temperature":0.7}}
            """, session);
    }

    [Fact]
    public void Options_that_cannot_be_are_refused_by_name()
    {
        Assert.Equal("Endpoint", Refused(new() { Provider = "azure" }));
        Assert.Equal("Endpoint", Refused(new() { Endpoint = new("ftp://x") }));
        Assert.Equal("Model", Refused(new() { Model = " " }));
        Assert.Equal("Key", Refused(new() { Key = "a\r\nX: b" }));
    }

    private static string Session(RealtimeOptions options) => RealtimeWire.Session(options);

    private static string? Refused(RealtimeOptions options) => Assert.Throws<ArgumentException>(options.Validate).ParamName;
}
