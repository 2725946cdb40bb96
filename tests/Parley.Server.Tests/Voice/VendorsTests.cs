using System.Collections.Concurrent;
using System.Text.Json;
using Parley.Media.Audio;
using Parley.Server.Tests.Support;
using Parley.TestSupport.Speech;
using static Parley.Server.Tests.Voice.VoiceStage;

namespace Parley.Server.Tests.Voice;

/// <summary>Vendors that fail within calls: each failure is an error event, the call is heard on, and what the vendor does goes on. All vendors at once, each in a call of its own.</summary>
public sealed class VendorsTests : IAsyncLifetime
{
    private readonly ConcurrentDictionary<string, BotScene.Ear> _ears = new();
    private VoiceStage _stage = null!;

    public async ValueTask InitializeAsync()
    {
        var patience = TimeSpan.FromSeconds(6); // more than a busy machine lets a vendor wait
        _stage = await StartAsync(
            new() { Urls = new(["127.0.0.1", "localhost"]), Recognition = new() { RetryDelay = TimeSpan.FromMilliseconds(50), MaxRetryDelay = TimeSpan.FromMilliseconds(300), ResponseTimeout = patience } },
            limits: new() { ConnectTimeout = patience, ResponseTimeout = patience });
        _stage.Serve(async call =>
        {
            await call.AnswerAsync();
            var ear = new BotScene.Ear();
            call.Audio.Listen(ear);
            call.Audio.Play(new AudioClipSource(Talk(), 8000, repeat: true));
            _ears[call.To.Uri.User!] = ear;
            await call.WaitForEndAsync();
        });
    }

    public ValueTask DisposeAsync() => _stage.DisposeAsync();

    [Theory]
    [InlineData(Manner.RefusesKey)]
    [InlineData(Manner.TooMany)]
    [InlineData(Manner.ClosesEarly)]
    [InlineData(Manner.BreaksOff)]
    [InlineData(Manner.Silent)]
    [InlineData(Manner.Garbage)]
    public Task A_recogniser_that_fails_is_told_the_call_goes_on_and_words_behind_it_are_recognised(Manner manner) => Task.WhenAll(VendorServers.Names.Select(async vendor =>
    {
        await using var server = await VendorServers.StartAsync(vendor, manner);
        await using var socket = await CallAsync(vendor, $"\"asr\":{{{Options(vendor, server, speaks: false)}}}");
        await socket.SendAsync($$"""{"command":"tts","text":"{{new string('a', 2_000)}}"}""");
        var error = await NextAsync(socket, "error");
        await _ears[vendor].HearsAsync(10, vendor); // what is said is heard on
        var text = (await NextAsync(socket, "asrFinal")).Text("text");
        var connecting = manner is Manner.RefusesKey or Manner.TooMany || (manner == Manner.Silent && vendor is "tencent" or "aliyun");
        Assert.Equal(Sender(vendor, connecting), error.Text("sender"));
        Assert.Equal(
            manner switch
            {
                Manner.RefusesKey => vendor == "tencent" ? 4002 : 401,
                Manner.TooMany => 429,
                Manner.ClosesEarly when vendor != "openai" => 1011,
                Manner.Silent when connecting && vendor is "tencent" or "aliyun" => 500,
                _ => null,
            },
            Code(error));
        Assert.DoesNotContain(VendorServers.Key, error.Text("error"), StringComparison.Ordinal);
        Assert.Equal(vendor == "openai" ? "something" : "w", text[..(vendor == "openai" ? 9 : 1)]);
        Assert.True(server.Connections >= 2);
        await EndAsync(socket);
    }));

    [Theory]
    [InlineData(Manner.RefusesKey)]
    [InlineData(Manner.TooMany)]
    [InlineData(Manner.ClosesEarly)]
    [InlineData(Manner.BreaksOff)]
    [InlineData(Manner.Silent)]
    [InlineData(Manner.Garbage)]
    [InlineData(Manner.ServerError)]
    public Task A_synthesiser_that_fails_is_told_the_call_goes_on_and_the_next_text_is_heard(Manner manner) => Task.WhenAll(VendorServers.Names.Select(async vendor =>
    {
        await using var server = await VendorServers.StartAsync(vendor, manner);
        await using var socket = await CallAsync(vendor, $"\"tts\":{{{Options(vendor, server, speaks: true)}}},\"vad\":{{}}");
        await socket.SendAsync("""{"command":"tts","text":"Nobody hears this","playId":"first"}""");
        var error = await NextAsync(socket, "error");
        await UntilAsync(socket, "speaking"); // the other side is heard meanwhile
        await socket.SendAsync($$"""{"command":"tts","text":"{{new string('~', 60)}}","playId":"second"}""");
        await UntilAsync(socket, "trackStart");
        await _ears[vendor].HearsAsync(10, vendor);
        await UntilAsync(socket, "trackEnd");
        Assert.Equal("tts", error.Text("sender"));
        var code = Code(error);
        switch (manner)
        {
            case Manner.RefusesKey: Assert.Equal(vendor == "tencent" ? 10003 : 401, code); break;
            case Manner.TooMany: Assert.Equal(429, code); break;
            case Manner.ServerError: Assert.Equal(503, code); break;
            default: Assert.Contains(code, (int?[])[500, 1011]); break;
        }

        Assert.DoesNotContain(VendorServers.Key, error.Text("error"), StringComparison.Ordinal);
        await EndAsync(socket);
    }));

