using System.Collections.Concurrent;
using Parley.Speech.Synthesis;
using Parley.Speech.Vendors;
using Parley.TestSupport;
using Parley.TestSupport.Speech;

namespace Parley.Speech.Tests.Synthesis;

/// <summary>Every synthesiser against a server of its protocol, well and ill behaved.</summary>
public sealed class SynthesiserTests : IDisposable
{
    private const string Text = "Hello there, how are you?";

    private readonly SpeechConnections _connections = new(new() { ConnectTimeout = TimeSpan.FromSeconds(5), ResponseTimeout = TimeSpan.FromSeconds(5) });
    private readonly ConcurrentQueue<SpeechEvent> _events = new();

    public static TheoryData<string> Vendors => ["deepgram", "tencent", "aliyun", "openai", "voiceapi"];

    public static TheoryData<string, Manner> Failures
    {
        get
        {
            var data = new TheoryData<string, Manner>();
            foreach (var vendor in new[] { "deepgram", "tencent", "aliyun", "openai", "voiceapi" })
            {
                foreach (var manner in new[] { Manner.RefusesKey, Manner.TooMany, Manner.ClosesEarly, Manner.BreaksOff, Manner.Silent, Manner.Garbage, Manner.ServerError })
                    data.Add(vendor, manner);
            }

            return data;
        }
    }

    public void Dispose() => _connections.Dispose();

    [Theory]
    [MemberData(nameof(Vendors))]
    public async Task A_text_becomes_speech(string vendor)
    {
        await using var server = await VendorServers.StartAsync(vendor);
        var (said, rate, _) = await Speak(VendorServers.Synthesiser(vendor, server, _connections), new() { Text = Text });
        Assert.Empty(server.Complaints);
        Assert.Equal((Text, vendor == "openai" ? 24_000 : 16_000), (said, rate));
    }

    [Theory]
    [MemberData(nameof(Vendors))]
    public async Task Text_in_pieces_becomes_speech_as_one(string vendor)
    {
        await using var server = await VendorServers.StartAsync(vendor);
        var (said, _, _) = await Speak(VendorServers.Synthesiser(vendor, server, _connections), new() { Pieces = Pieces("Hello ", "there. ", "How are", " you?") });
        Assert.Empty(server.Complaints);
        Assert.Equal("Hello there. How are you?".Replace(" ", "", StringComparison.Ordinal), said.Replace(" ", "", StringComparison.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Failures))]
    public async Task A_failure_is_told_and_the_next_vendor_speaks(string vendor, Manner manner)
    {
        await using var bad = await VendorServers.StartAsync(vendor, manner, manner);
        await using var good = await VendorServers.StartAsync("openai");
        var chain = new SynthesiserChain([VendorServers.Synthesiser(vendor, bad, _connections), VendorServers.Synthesiser("openai", good, _connections)], _events.Enqueue);
        var (said, _, _) = await Speak(chain, new() { Text = Text });
        Assert.Equal(Text, said);
        Assert.Empty(bad.Complaints);
        var problems = _events.OfType<SpeechProblem>().ToList();
        Assert.Equal(manner == Manner.RefusesKey ? 1 : 2, problems.Count); // a refused key is not tried again
        Assert.All(problems, problem => Assert.Equal(("tts", vendor), (problem.Sender, problem.Provider)));
        Assert.All(problems, problem => Assert.DoesNotContain(VendorServers.Key, problem.Message, StringComparison.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Vendors))]
    public async Task A_slow_vendor_is_waited_for(string vendor)
    {
        await using var server = await VendorServers.StartAsync(vendor, Manner.Slow);
        Assert.Equal(Text, (await Speak(VendorServers.Synthesiser(vendor, server, _connections), new() { Text = Text })).Said);
    }

    [Theory]
    [InlineData("deepgram", 1)]
    [InlineData("aliyun", 1)]
    [InlineData("tencent", 3)]
    public async Task A_connection_is_used_again_where_the_vendor_allows_it(string vendor, int connections)
    {
        await using var server = await VendorServers.StartAsync(vendor);
        var synthesiser = VendorServers.Synthesiser(vendor, server, _connections);
        foreach (var text in new[] { "one", "two", "three" }) Assert.Equal(text, (await Speak(synthesiser, new() { Text = text })).Said);
        Assert.Equal(connections, server.Connections);
    }

    [Fact]
    public async Task A_connection_that_was_closed_while_nobody_used_it_is_replaced()
    {
        await using var server = await VendorServers.StartAsync("deepgram", Manner.ClosesAfterwards);
        var synthesiser = VendorServers.Synthesiser("deepgram", server, _connections);
        await Speak(synthesiser, new() { Text = "one" });
        Assert.Equal("two", (await Speak(synthesiser, new() { Text = "two" })).Said);
        Assert.Equal(2, server.Connections);
    }

