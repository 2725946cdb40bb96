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
        await Task.Delay(TimeSpan.FromSeconds(3));
        var heard = await phone.HeardAsync();
        Assert.Equal(48_000, heard.Rate);
        Tone.AssertHeard(heard.Channels[0], heard.Rate, 900, atLeast: 1.2);
    }

    [Fact]
    public async Task Parley_calls_baresip_and_both_hear_each_other()
    {
        using var folder = new TempFolder();
        await using var phone = await Baresip.StartAsync(new() { Codec = "opus", ToneHz = 700 });
        var spoken = Wav.WriteTone(folder.File("spoken.wav"), 1000, TimeSpan.FromSeconds(5));
        var call = await ParleyCommand.RunAsync("call", phone.Uri, "--codec", "opus", "--play", spoken, "--record", folder.File("heard.wav"), "--duration", "3s");
        call.AssertExit(0);
        Assert.Contains("answered: opus", call.Output, StringComparison.Ordinal);
        var heard = await phone.HeardAsync();
        Tone.AssertHeard(heard.Channels[0], heard.Rate, 1000, atLeast: 1.8);
        _ = Tone.ChannelWith(Wav.Read(folder.File("heard.wav")), 700, atLeast: 1.5);
    }

    [Fact]
    public async Task A_digit_of_baresip_is_heard_beside_it()
    {
        await using var server = await ServeAsync();
        await using var phone = await Baresip.StartAsync(new() { Codec = "opus" });
        await phone.DialAsync(server.Uri("menu"));
        await Task.Delay(TimeSpan.FromSeconds(0.5));
        await phone.SendDigitsAsync("5", TimeSpan.FromSeconds(1.5));
        await Task.Delay(TimeSpan.FromSeconds(0.5));
        var heard = await phone.HeardAsync();
        Tone.AssertHeard(heard.Channels[0], heard.Rate, 800, atLeast: 0.5);
    }

    [Fact]
    public async Task A_phone_with_opus_talks_to_one_without()
    {
        await using var server = await ServeAsync();
        await using var caller = await Baresip.StartAsync(new() { Codec = "opus", ToneHz = 600 });
        await using var callee = await Baresip.StartAsync(new() { Codec = "PCMU", ToneHz = 900 });
        await caller.DialAsync(server.Uri("bridge-" + Uri.EscapeDataString(callee.Uri)));
        await callee.WaitForAnswerAsync(TimeSpan.FromSeconds(10));
        await Task.Delay(TimeSpan.FromSeconds(3));
        var heard = await caller.HeardAsync();
        Tone.AssertHeard(heard.Channels[0], heard.Rate, 900, atLeast: 1.5);
        heard = await callee.HeardAsync();
        Tone.AssertHeard(heard.Channels[0], heard.Rate, 600, atLeast: 1.5);
    }

    [Fact]
    public async Task Linphone_answers_with_it_and_both_hear_each_other()
    {
        using var folder = new TempFolder();
        await using var phone = await Linphonec.StartAsync(toneHz: 650);
        var spoken = Wav.WriteTone(folder.File("spoken.wav"), 900, TimeSpan.FromSeconds(5));
        var call = await ParleyCommand.RunAsync(
            "call", phone.Uri, "--codec", "opus", "--codec", "PCMU", "--play", spoken, "--record", folder.File("heard.wav"), "--duration", "3s");
        call.AssertExit(0);
        Assert.Contains("answered: opus", call.Output, StringComparison.Ordinal);
        await phone.WaitForEndAsync();
        var heard = await phone.HeardAsync();
        Tone.AssertHeard(heard.Channels[0], heard.Rate, 900, atLeast: 1.8);
        _ = Tone.ChannelWith(Wav.Read(folder.File("heard.wav")), 650, atLeast: 1.5);
    }
}
