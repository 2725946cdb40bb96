using Parley.Interop.Tests.Harness;

namespace Parley.Interop.Tests.Cases;

/// <summary>Opus with phones that have it from elsewhere: baresip's module, and linphone, which offers it by itself.</summary>
public sealed class OpusTests
{
    private static Task<ServeProcess> ServeAsync() => ServeProcess.StartAsync("--codec", "opus", "--codec", "PCMU");

    [Fact]
    public async Task Baresip_hears_its_own_tone_come_back()
    {
        await using var server = await ServeAsync();
        await using var phone = await Baresip.StartAsync(new() { Codec = "opus", ToneHz = 900 });
        await phone.DialAsync(server.Uri("echo"));
        await phone.AssertHearsAsync(900, atLeast: 1.2);
        var heard = await phone.HeardAsync();
        Assert.Equal(48_000, heard.Rate);
    }

    [Fact]
    public async Task Parley_calls_baresip_and_both_hear_each_other()
    {
        using var folder = new TempFolder();
        await using var phone = await Baresip.StartAsync(new() { Codec = "opus", ToneHz = 700 });
        var spoken = Wav.WriteTone(folder.File("spoken.wav"), 1000, TimeSpan.FromSeconds(60));
        await using var call = ParleyCommand.Start("call", phone.Uri, "--codec", "opus", "--play", spoken, "--record", folder.File("heard.wav"), "--duration", "60s");
        await phone.WaitForAnswerAsync(Eventually.Patience);
        await phone.AssertHearsAsync(1000, atLeast: 1.8);
        await Tone.AssertRecordsAsync(folder.File("heard.wav"), 700, atLeast: 1.5);
        await phone.HangUpAsync();
        Assert.Equal(0, await call.WaitForExitAsync(Eventually.Patience));
        Assert.Contains("answered: opus", call.Output, StringComparison.Ordinal);
    }

    [Fact]
    public Task A_digit_of_baresip_is_heard_beside_it() => Unhurried.PassesAsync(async () =>
    {
        await using var server = await ServeAsync();
        await using var phone = await Baresip.StartAsync(new() { Codec = "opus" });
        await phone.DialAsync(server.Uri("menu"));
        await Task.Delay(TimeSpan.FromSeconds(0.5)); // its audio begins behind the answer
        await phone.SendDigitsAsync("5", TimeSpan.FromSeconds(0.2));
        await phone.AssertHearsAsync(800, TimeSpan.FromSeconds(10), atLeast: 0.5);
    });

    [Fact]
    public async Task A_phone_with_opus_talks_to_one_without()
    {
        await using var server = await ServeAsync();
        await using var caller = await Baresip.StartAsync(new() { Codec = "opus", ToneHz = 600 });
        await using var callee = await Baresip.StartAsync(new() { Codec = "PCMU", ToneHz = 900 });
        await caller.DialAsync(server.Uri("bridge-" + Uri.EscapeDataString(callee.Uri)));
        await callee.WaitForAnswerAsync(Eventually.Patience);
        await Task.WhenAll(caller.AssertHearsAsync(900, atLeast: 1.5), callee.AssertHearsAsync(600, atLeast: 1.5));
    }

    [Fact]
    public Task Linphone_answers_with_it_and_both_hear_each_other() => Unhurried.PassesAsync(async () =>
    {
        using var folder = new TempFolder();
        await using var phone = await Linphonec.StartAsync(toneHz: 650);
        var spoken = Wav.WriteTone(folder.File("spoken.wav"), 900, TimeSpan.FromSeconds(10));
        var call = await ParleyCommand.RunAsync(
            "call", phone.Uri, "--codec", "opus", "--codec", "PCMU", "--play", spoken, "--record", folder.File("heard.wav"), "--duration", "5s");
        call.AssertExit(0);
        Assert.Contains("answered: opus", call.Output, StringComparison.Ordinal);
        await phone.WaitForEndAsync();
        var heard = await phone.HeardAsync();
        Tone.AssertHeard(heard.Channels[0], heard.Rate, 900, atLeast: 1.8);
        _ = Tone.ChannelWith(Wav.Read(folder.File("heard.wav")), 650, atLeast: 1.5);
    });
}