    [Fact]
    public async Task Tencents_marks_are_given()
    {
        await using var server = await VendorServers.StartAsync("tencent");
        var (_, _, marks) = await Speak(VendorServers.Synthesiser("tencent", server, _connections), new() { Pieces = Pieces("Hello ", "there") });
        Assert.Equal([(0, TimeSpan.Zero), (6, TimeSpan.FromMilliseconds(60))], marks);
    }

    [Fact]
    public async Task A_vendor_that_fails_in_the_middle_is_not_asked_to_say_it_again()
    {
        var chain = new SynthesiserChain([new Stammering(), new Reliable()], _events.Enqueue);
        var (said, _, _) = await Speak(chain, new() { Pieces = Pieces("a", "b", "c") });
        Assert.Equal("abc", said);
        Assert.Single(_events);
    }

    [Fact]
    public async Task Text_in_pieces_that_nobody_has_heard_is_said_by_the_next_vendor_from_its_beginning()
    {
        await using var bad = await VendorServers.StartAsync("deepgram", Manner.ServerError, Manner.ServerError);
        var chain = new SynthesiserChain([VendorServers.Synthesiser("deepgram", bad, _connections), new Reliable()], _events.Enqueue);
        Assert.Equal("abc", (await Speak(chain, new() { Pieces = Pieces("a", "b", "c") })).Said);
    }

