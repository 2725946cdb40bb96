using Parley.Interop.Tests.Harness;

namespace Parley.Interop.Tests.Cases;

/// <summary>Bridged calls beyond the plain case: which end hangs up, who is not there, digits through the bridge.</summary>
public sealed class BridgeTests(ServeFixture fixture) : IClassFixture<ServeFixture>
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(10);
    private readonly ServeProcess _server = fixture.Server;

    [Fact]
    public async Task The_caller_is_hung_up_when_the_dialled_phone_hangs_up()
    {
        await using var caller = await Baresip.StartAsync();
        await using var callee = await Baresip.StartAsync();
        await caller.DialAsync(BridgeTo(callee.Uri));
        await callee.WaitForAnswerAsync(Soon);
        await Task.Delay(TimeSpan.FromSeconds(0.5));
        await callee.HangUpAsync();
        await caller.WaitForEndAsync(Soon);
    }

    [Fact]
    public async Task The_caller_hears_nothing_but_a_refusal_when_the_dialled_phone_is_busy()
    {
        await using var busy = await Sipp.AnswerAsync("uas-busy");
        await using var caller = await Baresip.StartAsync();
        var reason = await caller.DialRefusedAsync(BridgeTo($"sip:anyone@127.0.0.1:{busy.Port}"));
        Assert.StartsWith("486 ", reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_digit_passes_the_bridge()
    {
        await using var caller = await Baresip.StartAsync();
        await using var callee = await Baresip.StartAsync();
        await caller.DialAsync(BridgeTo(callee.Uri));
        await callee.WaitForAnswerAsync(Soon);
        await Task.Delay(TimeSpan.FromSeconds(1));
        await caller.SendDigitsAsync("42", TimeSpan.FromSeconds(0.4));
        await callee.WaitForDigitsAsync("42", Soon);
        Assert.Equal("42", callee.Digits);
    }

    [Fact]
    public async Task A_server_bridged_to_itself_hears_its_own_tone()
    {
        await using var caller = await Baresip.StartAsync();
        await caller.DialAsync(BridgeTo(_server.Uri("tone-500")));
        await Task.Delay(TimeSpan.FromSeconds(2));
        var heard = await caller.HeardAsync();
        Tone.AssertHeard(heard.Channels[0], heard.Rate, 500, atLeast: 1.2);
    }

    private string BridgeTo(string uri) => _server.Uri("bridge-" + System.Uri.EscapeDataString(uri));
}
