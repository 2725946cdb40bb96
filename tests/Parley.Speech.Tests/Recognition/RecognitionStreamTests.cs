using System.Collections.Concurrent;
using Parley.Speech.Activity;
using Parley.Speech.Recognition;
using Parley.TestSupport.Speech;
using Parley.Speech.Vendors;

namespace Parley.Speech.Tests.Recognition;

/// <summary>Every recogniser against a server of its protocol, well and ill behaved: each failure is one event, and the call is heard on.</summary>
public sealed class RecognitionStreamTests : IDisposable
{
    private static readonly RecognitionStreamOptions s_options = new()
    {
        RetryDelay = TimeSpan.FromMilliseconds(20), MaxRetryDelay = TimeSpan.FromMilliseconds(200), ResponseTimeout = TimeSpan.FromSeconds(5),
    };

    private readonly SpeechConnections _connections = new(new() { ConnectTimeout = TimeSpan.FromSeconds(5), ResponseTimeout = TimeSpan.FromSeconds(5) });
    private readonly ConcurrentQueue<SpeechEvent> _events = new();

    public void Dispose() => _connections.Dispose();

    [Theory]
    [InlineData("deepgram")]
    [InlineData("tencent")]
    [InlineData("aliyun")]
    [InlineData("openai")]
    [InlineData("voiceapi")]
    public async Task Words_are_recognised_in_their_order_with_their_times(string vendor)
    {
        await using var server = await VendorServers.StartAsync(vendor);
        await using var stream = Open(VendorServers.Recogniser(vendor, server, _connections));
        await Say(stream, 1, 2, 3);
        var finals = await Finals(3);
        Assert.Empty(server.Complaints);
        Assert.Equal(["w1", "w2", "w3"], finals.Select(text => text.Text));
        Assert.Equal([0, 1, 2], finals.Select(text => text.Index));
        Assert.All(finals, text => Assert.True(text.EndedAt >= text.StartedAt && text.Provider == vendor));
        Assert.Empty(Problems());
        if (vendor is "deepgram" or "tencent" or "aliyun")
        {
            Assert.InRange((finals[1].StartedAt - finals[0].StartedAt).TotalMilliseconds, 290, 310);
            Assert.Contains(_events.OfType<TextRecognised>(), text => !text.IsFinal);
        }

        Assert.Contains(_events.OfType<SpeechMetric>(), metric => metric.Key == $"ttfb.asr.{vendor}");
        await Until(() => Completed().Count == 3, "each final text is measured");
        Assert.Equal([0, 1, 2], Completed().Select(metric => metric.TextIndex));
        Assert.All(Completed(), metric => Assert.InRange(metric.Duration, TimeSpan.Zero, TimeSpan.FromSeconds(30)));

        List<SpeechMetric> Completed() => [.. _events.OfType<SpeechMetric>().Where(metric => metric.Key == $"completed.asr.{vendor}")];
    }

    [Theory]
    [InlineData("zh-CN", 16_000, "16k_zh")]
    [InlineData("en-US", 8_000, "8k_en")]
    [InlineData("ja", 16_000, "16k_ja")]
    [InlineData("ja", 8_000, "8k_zh")]
    [InlineData("tlh", 16_000, "16k_zh_en")]
    [InlineData(null, 16_000, "16k_zh_en")]
    public void Tencents_engine_follows_from_the_language(string? language, int rate, string engine) => Assert.Equal(engine, TencentRecogniser.Engine(language, rate));

