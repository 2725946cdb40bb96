using Parley.Interop.Tests.Harness;

namespace Parley.Interop.Tests.Cases;

/// <summary>The peers against each other: when these fail, the machine or the harness is at fault, not the product.</summary>
public sealed class HarnessTests
{
    [Theory]
    [InlineData("udp")]
    [InlineData("tcp")]
    [InlineData("tls")]
    public async Task Two_baresips_hear_each_other(string transport)
    {
        await using var alice = await Baresip.StartAsync(new() { Transport = transport, ToneHz = 600 });
        await using var bob = await Baresip.StartAsync(new() { Transport = transport, ToneHz = 900 });
        await alice.DialAsync(bob.Uri);
        await Task.Delay(TimeSpan.FromSeconds(1.5));
        await alice.SendDigitsAsync("12#", TimeSpan.FromSeconds(0.3));
        await bob.WaitForDigitsAsync("12#", TimeSpan.FromSeconds(5));
        await alice.HangUpAsync();
        await bob.WaitForEndAsync(TimeSpan.FromSeconds(5));

        Assert.Equal("12#", bob.Digits);
        var heard = await alice.HeardAsync();
        Tone.AssertHeard(heard.Channels[0], heard.Rate, 900, atLeast: 1);
        heard = await bob.HeardAsync();
        Tone.AssertHeard(heard.Channels[0], heard.Rate, 600, atLeast: 1);
    }

    [Theory]
    [InlineData("PCMA")]
    [InlineData("G722")]
    public async Task Baresip_records_what_the_codec_carries(string codec)
    {
        await using var alice = await Baresip.StartAsync(new() { Codec = codec, ToneHz = 600 });
        await using var bob = await Baresip.StartAsync(new() { Codec = codec, ToneHz = 900 });
        await alice.DialAsync(bob.Uri);
        await Task.Delay(TimeSpan.FromSeconds(1.5));
        var heard = await alice.HeardAsync();
        Tone.AssertHeard(heard.Channels[0], heard.Rate, 900, atLeast: 1);
    }

    [Fact]
    public void A_sine_of_440_Hz_is_heard_as_440_Hz_and_nothing_else()
    {
        using var folder = new TempFolder();
        var wav = Wav.Read(Wav.WriteTone(folder.File("tone.wav"), 440, TimeSpan.FromSeconds(1)));
        var span = Assert.Single(Tone.Spans(wav.Channels[0], wav.Rate));
        Assert.Equal(440, span.Frequency);
        Tone.AssertNotHeard(wav.Channels[0], wav.Rate, 400);
    }

    [Fact]
    public void The_prompt_is_like_itself_and_unlike_a_tone()
    {
        using var folder = new TempFolder();
        var prompt = Wav.Read(Repository.Prompt);
        var tone = Wav.Read(Wav.WriteTone(folder.File("tone.wav"), 440, TimeSpan.FromSeconds(7)));
        Assert.InRange(Tone.Likeness(prompt, prompt), 0.99, 1.001);
        Assert.InRange(Tone.Likeness(prompt, tone), 0, 0.7);
    }

    [Fact]
    public async Task Two_sipps_call_each_other()
    {
        await using var callee = await Sipp.AnswerAsync("sn:uas", calls: 10);
        await using var caller = await Sipp.AnswerAsync("sn:uac", calls: 10, extra: $"127.0.0.1:{callee.Port}");
        (await caller.ResultAsync(TimeSpan.FromSeconds(20))).AssertAllSuccessful(10);
    }
}
