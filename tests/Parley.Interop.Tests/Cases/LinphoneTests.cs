using Parley.Interop.Tests.Harness;

namespace Parley.Interop.Tests.Cases;

/// <summary>A third phone, on another SIP stack and another media stack than the two others.</summary>
public sealed class LinphoneTests(ServeFixture fixture) : IClassFixture<ServeFixture>
{
    private readonly ServeProcess _server = fixture.Server;

    [Theory]
    [InlineData("udp")]
    [InlineData("tcp")]
    public Task Echo_returns_what_was_said(string transport) => Unhurried.PassesAsync(async () =>
    {
        await using var phone = await Linphonec.StartAsync(toneHz: 650);
        await phone.DialAsync(_server.Uri("echo", transport));
        await Task.Delay(TimeSpan.FromSeconds(4));
        await phone.HangUpAsync();
        await phone.WaitForEndAsync();
        var heard = await phone.HeardAsync();
        Tone.AssertHeard(heard.Channels[0], heard.Rate, 650, atLeast: 2);
    });

    [Theory]
    [InlineData("udp")]
    [InlineData("tcp")]
    public Task Menu_hears_its_digits(string transport) => Unhurried.PassesAsync(async () =>
    {
        await using var phone = await Linphonec.StartAsync(toneHz: 650);
        await phone.DialAsync(_server.Uri("menu", transport));
        await Task.Delay(TimeSpan.FromSeconds(1));
        await phone.SendDigitAsync('4');
        await Task.Delay(TimeSpan.FromSeconds(1.6));
        await phone.SendDigitAsync('8');
        await Task.Delay(TimeSpan.FromSeconds(1.6));
        await phone.HangUpAsync();
        await phone.WaitForEndAsync();
        var heard = await phone.HeardAsync();
        Tone.AssertSequence(heard.Channels[0], heard.Rate, 700, 1100);
    });

    [Fact]
    public Task Play_hangs_up_at_the_end_of_the_prompt() => Unhurried.PassesAsync(async () =>
    {
        await using var phone = await Linphonec.StartAsync(toneHz: 650);
        await phone.DialAsync(_server.Uri("play"));
        await phone.WaitForEndAsync();
        Assert.InRange(Tone.Likeness(Wav.Read(Repository.Prompt), await phone.HeardAsync()), 0.9, 1.01);
    });

    [Fact]
    public Task It_answers_a_call_from_parley_and_both_hear_each_other() => Unhurried.PassesAsync(async () =>
    {
        using var folder = new TempFolder();
        await using var phone = await Linphonec.StartAsync(toneHz: 650);
        var spoken = Wav.WriteTone(folder.File("spoken.wav"), 900, TimeSpan.FromSeconds(10));
        (await ParleyCommand.RunAsync("call", phone.Uri, "--play", spoken, "--record", folder.File("heard.wav"), "--duration", "5s")).AssertExit(0);
        await phone.WaitForEndAsync();
        var heard = await phone.HeardAsync();
        Tone.AssertHeard(heard.Channels[0], heard.Rate, 900, atLeast: 2);
        var recorded = Wav.Read(folder.File("heard.wav"));
        _ = Tone.ChannelWith(recorded, 650, atLeast: 1.5);
    });
}
