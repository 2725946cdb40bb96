using Parley.Interop.Tests.Harness;
using Parley.Testing.Agents;
using Parley.Testing.Expectations;

namespace Parley.Interop.Tests.Cases;

/// <summary>Bridged calls beyond the plain case: which end hangs up, who is not there, digits through the bridge.</summary>
public sealed class BridgeTests(ServeFixture fixture) : IClassFixture<ServeFixture>, IAsyncLifetime
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(30);
    private readonly ServeProcess _server = fixture.Server;
    private readonly AgentSession _session = ServedAgents.Session();
    private Agent _caller = null!;

    public async ValueTask InitializeAsync() => _caller = await _session.AddGuestAsync(_server);

    public ValueTask DisposeAsync() => _session.DisposeAsync();

    [Fact]
    public async Task The_caller_is_hung_up_when_the_dialled_phone_hangs_up()
    {
        await using var callee = await Baresip.StartAsync(new() { ToneHz = 700 });
        await BridgeAsync(callee.Uri);
        await _caller.VerifyAudioAsync(700, TimeSpan.FromSeconds(2));
        await callee.HangUpAsync();
        await Wait.UntilAsync(() => Expect.That(_caller.Reason).IsEqualTo("Connection reset by peer"), Soon);
    }

    [Fact]
    public async Task The_caller_hears_nothing_but_a_refusal_when_the_dialled_phone_is_busy()
    {
        await using var busy = await Sipp.AnswerAsync("uas-busy");
        var call = await _caller.DialAsync(BridgeTo($"sip:anyone@127.0.0.1:{busy.Port}"));
        await Wait.UntilAsync(() => Expect.That(_caller.StatusCode).IsEqualTo(486), Soon);
        Assert.False(call.EarlyMedia);
    }

    [Fact]
    public async Task A_digit_passes_the_bridge()
    {
        await using var callee = await Baresip.StartAsync();
        await BridgeAsync(callee.Uri);
        await callee.WaitForAnswerAsync(Soon);
        await _caller.DtmfAsync("42", TimeSpan.FromSeconds(0.4));
        await callee.WaitForDigitsAsync("42", Soon);
        Assert.Equal("42", callee.Digits);
    }

    [Fact]
    public async Task A_server_bridged_to_itself_hears_its_own_tone()
    {
        await BridgeAsync(_server.Uri("tone-500"));
        await _caller.VerifyAudioAsync(500, TimeSpan.FromSeconds(2), strict: true);
    }

    private async Task BridgeAsync(string uri)
    {
        await _caller.DialAsync(BridgeTo(uri));
        await Wait.UntilAsync(() => Expect.That(_caller.State).IsEqualTo(AgentState.Established), Soon);
    }

    private string BridgeTo(string uri) => _server.Uri("bridge-" + Uri.EscapeDataString(uri));
}