    [Fact]
    public Task Slow_vendors_are_waited_for_without_an_error() => Task.WhenAll(VendorServers.Names.Select(async vendor =>
    {
        await using var server = await VendorServers.StartAsync(vendor, [.. Enumerable.Repeat(Manner.Slow, 4)]);
        await using var socket = await CallAsync(vendor, $"\"asr\":{{{Options(vendor, server, speaks: false)}}},\"tts\":{{{Options(vendor, server, speaks: true)}}}");
        await socket.SendAsync($$"""{"command":"tts","text":"{{new string('~', 60)}}"}""");
        await _ears[vendor].HearsAsync(10, vendor);
        var events = await UntilAsync(socket, "asrFinal");
        Assert.DoesNotContain("error", events.Select(Name));
        await EndAsync(socket);
    }));

    [Fact]
    public async Task The_next_vendor_takes_over_from_one_that_refuses()
    {
        await using var bad = await VendorServers.StartAsync("deepgram", [.. Enumerable.Repeat(Manner.RefusesKey, 50)]);
        await using var good = await VendorServers.StartAsync("voiceapi");
        await using var socket = await CallAsync(
            "both",
            $"\"asr\":{{{Options("deepgram", bad, speaks: false)},\"fallback\":{{{Options("voiceapi", good, speaks: false)}}}}},\"tts\":{{{Options("deepgram", bad, speaks: true)},\"fallback\":{{{Options("voiceapi", good, speaks: true)}}}}}");
        var events = await UntilAsync(socket, "asrFinal");
        Assert.Equal("DeepgramAsrClient", Assert.Single(events, one => Name(one) == "error").Text("sender"));
        await socket.SendAsync($$"""{"command":"tts","text":"{{new string('~', 60)}}"}""");
        Assert.Equal("tts", (await NextAsync(socket, "error")).Text("sender"));
        await _ears["both"].HearsAsync(10);
        await EndAsync(socket);
    }

    private async Task<ApiSocket> CallAsync(string user, string option)
    {
        var socket = await _stage.ConnectAsync();
        var tts = option.Contains("\"tts\"", StringComparison.Ordinal) ? "" : ",\"tts\":{\"provider\":\"scripted\"}";
        await socket.SendAsync($$"""{"command":"invite","option":{"callee":"sip:{{user}}@{{_stage.Phone.Listeners[0].Local}}",{{option}}{{tts}} } }""");
        await UntilAsync(socket, "mediaReady");
        await ApiServer.UntilAsync(() => _ears.ContainsKey(user), "the phone listens");
        return socket;
    }

    // It could be ended in good order, whatever had failed.
    private static async Task EndAsync(ApiSocket socket)
    {
        await socket.SendAsync("""{"command":"hangup"}""");
        Assert.Equal("BySystem", (await NextAsync(socket, "hangup")).Text("reason"));
    }

    private static string Options(string vendor, VendorServer server, bool speaks) =>
        $"\"provider\":\"{vendor}\",\"endpoint\":\"{VendorServers.Endpoint(vendor, server, speaks)}\",\"appId\":\"1250000000\",\"secretId\":\"id-of-the-secret\",\"secretKey\":\"{VendorServers.Key}\"";

    private static string Sender(string vendor, bool connecting) => (vendor, connecting) switch
    {
        ("deepgram", true) => "DeepgramAsrClient",
        ("deepgram", false) => "deepgram_asr",
        ("tencent", true) => "TencentCloudAsrClient",
        ("tencent", false) => "tencent_cloud_asr",
        ("aliyun", true) => "AliyunAsrClient",
        ("aliyun", false) => "aliyun_asr",
        _ => "asr",
    };

    private static int? Code(JsonElement error) => error.TryGetProperty("code", out var code) && code.ValueKind == JsonValueKind.Number ? code.GetInt32() : null;

    /// <summary>A voice, so that somebody is heard to speak, and words that the vendors know.</summary>
    private static AudioClip Talk()
    {
        var voice = Voice();
        return new([.. voice, .. new short[2_400], .. Words.Say(8000, [3, 5, 7]), .. new short[2_400]], 8000);
    }

    /// <summary>A second of something that passes for a vowel: harmonics of 130 Hz under three formants, four syllables a second.</summary>
    private static short[] Voice()
    {
        var pcm = new short[8000];
        for (var i = 0; i < pcm.Length; i++)
        {
            var value = 0.0;
            for (var h = 1; h <= 25; h++)
                value += (Formant(130.0 * h, 600) + (0.5 * Formant(130.0 * h, 1200)) + (0.25 * Formant(130.0 * h, 2500))) * Math.Sin(2 * Math.PI * 130.0 * h * i / 8000);
            pcm[i] = (short)(2500 * value * (0.7 + (0.3 * Math.Cos(2 * Math.PI * 4 * i / 8000.0))));
        }

        return pcm;

        static double Formant(double hertz, double centre) => 1 / (1 + Math.Pow((hertz - centre) / 120, 2));
    }
}
