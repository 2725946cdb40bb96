using Parley.Interop.Tests.Harness;
using Parley.Testing.Agents;
using Parley.Testing.Audio;
using Parley.Testing.Expectations;
using Parley.Testing.Fixtures;

namespace Parley.Interop.Tests.Cases.Agents;

/// <summary>What scenarios do with two agents, with a baresip in one's place: directly, and as a phone of the local server.</summary>
public class AgentBaresipTests
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(30);
    private static readonly PhoneBenchOptions Direct = new() { Server = false };

    [Fact]
    public Task An_agent_calls_is_heard_hears_types_holds_and_hangs_up() => PhoneBench.RunAsync(
        async bench =>
        {
            await using var phone = await Baresip.StartAsync(new() { ToneHz = 700 });
            var a = await bench.AddAsync("A");
            var call = await a.DialAsync(phone.Uri);
            await bench.UntilAsync(() => Expect.That(a.State).IsEqualTo(AgentState.Established));
            await a.VerifyAudioAsync(700, TimeSpan.FromSeconds(2));
            await a.VerifyNoAudioAsync(440, TimeSpan.FromSeconds(1));
            await a.SendAudioAsync(AudioSpec.Tone(440));
            await phone.AssertHearsAsync(440);
            await a.DtmfAsync("19#", TimeSpan.FromMilliseconds(300));
            await phone.WaitForDigitsAsync("19#", Soon);
            Assert.Equal("19#", phone.Digits);
            await a.HoldAsync();
            Assert.Equal(CallPhase.Held, call.Phase);
            await a.VerifySilenceAsync(Soon);
            await a.ResumeAsync();
            await a.VerifyAudioAsync(700, TimeSpan.FromSeconds(2));
            await a.HangupAsync();
            await phone.WaitForEndAsync(Soon);
            Assert.Equal([180, 200, 200, 200], call.Responses.Select(response => response.Status));
            Assert.Contains("m=audio", call.SdpAnswered, StringComparison.Ordinal);
            Assert.Equal(AgentState.Idle, a.State);
        },
        Direct);

    [Fact]
    public Task An_agent_is_called_knows_by_whom_and_answers() => PhoneBench.RunAsync(
        async bench =>
        {
            await using var phone = await Baresip.StartAsync(new() { ToneHz = 700 });
            var b = await bench.AddAsync("B");
            var dialled = phone.DialAsync(b.ContactUri);
            await bench.UntilAsync(() => Expect.That(b.State).IsEqualTo(AgentState.Ringing));
            Assert.Equal("phone", b.Peer?.Number);
            Assert.Contains("baresip", b.Header("User-Agent"), StringComparison.Ordinal);
            await b.AcceptAsync();
            await dialled;
            await b.VerifyAudioAsync(700, TimeSpan.FromSeconds(2));
            await phone.SendDigitsAsync("42", TimeSpan.FromMilliseconds(400));
            await b.VerifyDtmfAsync("42", Soon);
            await phone.HangUpAsync();
            await bench.UntilAsync(() => Expect.That(b.State).IsEqualTo(AgentState.Idle));
            Assert.Equal(("Connection reset by peer", null), (b.Reason, b.StatusCode));
        },
        Direct);

    [Fact]
    public Task An_agent_refuses_as_it_was_told() => PhoneBench.RunAsync(
        async bench =>
        {
            await using var phone = await Baresip.StartAsync();
            var b = await bench.AddAsync("B");
            await b.RespondIncomingAsync(603, "Decline");
            Assert.StartsWith("603", await phone.DialRefusedAsync(b.ContactUri), StringComparison.Ordinal);
            await b.StopDeflectAsync();
            phone.ForgetEvents();
            var refused = phone.DialRefusedAsync(b.ContactUri);
            await bench.UntilAsync(() => Expect.That(b.State).IsEqualTo(AgentState.Ringing));
            await b.HangupAsync();
            Assert.StartsWith("486", await refused, StringComparison.Ordinal);
        },
        Direct);

    [Fact]
    public Task A_phone_that_is_busy_or_turned_down_is_told_by_its_status() => PhoneBench.RunAsync(
        async bench =>
        {
            await using var phone = await Baresip.StartAsync(new() { Answer = "manual" });
            var a = await bench.AddAsync("A");
            await a.DialAsync(phone.Uri);
            await phone.WaitForIncomingAsync(Soon);
            Assert.Equal(AgentState.Ringing, a.State);
            await phone.HangUpAsync();
            await bench.UntilAsync(() => Expect.That(a.State).IsEqualTo(AgentState.Idle));
            Assert.InRange(a.StatusCode!.Value, 480, 603);
        },
        Direct);

    [Fact]
    public Task A_phone_is_transferred_blindly_and_talks_to_the_next() => PhoneBench.RunAsync(
        async bench =>
        {
            await using var phone = await Baresip.StartAsync(new() { ToneHz = 700 });
            var (a, c) = (await bench.AddAsync("A"), await bench.AddAsync("C"));
            await a.DialAsync(phone.Uri);
            await bench.UntilAsync(() => Expect.That(a.State).IsEqualTo(AgentState.Established));
            await a.TransferAsync(c);
            await bench.UntilAsync(() => Expect.That(c.State).IsEqualTo(AgentState.Ringing));
            Assert.Equal("phone", c.Peer?.Number);
            await c.AcceptAsync();
            await c.VerifyAudioAsync(700, TimeSpan.FromSeconds(2));
            await bench.UntilAsync(() => Expect.That(a.State).IsEqualTo(AgentState.Idle));
        },
        Direct);

    [Fact]
    public Task A_phone_transfers_an_agent_which_follows() => PhoneBench.RunAsync(
        async bench =>
        {
            await using var phone = await Baresip.StartAsync();
            var (a, c) = (await bench.AddAsync("A"), await bench.AddAsync("C"));
            await a.DialAsync(phone.Uri);
            await bench.UntilAsync(() => Expect.That(a.State).IsEqualTo(AgentState.Established));
            await phone.TransferAsync(c.ContactUri);
            await bench.UntilAsync(() => Expect.That(c.State).IsEqualTo(AgentState.Ringing));
            await c.AcceptAsync();
            await a.VerifyAudioConnectionAsync(c);
            await bench.UntilAsync(() => Expect.That(a.ActiveCalls.Count).IsEqualTo(1));
        },
        Direct);

    [Theory]
    [InlineData("srtp", "srtp")]
    [InlineData("srtp-mand", "srtp-mand")]
    [InlineData("srtp-mandf", "srtp")]
    public Task Audio_is_encrypted_whoever_calls(string theirs, string ours) => PhoneBench.RunAsync(
        async bench =>
        {
            await using var phone = await Baresip.StartAsync(new() { ToneHz = 700, Encryption = theirs });
            var a = await bench.AddAsync("A", options => options with { MediaEncryption = ours });
            await a.DialAsync(phone.Uri);
            await bench.UntilAsync(() => Expect.That(a.State).IsNotEqualTo(AgentState.Ringing));
            // baresip takes an offer of RTP/AVP as one that cannot be encrypted where it insists: then it is the one who calls.
            if (a.State == AgentState.Established)
            {
                await ProveAsync(bench, a, phone);
                await a.HangupAsync();
            }

            // Its event may come after ours, and would be taken for the end of the next call.
            await phone.WaitForEndAsync(Soon);
            phone.ForgetEvents();
            var dialled = phone.DialAsync(a.ContactUri);
            await bench.UntilAsync(() => Expect.That(a.State).IsEqualTo(AgentState.Ringing));
            await a.AcceptAsync();
            await dialled;
            await ProveAsync(bench, a, phone);
        },
        Direct);

    [Fact]
    public Task A_phone_of_the_local_server_is_called_by_its_name() => PhoneBench.RunAsync(async bench =>
    {
        bench.Server.Allow("desk", "secret");
        await using var phone = await Baresip.StartAsync(new() { ToneHz = 700, Account = new("desk", bench.Server.Domain) });
        var a = await bench.AddAsync("A");
        await a.DialAsync("desk");
        await bench.UntilAsync(() => Expect.That(a.State).IsEqualTo(AgentState.Established));
        await a.VerifyAudioAsync(700, TimeSpan.FromSeconds(2));
        await a.HangupAsync();
        await phone.WaitForEndAsync(Soon);
    });

    private static async Task ProveAsync(PhoneBench bench, Agent agent, Baresip phone)
    {
        Assert.True(agent.CurrentCall!.Encrypted);
        await agent.VerifyAudioAsync(700, TimeSpan.FromSeconds(2));
        await agent.SendAudioAsync(AudioSpec.Tone(440));
        await phone.AssertHearsAsync(440);
        await agent.SendAudioAsync(AudioSpec.Silent());
        // Reports are encrypted too, and are understood: the round trip is known.
        await bench.UntilAsync(() => Expect.That(agent.Quality?.Rtt).IsPresent());
    }
}