    [Theory]
    [CombinatorialVendors(Manner.RefusesKey, Manner.TooMany, Manner.ClosesEarly, Manner.BreaksOff, Manner.Silent, Manner.Garbage)]
    public async Task A_failure_is_an_event_and_recognition_goes_on(string vendor, Manner manner)
    {
        await using var server = await VendorServers.StartAsync(vendor, manner);
        await using var stream = Open(VendorServers.Recogniser(vendor, server, _connections));
        await Say(stream, 1, 2, 3);
        await Until(() => !Problems().IsEmpty, "a problem is told");
        await Say(stream, 4, 5, 6);
        await Until(() => _events.OfType<TextRecognised>().Any(text => text.IsFinal && text.Text == "w6"), "words behind the failure are recognised");
        Assert.Empty(server.Complaints);
        var problem = Problems().First();
        Assert.Equal(("asr", vendor), (problem.Sender, problem.Provider));
        Assert.Single(Problems());
        Assert.All(Problems(), one => Assert.DoesNotContain(VendorServers.Key, one.Message, StringComparison.Ordinal));
        var words = _events.OfType<TextRecognised>().Where(text => text.IsFinal).Select(text => text.Text).ToList();
        Assert.Equal(words.Order(StringComparer.Ordinal), words);
        Assert.Equal(words.Distinct(), words);
        // What was said while the vendor was away is sent again; the HTTP one loses the utterance it was asked about.
        if (vendor != "openai") Assert.Equal(["w1", "w2", "w3", "w4", "w5", "w6"], words);
        else Assert.EndsWith("w4 w5 w6", string.Join(' ', words), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("deepgram")]
    [InlineData("tencent")]
    [InlineData("aliyun")]
    [InlineData("openai")]
    [InlineData("voiceapi")]
    public async Task A_slow_vendor_is_waited_for(string vendor)
    {
        await using var server = await VendorServers.StartAsync(vendor, Manner.Slow, Manner.Slow, Manner.Slow);
        await using var stream = Open(VendorServers.Recogniser(vendor, server, _connections));
        await Say(stream, 1, 2, 3);
        await Finals(3);
        Assert.Empty(Problems());
    }

    [Fact]
    public async Task A_wrong_key_is_refused_by_the_server_and_named_without_the_key()
    {
        await using var server = await VendorServers.StartAsync("tencent");
        await using var stream = Open(VendorServers.Recogniser("tencent", server, _connections, "another-key"));
        await Until(() => !Problems().IsEmpty, "a problem is told");
        var problem = Problems().First();
        Assert.Equal(4002, problem.Code);
        Assert.DoesNotContain("another-key", problem.Message, StringComparison.Ordinal);
        Assert.NotEmpty(server.Complaints);
    }

    [Fact]
    public async Task The_next_vendor_takes_over_from_one_that_refuses()
    {
        await using var bad = await VendorServers.StartAsync("deepgram", [.. Enumerable.Repeat(Manner.RefusesKey, 50)]);
        await using var good = await VendorServers.StartAsync("voiceapi");
        await using var stream = Open(VendorServers.Recogniser("deepgram", bad, _connections), VendorServers.Recogniser("voiceapi", good, _connections));
        await Say(stream, 1, 2);
        var finals = await Finals(2);
        Assert.Equal(["w1", "w2"], finals.Select(text => text.Text));
        Assert.Equal("voiceapi", stream.Provider);
        Assert.Equal((1, 401), (bad.Connections, Problems().First().Code));
    }

    [Fact]
    public async Task The_next_vendor_takes_over_from_one_that_fails_again_and_again()
    {
        await using var bad = await VendorServers.StartAsync("deepgram", [.. Enumerable.Repeat(Manner.ServerError, 50)]);
        await using var good = await VendorServers.StartAsync("voiceapi");
        await using var stream = Open(VendorServers.Recogniser("deepgram", bad, _connections), VendorServers.Recogniser("voiceapi", good, _connections));
        await Say(stream, 1, 2);
        await Finals(2);
        Assert.Equal((2, 2), (bad.Connections, Problems().Count));
    }

    [Fact]
    public async Task Nobody_at_the_address_is_a_failure_too()
    {
        using var connections = new SpeechConnections();
        await using var stream = Open(new VoiceApiRecogniser(new() { Provider = "voiceapi", Endpoint = new("ws://127.0.0.1:9") }, connections));
        await Until(() => !Problems().IsEmpty, "a problem is told");
        Assert.Contains("cannot be reached", Problems().First().Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Writing_never_waits_and_costs_no_memory_while_nobody_listens()
    {
        await using var stream = Open(new VoiceApiRecogniser(new() { Provider = "voiceapi", Endpoint = new("ws://127.0.0.1:9") }, _connections));
        var frame = new short[320];
        Assert.Equal(0, Allocations.Of(() => stream.Write(frame)));
    }

    [Fact]
    public void Options_show_no_secrets_in_their_text()
    {
        var text = new RecognitionOptions { Provider = "tencent", SecretId = "id-1", SecretKey = "key-1", Endpoint = new("wss://host/path?key=key-1"), Extra = new Dictionary<string, string> { ["token"] = "key-1" } }.ToString();
        Assert.DoesNotContain("key-1", text, StringComparison.Ordinal);
        Assert.DoesNotContain("id-1", text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_vendor_nobody_knows_and_a_key_that_is_missing_are_refused_by_name()
    {
        var providers = new SpeechProviders(_connections, environment: _ => null);
        Assert.Contains("deepgram, tencent, aliyun, openai, voiceapi", Assert.Throws<ArgumentException>(() => providers.Recogniser(new() { Provider = "siri" })).Message, StringComparison.Ordinal);
        foreach (var vendor in new[] { "deepgram", "tencent", "aliyun", "openai" })
            Assert.Contains("Secret", Assert.Throws<ArgumentException>(() => providers.Recogniser(new() { Provider = vendor })).Message, StringComparison.Ordinal);
        Assert.Contains("Endpoint", Assert.Throws<ArgumentException>(() => providers.Recogniser(new() { Provider = "voiceapi" })).Message, StringComparison.Ordinal);
        Assert.Equal("deepgram", new SpeechProviders(_connections, environment: name => name == "DEEPGRAM_API_KEY" ? "k" : null).Recogniser(new() { Provider = "Deepgram" }).Name);
    }

    private RecognitionStream Open(params IRecogniser[] recognisers) => new(recognisers, _events.Enqueue, s_options);

    private ConcurrentQueue<SpeechProblem> Problems() => new(_events.OfType<SpeechProblem>());

    private async Task<List<TextRecognised>> Finals(int count)
    {
        await Until(() => _events.OfType<TextRecognised>().Count(text => text.IsFinal) >= count, $"{count} final texts");
        return [.. _events.OfType<TextRecognised>().Where(text => text.IsFinal)];
    }

    private TimeSpan _said;

    /// <summary>Ten times as fast as people, with the voice detector's changes.</summary>
    private async Task Say(RecognitionStream stream, params int[] words)
    {
        foreach (var word in words)
        {
            var pcm = Words.Say(16000, [word]);
            for (var i = 0; i < pcm.Length; i += 320)
            {
                stream.Write(pcm.AsSpan(i, 320));
                var at = _said + TimeSpan.FromMilliseconds((i / 16) + 20);
                if (i == 320 * 5) stream.Heard(new(VoiceActivityKind.SpeechStarted, at, _said, at - _said, 1));
                if (i == 320 * 12) stream.Heard(new(VoiceActivityKind.SpeechEnded, at, _said, TimeSpan.FromMilliseconds(200), 1));
                await Task.Delay(2);
            }

            _said += TimeSpan.FromMilliseconds(pcm.Length / 16);
        }
    }

    private async Task Until(Func<bool> condition, string what)
    {
        var deadline = DateTime.UtcNow.AddSeconds(30);
        while (!condition())
        {
            Assert.True(DateTime.UtcNow < deadline, $"Not within 30 s: {what}. Seen: {string.Join("; ", _events)}");
            await Task.Delay(10);
        }
    }

    /// <summary>Each vendor with each manner.</summary>
    [AttributeUsage(AttributeTargets.Method)]
    private sealed class CombinatorialVendorsAttribute(params Manner[] manners) : Xunit.v3.DataAttribute
    {
        private static readonly string[] s_vendors = ["deepgram", "tencent", "aliyun", "openai", "voiceapi"];

        public override ValueTask<IReadOnlyCollection<ITheoryDataRow>> GetData(System.Reflection.MethodInfo testMethod, Xunit.Sdk.DisposalTracker disposalTracker) => new(
            [.. s_vendors.SelectMany(vendor => manners.Select(manner => new TheoryDataRow(vendor, manner)))]);

        public override bool SupportsDiscoveryEnumeration() => true;
    }
}
