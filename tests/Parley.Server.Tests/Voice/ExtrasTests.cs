using System.Net;
using System.Net.Http.Headers;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using Parley.Server.Access;
using Parley.Server.Voice;
using Parley.Server.Voice.Extras;
using Parley.Speech.Synthesis;
using Parley.Speech.Vendors;
using Parley.TestSupport;
using static Parley.Server.Tests.Voice.VoiceStage;

namespace Parley.Server.Tests.Voice;

/// <summary>What programs of before expect over HTTP beside the calls: the language model's proxy, texts made beforehand, health.</summary>
public sealed class ExtrasTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("parley-extras-");
    private readonly HttpClient _http = new();

    public void Dispose()
    {
        _http.Dispose();
        _folder.Delete(recursive: true);
    }

    [Fact]
    public async Task Health_has_the_fields_that_are_known()
    {
        await using var stage = await StartAsync();
        var health = JsonElement.Parse(await _http.GetStringAsync(stage.Http("/health")));
        Assert.Equal("running", health.Text("status"));
        Assert.Matches(@"^\d{4}-\d\d-\d\dT", health.Text("uptime"));
        Assert.Matches(@"^\d+\.\d+\.\d+$", health.Text("version"));
        Assert.All((string[])["total", "failed", "runnings"], name => Assert.Equal(0, health.GetProperty(name).GetInt32()));
        Assert.NotEmpty(health.GetProperty("useragent").GetProperty("listen").EnumerateArray());
    }

    [Fact]
    public async Task A_text_is_cached_once_and_exists_then()
    {
        using var connections = new SpeechConnections();
        var speech = new SpeechProviders(connections, new SynthesisCache(new() { Folder = _folder.FullName, MaxEntryBytes = 100_000 }), _ => null);
        var made = 0;
        speech.Register("counted", (SynthesisOptions _, SpeechConnections _) => new Counted(() => made++));
        await using var stage = await StartAsync(new() { Speech = speech });
        const string Command = """{"command":"tts","text":"Hello","speaker":"s","option":{"provider":"counted","speed":1.5}}""";
        var first = await PostAsync(stage, Command);
        Assert.Equal((HttpStatusCode.OK, "cached"), (first.Status, first.Body.Text("status")));
        Assert.InRange(first.Body.GetProperty("bytes").GetInt64(), 320, 1_000);
        var again = await PostAsync(stage, Command);
        Assert.Equal(("exists", first.Body.Text("cacheKey"), 1), (again.Body.Text("status"), again.Body.Text("cacheKey"), made));
        Assert.Equal("cached", (await PostAsync(stage, Command.Replace("1.5", "1.0", StringComparison.Ordinal))).Body.Text("status"));
        var named = await PostAsync(stage, """{"command":"tts","text":"Hello","cacheKey":"mine","option":{"provider":"counted"}}""");
        Assert.Equal("mine", named.Body.Text("cacheKey"));
        Assert.Equal(3, made);
    }

    [Theory]
    [InlineData("{", 400)]
    [InlineData("""{"command":"hangup"}""", 400)]
    [InlineData("""{"command":"tts"}""", 400)]
    [InlineData("""{"command":"tts","text":""}""", 400)]
    [InlineData("""{"command":"tts","text":"x","option":{"provider":"nobody"}}""", 400)]
    [InlineData("""{"command":"tts","text":"x","option":{"provider":"scripted"}}""", 500)]
    public async Task What_cannot_be_cached_says_why(string command, int status)
    {
        await using var stage = await StartAsync();
        var answer = await PostAsync(stage, command);
        Assert.Equal((status, "error"), ((int)answer.Status, answer.Body.Text("status")));
        Assert.NotEmpty(answer.Body.Text("error"));
    }

    [Fact]
    public async Task There_is_no_proxy_unless_it_is_configured()
    {
        await using var stage = await StartAsync();
        Assert.Equal(HttpStatusCode.NotFound, (await _http.PostAsync(stage.Http("/llm/v1/chat/completions"), new StringContent("{}"))).StatusCode);
    }

    [Theory]
    [InlineData(null, "Bearer server-key")]
    [InlineData("Bearer own-key", "Bearer own-key")]
    public async Task The_proxy_adds_the_servers_key_where_there_is_none(string? own, string seen)
    {
        await using var ear = new HttpEar(async (_, response) =>
        {
            response.StatusCode = 201;
            response.ContentType = "application/json";
            await response.OutputStream.WriteAsync("""{"id":"1"}"""u8.ToArray());
        });
        await using var stage = await StartAsync(new() { Llm = new() { Base = new(ear.Url, "v1"), Key = "server-key" } });
        using var request = new HttpRequestMessage(HttpMethod.Post, stage.Http("/llm/v1/chat/completions?user=a&key=x")) { Content = new StringContent("""{"model":"m"}""", Encoding.UTF8, "application/json") };
        if (own is not null)
            request.Headers.Authorization = AuthenticationHeaderValue.Parse(own);
        using var response = await _http.SendAsync(request);
        Assert.Equal((HttpStatusCode.Created, """{"id":"1"}"""), (response.StatusCode, await response.Content.ReadAsStringAsync()));
        var asked = await ear.NextAsync();
        Assert.Equal(("POST", "/v1/chat/completions?user=a", """{"model":"m"}""", seen), (asked.Method, asked.Path, asked.Text, asked.Headers["Authorization"]));
    }

    [Fact]
    public async Task With_keys_the_proxy_is_for_those_who_have_one_and_keeps_it_to_itself()
    {
        await using var ear = new HttpEar();
        await using var stage = await StartAsync(
            new() { Llm = new() { Base = ear.Url, Key = "server-key" } }, host => host with { Keys = new([new ApiKey("me", "a-secret-of-some-length")]) });
        Assert.Equal(HttpStatusCode.Unauthorized, (await _http.GetAsync(stage.Http("/llm/v1/models"))).StatusCode);
        using var request = new HttpRequestMessage(HttpMethod.Get, stage.Http("/llm/v1/models"));
        request.Headers.Authorization = new("Bearer", "a-secret-of-some-length");
        Assert.Equal(HttpStatusCode.OK, (await _http.SendAsync(request)).StatusCode);
        Assert.Equal("Bearer server-key", (await ear.NextAsync()).Headers["Authorization"]);
        foreach (var path in (string[])["/list", "/kill/x", "/events/x", "/api/records", "/iceservers", "/health", "/openapi.json", "/asyncapi.json"])
            Assert.Equal(HttpStatusCode.Unauthorized, (await _http.GetAsync(stage.Http(path))).StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await _http.PostAsync(stage.Http("/precache"), new StringContent("{}"))).StatusCode);
    }

    [Fact]
    public async Task The_proxy_passes_a_streams_pieces_on_as_they_come()
    {
        var seen = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var ear = new HttpEar(async (_, response) =>
        {
            response.ContentType = "text/event-stream";
            await response.OutputStream.WriteAsync("data: one\n\n"u8.ToArray());
            await response.OutputStream.FlushAsync();
            await seen.Task.WaitAsync(TimeSpan.FromSeconds(30)); // the second only when the first has been read
            await response.OutputStream.WriteAsync("data: two\n\n"u8.ToArray());
        });
        await using var stage = await StartAsync(new() { Llm = new() { Base = ear.Url } });
        using var request = new HttpRequestMessage(HttpMethod.Post, stage.Http("/llm/v1/chat/completions")) { Content = new StringContent("{}") };
        using var response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync());
        Assert.Equal("data: one", await reader.ReadLineAsync());
        seen.SetResult();
        Assert.Contains("data: two", await reader.ReadToEndAsync(), StringComparison.Ordinal);
        Assert.Equal("text/event-stream", response.Content.Headers.ContentType!.MediaType);
    }

    [Fact]
    public async Task The_proxys_requests_have_limits()
    {
        var release = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var ear = new HttpEar((_, _) => release.Task);
        await using var stage = await StartAsync(new() { Llm = new() { Base = ear.Url, MaxRequest = 100, MaxRequests = 1 } });
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, (await _http.PostAsync(stage.Http("/llm/v1/x"), new StringContent(new string('x', 101)))).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await _http.PostAsync(stage.Http("/llm/v1/a%2F..%2Fb"), new StringContent("x"))).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await _http.PostAsync(stage.Http("/llm/v1/a%40b"), new StringContent("x"))).StatusCode);
        var first = _http.PostAsync(stage.Http("/llm/v1/x"), new StringContent("x"));
        await ear.NextAsync();
        Assert.Equal(HttpStatusCode.TooManyRequests, (await _http.PostAsync(stage.Http("/llm/v1/x"), new StringContent("x"))).StatusCode);
        release.SetResult();
        Assert.Equal(HttpStatusCode.OK, (await first).StatusCode);
        Assert.Equal(1, ear.Count);
    }

    [Fact]
    public async Task A_service_that_is_away_is_a_bad_gateway()
    {
        await using var stage = await StartAsync(new() { Llm = new() { Base = new("http://127.0.0.1:1/v1") } });
        Assert.Equal(HttpStatusCode.BadGateway, (await _http.PostAsync(stage.Http("/llm/v1/x"), new StringContent("x"))).StatusCode);
    }

    private async Task<(HttpStatusCode Status, JsonElement Body)> PostAsync(VoiceStage stage, string command)
    {
        using var response = await _http.PostAsync(stage.Http("/precache"), new StringContent(command));
        return (response.StatusCode, JsonElement.Parse(await response.Content.ReadAsStringAsync()));
    }

    private sealed class Counted(Action made) : ISynthesiser
    {
        public string Name => "counted";

        public async IAsyncEnumerable<SynthesisChunk> SynthesiseAsync(SynthesisRequest request, [EnumeratorCancellation] CancellationToken cancel)
        {
            made();
            await Task.Yield();
            yield return new(new short[160], 8_000);
        }
    }
}
