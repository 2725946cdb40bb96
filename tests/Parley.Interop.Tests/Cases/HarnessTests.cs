using Parley.Interop.Tests.Harness;

namespace Parley.Interop.Tests.Cases;

/// <summary>The peers against each other: when these fail, the machine or the harness is at fault, not the product.</summary>
public sealed class HarnessTests
{
    [Theory]
    [InlineData("udp")]
    [InlineData("tcp")]
    [InlineData("tls")]
    public Task Two_baresips_hear_each_other(string transport) => Unhurried.PassesAsync(async () =>
    {
        await using var alice = await Baresip.StartAsync(new() { Transport = transport, ToneHz = 600 });
        await using var bob = await Baresip.StartAsync(new() { Transport = transport, ToneHz = 900 });
        await alice.DialAsync(bob.Uri);
        await Task.WhenAll(alice.AssertHearsAsync(900, atLeast: 1), bob.AssertHearsAsync(600, atLeast: 1));
        await alice.SendDigitsAsync("12#", TimeSpan.FromSeconds(0.3));
        await bob.WaitForDigitsAsync("12#", Eventually.Patience);
        await alice.HangUpAsync();
        await bob.WaitForEndAsync(Eventually.Patience);

        Assert.Equal("12#", bob.Digits);
        var heard = await alice.HeardAsync();
        Tone.AssertHeard(heard.Channels[0], heard.Rate, 900, atLeast: 1);
        heard = await bob.HeardAsync();
        Tone.AssertHeard(heard.Channels[0], heard.Rate, 600, atLeast: 1);
    });

    [Fact]
    public Task Linphone_and_baresip_hear_each_other() => Unhurried.PassesAsync(async () =>
    {
        await using var linphone = await Linphonec.StartAsync(toneHz: 600);
        await using var baresip = await Baresip.StartAsync(new() { ToneHz = 900 });
        await linphone.DialAsync(baresip.Uri);
        await baresip.AssertHearsAsync(600, atLeast: 2);
        await linphone.SendDigitAsync('5');
        await baresip.WaitForDigitsAsync("5", Eventually.Patience);
        await linphone.HangUpAsync();
        await baresip.WaitForEndAsync(Eventually.Patience);

        var heard = await linphone.HeardAsync();
        Tone.AssertHeard(heard.Channels[0], heard.Rate, 900, atLeast: 1);
    });

    [Theory]
    [InlineData("PCMA")]
    [InlineData("G722")]
    public async Task Baresip_records_what_the_codec_carries(string codec)
    {
        await using var alice = await Baresip.StartAsync(new() { Codec = codec, ToneHz = 600 });
        await using var bob = await Baresip.StartAsync(new() { Codec = codec, ToneHz = 900 });
        await alice.DialAsync(bob.Uri);
        await alice.AssertHearsAsync(900, atLeast: 1);
        var heard = await alice.HeardAsync();
        Assert.Equal(codec == "G722" ? 16_000 : 8_000, heard.Rate);
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
    public void The_prompt_is_like_itself_with_frames_dropped_and_unlike_itself_backwards()
    {
        var prompt = Wav.Read(Repository.Prompt);
        var samples = prompt.Channels[0];
        int frame = prompt.Rate / 50, third = samples.Length / 3;
        float[] thinned = [.. samples[..third], .. samples[(third + 3 * frame)..(2 * third)], .. samples[(2 * third + 3 * frame)..]];
        Assert.InRange(Tone.Likeness(prompt, new(prompt.Rate, [thinned])), 0.95, 1.001);
        Assert.InRange(Tone.Likeness(prompt, new(prompt.Rate, [[.. samples.Reverse()]])), 0, 0.8);
    }

    [Theory]
    [InlineData("uac", "uas", "udp")]
    [InlineData("uac", "uas", "tcp")]
    [InlineData("uac-lossy", "uas", "udp")]
    [InlineData("uac-far-bye", "uas-bye", "udp")]
    [InlineData("uac-refused-486", "uas-busy", "udp")]
    public async Task The_scenarios_fit_each_other(string callerScenario, string calleeScenario, string transport)
    {
        await using var callee = await Sipp.AnswerAsync(calleeScenario, transport, calls: 5);
        await using var caller = await Sipp.AnswerAsync(callerScenario, transport, 5, "-d", "200", "-s", "anyone", $"127.0.0.1:{callee.Port}");
        (await caller.ResultAsync(TimeSpan.FromSeconds(40))).AssertAllSuccessful(5);
        // Over TCP the caller's end closes the connection under the callee, which counts that as a failure of its own.
        if (transport == "udp")
            (await callee.ResultAsync(TimeSpan.FromSeconds(40))).AssertAllSuccessful(5);
    }
}
