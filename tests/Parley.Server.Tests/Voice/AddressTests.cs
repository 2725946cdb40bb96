using System.Collections.Concurrent;
using System.Net;
using System.Text.Json;
using Parley.Net.Http;
using Parley.Server.Tests.Support;
using Parley.Server.Voice;
using Parley.TestSupport;
using Parley.TestSupport.Speech;
using static Parley.Server.Tests.Voice.VoiceStage;

namespace Parley.Server.Tests.Voice;

/// <summary>Where commands may have vendors: what leads elsewhere is an error that names the option, what named it is left out, and the call goes on.</summary>
public sealed class AddressTests
{
    private const string Inner = "ws://10.0.0.1:9000/v1";

    [Theory]
    [InlineData("asr", Inner, "not allowed")]
    [InlineData("asr", "file:///etc/passwd", "not allowed")]
    [InlineData("asr", "nowhere", "is no URL")]
    [InlineData("tts", Inner, "not allowed")]
    public async Task An_address_that_may_not_be_reached_is_an_error_and_the_fallback_takes_over(string part, string endpoint, string why)
    {
        await using var stage = await StartAsync(new() { Urls = new(["media.example.com"]) });
        _ = stage.AnswerAll();
        await using var socket = await stage.ConnectAsync();
        var other = part == "asr" ? ",\"tts\":{\"provider\":\"scripted\"}" : "";
        await socket.SendAsync($$$"""{"command":"invite","option":{"callee":"{{{stage.PhoneUri}}}","{{{part}}}":{"provider":"voiceapi","endpoint":"{{{endpoint}}}","fallback":{"provider":"scripted"}}{{{other}}}}}""");
        var error = (await UntilAsync(socket, "error"))[^1].GetProperty("error").GetString()!;
        Assert.StartsWith($"invite: option.{part}.endpoint: ", error, StringComparison.Ordinal);
        Assert.Contains(why, error, StringComparison.Ordinal);
        await SaysAsync(socket, "");
        if (part != "asr")
            return;
        lock (stage.Recognitions)
            Assert.Equal("scripted", Assert.Single(stage.Recognitions).Provider);
    }

    [Fact]
    public async Task A_text_whose_own_voice_may_not_be_reached_is_said_by_the_calls()
    {
        await using var stage = await StartAsync();
        _ = stage.AnswerAll();
        await using var socket = await stage.ConnectAsync();
        await socket.SendAsync(stage.Invite());
        await UntilAsync(socket, "mediaReady");
        var events = await SaysAsync(socket, $$""","option":{"provider":"voiceapi","endpoint":"{{Inner}}"}""");
        Assert.StartsWith("tts: option.endpoint: URLs of 10.0.0.1 are not allowed", Assert.Single(events, one => Name(one) == "error").GetProperty("error").GetString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("deepgram")]
    [InlineData("openai")]
    public async Task What_a_name_leads_to_is_judged_when_it_is_connected_to(string vendor)
    {
        await using var server = await VendorServers.StartAsync(vendor);
        // Allowed as a name, since every public host is; what it leads to is this machine.
        var asked = new ConcurrentQueue<string>();
        var guard = new UrlGuard([], true, (host, _) =>
        {
            asked.Enqueue(host);
            return Task.FromResult<IPAddress[]>([IPAddress.Loopback]);
        });
        await using var stage = await StartAsync(new() { Urls = guard });
        _ = stage.AnswerAll();
        await using var socket = await stage.ConnectAsync();
        var endpoint = new UriBuilder(VendorServers.Endpoint(vendor, server, speaks: true)) { Host = "voice.example.com" }.Uri;
        await socket.SendAsync(stage.Invite());
        await UntilAsync(socket, "mediaReady");
        await socket.SendAsync($$$"""{"command":"tts","text":"aaaaa","option":{"provider":"{{{vendor}}}","endpoint":"{{{endpoint}}}","secretKey":"{{{VendorServers.Key}}}"}}""");
        Assert.Contains("voice.example.com", (await UntilAsync(socket, "error"))[^1].GetProperty("error").GetString(), StringComparison.Ordinal);
        Assert.Equal(0, server.Connections);
        Assert.Contains("voice.example.com", asked);
        await SaysAsync(socket, "");
    }

    [Fact]
    public async Task A_text_is_kept_only_from_where_URLs_may_lead()
    {
        await using var stage = await StartAsync();
        using var http = new HttpClient();
        using var answer = await http.PostAsync(stage.Http("/precache"), new StringContent($$$"""{"command":"tts","text":"a","option":{"provider":"voiceapi","endpoint":"{{{Inner}}}"}}"""));
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Contains("option.endpoint: ", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_played_is_judged_by_where_its_name_leads_and_by_where_it_is_redirected()
    {
        await using var inner = new HttpEar();
        await using var web = new HttpEar((_, response) =>
        {
            response.Redirect($"{inner.Url}a.wav");
            return Task.CompletedTask;
        });
        await using var stage = await StartAsync(new() { Urls = new([web.Url.Authority], true, (_, _) => Task.FromResult<IPAddress[]>([IPAddress.Loopback])) });
        _ = stage.AnswerAll();
        await using var socket = await stage.ConnectAsync();
        await socket.SendAsync(stage.Invite());
        await UntilAsync(socket, "mediaReady");
        foreach (var (url, why) in new[]
        {
            ($"http://media.example.com:{inner.Url.Port}/a.wav", "leads to 127.0.0.1, which is no public address"), ($"{web.Url}moved.wav", "leads to 127.0.0.1, which is no public address"),
            ($"{inner.Url}a.wav", "URLs of 127.0.0.1 are not allowed here"),
        })
        {
            await socket.SendAsync($$"""{"command":"play","url":"{{url}}"}""");
            Assert.Contains(why, (await UntilAsync(socket, "error"))[^1].GetProperty("error").GetString(), StringComparison.Ordinal);
        }

        Assert.Equal((1, 0), (web.Count, inner.Count));
    }

    private static async Task<List<JsonElement>> SaysAsync(ApiSocket socket, string more)
    {
        await socket.SendAsync($$$"""{"command":"tts","text":"aaaaa","playId":"said"{{{more}}}}""");
        var events = new List<JsonElement>();
        do
            events.AddRange(await UntilAsync(socket, "trackEnd"));
        while (!events[^1].TryGetProperty("playId", out var id) || id.GetString() != "said");
        return events;
    }
}