    [Fact]
    public async Task What_was_said_before_comes_from_the_cache()
    {
        var folder = Directory.CreateTempSubdirectory("parley-speech-");
        try
        {
            await using var server = await VendorServers.StartAsync("tencent");
            var cache = new SynthesisCache(new() { Folder = folder.FullName });
            var synthesiser = VendorServers.Synthesiser("tencent", server, _connections, cache);
            var first = await Speak(synthesiser, new() { Text = Text });
            var second = await Speak(synthesiser, new() { Text = Text });
            Assert.Equal((first.Said, first.Rate), (second.Said, second.Rate));
            Assert.Equal(first.Marks, second.Marks);
            Assert.Equal((1, 1), (server.Connections, cache.Count));
            Assert.Equal("Other", (await Speak(synthesiser, new() { Text = "Other" })).Said);
            Assert.Equal(2, new SynthesisCache(new() { Folder = folder.FullName }).Count);
            var file = folder.GetFiles()[0];
            await File.WriteAllTextAsync(file.FullName, "broken", TestContext.Current.CancellationToken);
            Assert.Equal(Text, (await Speak(synthesiser, new() { Text = Text })).Said);
            Assert.Equal("Other", (await Speak(synthesiser, new() { Text = "Other" })).Said);
            Assert.Equal(3, server.Connections);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task The_cache_stays_below_its_limit_and_lets_the_oldest_go()
    {
        var folder = Directory.CreateTempSubdirectory("parley-speech-");
        try
        {
            var cache = new SynthesisCache(new() { Folder = folder.FullName, MaxBytes = 10_000, MaxEntryBytes = 4_000 });
            var recording = new SynthesisRecording(8000, new short[1500], []);
            for (var i = 0; i < 5; i++) await cache.PutAsync(SynthesisCache.Key($"{i}"), recording, TestContext.Current.CancellationToken);
            await cache.PutAsync(SynthesisCache.Key("long"), new(8000, new short[5000], []), TestContext.Current.CancellationToken);
            Assert.InRange(cache.Bytes, 1, 10_000);
            Assert.Equal(3, folder.GetFiles().Length);
            Assert.Null(await cache.TryGetAsync(SynthesisCache.Key("0"), TestContext.Current.CancellationToken));
            Assert.NotNull(await cache.TryGetAsync(SynthesisCache.Key("4"), TestContext.Current.CancellationToken));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task Espeak_speaks_without_an_account()
    {
        Assert.SkipUnless(Espeak.IsInstalled, "espeak-ng is not installed.");
        var speech = new List<short>();
        await foreach (var chunk in new EspeakSynthesiser(new()).SynthesiseAsync(new() { Text = "Grüße, -v /etc/passwd; \"hello\"" }, TestContext.Current.CancellationToken))
        {
            Assert.Equal(22_050, chunk.SampleRate);
            speech.AddRange(chunk.Pcm.Span);
        }

        Assert.InRange(speech.Count / 22_050.0, 1, 10);
        Assert.True(Sounds.Rms(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(speech)) > 300);
    }

    [Theory]
    [InlineData("../../etc/passwd")]
    [InlineData("-f")]
    [InlineData("en us")]
    public void A_voice_of_espeak_is_a_name_and_not_a_path(string voice) =>
        Assert.Contains("no name of a voice", Assert.Throws<ArgumentException>(() => new EspeakSynthesiser(new() { Speaker = voice })).Message, StringComparison.Ordinal);

    // Parameters come from whoever may give commands; what runs on the server is not theirs to say.
    [Fact]
    public async Task A_parameter_names_no_program()
    {
        Assert.SkipUnless(Espeak.IsInstalled, "espeak-ng is not installed.");
        var marker = Path.Combine(Path.GetTempPath(), $"parley-espeak-{Guid.NewGuid():N}");
        var program = marker + ".sh";
        await File.WriteAllTextAsync(program, $"#!/bin/sh\ntouch {marker}\n", TestContext.Current.CancellationToken);
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(program, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        try
        {
            using var connections = new SpeechConnections();
            var voice = new SpeechProviders(connections).Synthesiser(new() { Extra = new Dictionary<string, string> { ["program"] = program } });
            Assert.True((await Speak(voice, new() { Text = "x" })).Rate > 0);
            Assert.False(File.Exists(marker));
        }
        finally
        {
            File.Delete(program);
            File.Delete(marker);
        }
    }

    [Fact]
    public async Task A_program_that_is_missing_and_a_voice_nobody_has_are_failures_that_say_so()
    {
        Assert.SkipUnless(Espeak.IsInstalled, "espeak-ng is not installed.");
        var missing = await Assert.ThrowsAsync<SpeechVendorException>(() => Speak(new EspeakSynthesiser(new(), "no-such-espeak"), new() { Text = "x" }));
        Assert.Contains("install", missing.Message, StringComparison.Ordinal);
        var voice = await Assert.ThrowsAsync<SpeechVendorException>(() => Speak(new EspeakSynthesiser(new() { Speaker = "klingon9" }), new() { Text = "x" }));
        Assert.Equal(VendorFailure.Protocol, voice.Failure);
    }

    [Theory]
    [InlineData("Hello. How are you? Fine", "Hello.| How are you?| Fine")]
    [InlineData("It costs 3.5 euros. Yes", "It costs 3.5 euros.| Yes")]
    [InlineData("你好。再见", "你好。|再见")]
    public async Task Text_is_cut_into_sentences(string text, string expected)
    {
        var parts = new List<string>();
        await foreach (var part in Sentences.CutAsync(Pieces([.. text.Select(one => one.ToString())]), TestContext.Current.CancellationToken)) parts.Add(part);
        Assert.Equal(expected, string.Join('|', parts));
    }

    private static async Task<(string Said, int Rate, List<(int, TimeSpan)> Marks)> Speak(ISynthesiser synthesiser, SynthesisRequest request)
    {
        var pcm = new List<short>();
        var marks = new List<(int, TimeSpan)>();
        var rate = 0;
        await foreach (var chunk in synthesiser.SynthesiseAsync(request, TestContext.Current.CancellationToken))
        {
            if (chunk.Mark is { } mark) marks.Add((mark, chunk.At));
            pcm.AddRange(chunk.Pcm.Span);
            rate = chunk.SampleRate;
        }

        return (VendorServers.Read([.. pcm]), rate, marks);
    }

    private static async IAsyncEnumerable<string> Pieces(params string[] pieces)
    {
        foreach (var piece in pieces)
        {
            await Task.Yield();
            yield return piece;
        }
    }

    private sealed class Reliable : ISynthesiser
    {
        public string Name => "reliable";

        public async IAsyncEnumerable<SynthesisChunk> SynthesiseAsync(SynthesisRequest request, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancel)
        {
            await foreach (var piece in request.ReadAsync(cancel))
            {
                var pcm = new short[160];
                Array.Fill(pcm, (short)piece[0]);
                yield return new(pcm, 16000);
            }
        }
    }

    /// <summary>Says one piece and fails.</summary>
    private sealed class Stammering : ISynthesiser
    {
        public string Name => "stammering";

        public async IAsyncEnumerable<SynthesisChunk> SynthesiseAsync(SynthesisRequest request, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancel)
        {
            await foreach (var piece in request.ReadAsync(cancel))
            {
                var pcm = new short[160];
                Array.Fill(pcm, (short)piece[0]);
                yield return new(pcm, 16000);
                throw new SpeechVendorException(Name, VendorFailure.Closed, "stuck");
            }
        }
    }
}
