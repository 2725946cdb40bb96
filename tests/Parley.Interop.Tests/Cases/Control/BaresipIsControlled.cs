using Parley.Control;
using Parley.Interop.Tests.Harness;
using Parley.Transfers;

namespace Parley.Interop.Tests.Cases.Control;

/// <summary>Baresips that commands bring together, hold, transfer and part: after each step they hear whom they should, by the tone each phone speaks.</summary>
public sealed class BaresipIsControlled
{
    private const int Alice = 600, Bob = 900, Carol = 1200;
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task Two_phones_talk_are_held_resumed_and_hung_up()
    {
        await using var alice = await Baresip.StartAsync(new() { ToneHz = Alice });
        await using var bob = await Baresip.StartAsync(new() { ToneHz = Bob });
        await using var host = await ControlHost.StartAsync(new() { HoldMusic = "tone:350" });
        var started = await host.RunAsync(new StartCall { Caller = alice.Uri, Callee = bob.Uri });
        Assert.Equal("CallerAnswered Transferring TransferStart TransferPending CalleeAnswered", host.Told);
        await Talk.HearEachOtherAsync(alice, bob);

        await host.RunAsync(new HoldCall { Call = started.CallId!, Leg = CallSide.Callee });
        await alice.AssertHearsAsync(350);
        await host.RunAsync(new UnholdCall { Call = started.CallId! });
        await alice.AssertHearsAsync(Bob);
        await bob.AssertReceivesAsync(true); // its recorder does not survive a hold

        await host.RunAsync(new HoldCall { Call = started.Call!.Caller.CallId! });
        Assert.Equal("480 Both dialog legs are on hold", (await host.TryAsync(new HoldCall { Call = started.CallId! })).Text);
        await host.RunAsync(new UnholdCall { Call = started.CallId! });
        await alice.AssertReceivesAsync(true);
        await bob.AssertReceivesAsync(true);

        await host.RunAsync(new EndCall { Call = started.CallId! });
        await alice.WaitForEndAsync(Soon);
        await bob.WaitForEndAsync(Soon);
    }

    [Theory]
    [InlineData(TransferMode.ByPhone)]
    [InlineData(TransferMode.ByServer)]
    public async Task A_party_is_sent_to_a_third(TransferMode mode)
    {
        await using var alice = await Baresip.StartAsync(new() { ToneHz = Alice });
        await using var bob = await Baresip.StartAsync(new() { ToneHz = Bob });
        await using var carol = await Baresip.StartAsync(new() { ToneHz = Carol });
        await using var host = await ControlHost.StartAsync();
        var started = await host.RunAsync(new StartCall { Caller = alice.Uri, Callee = bob.Uri });
        await Talk.HearEachOtherAsync(alice, bob);
        var moved = await host.RunAsync(new BlindTransfer { Call = started.CallId!, Leg = CallSide.Callee, Destination = carol.Uri, Mode = mode });
        Assert.StartsWith("Transferring TransferStart", host.Told, StringComparison.Ordinal);
        await alice.WaitForEndAsync(Soon);
        await Talk.HearEachOtherAsync(bob, carol);
        Assert.Equal(started.Call!.Id, host.Control.Directory.Find(moved.CallId!)!.Id);
        await host.RunAsync(new EndCall { Call = moved.CallId! });
        await carol.WaitForEndAsync(Soon);
    }

    [Theory]
    [InlineData(TransferMode.ByPhone)]
    [InlineData(TransferMode.ByServer)]
    public async Task A_destination_that_is_busy_gives_the_old_call_back(TransferMode mode)
    {
        await using var alice = await Baresip.StartAsync(new() { ToneHz = Alice });
        await using var bob = await Baresip.StartAsync(new() { ToneHz = Bob });
        await using var busy = await Sipp.AnswerAsync("uas-busy");
        await using var host = await ControlHost.StartAsync();
        var started = await host.RunAsync(new StartCall { Caller = alice.Uri, Callee = bob.Uri });
        var outcome = await host.TryAsync(new BlindTransfer { Call = started.CallId!, Leg = CallSide.Caller, Destination = $"sip:busy@127.0.0.1:{busy.Port}", Mode = mode });
        Assert.Equal("transfer failed with status 486 Busy Here", outcome.Text);
        await bob.AssertHearsAsync(Alice);
        Assert.Equal(CallStage.Answered, host.Control.Directory.Find(started.CallId!)!.Stage);
        await host.RunAsync(new EndCall { Call = started.CallId! });
        await alice.WaitForEndAsync(Soon);
        await bob.WaitForEndAsync(Soon);
    }

    // This baresip takes the REFER, and then makes a request-URI with headers of the URI in it: what it cannot is done here.
    [Theory]
    [InlineData(TransferMode.Automatic)]
    [InlineData(TransferMode.ByServer)]
    public async Task Two_calls_become_one(TransferMode mode)
    {
        await using var alice = await Baresip.StartAsync(new() { ToneHz = Alice });
        await using var bob = await Baresip.StartAsync(new() { ToneHz = Bob });
        await using var carol = await Baresip.StartAsync(new() { ToneHz = Carol });
        await using var dave = await Sipp.AnswerAsync("uas");
        await using var host = await ControlHost.StartAsync();
        var first = await host.RunAsync(new StartCall { Caller = alice.Uri, Callee = bob.Uri });
        var second = await host.RunAsync(new StartCall { Caller = $"sip:dave@127.0.0.1:{dave.Port}", Callee = carol.Uri });
        var joined = await host.RunAsync(new AttendedTransfer { CallA = first.CallId!, LegA = CallSide.Caller, CallB = second.CallId!, LegB = CallSide.Callee, Destination = carol.Uri, Mode = mode });
        await bob.WaitForEndAsync(Soon);
        await Talk.HearEachOtherAsync(alice, carol);
        Assert.Equal(1, host.Control.Directory.Count);
        await host.RunAsync(new EndCall { Call = joined.CallId! });
        await carol.WaitForEndAsync(Soon);
    }

    [Fact]
    public async Task A_phone_that_takes_no_REFER_is_transferred_by_the_server()
    {
        await using var alice = await Baresip.StartAsync(new() { ToneHz = Alice });
        await using var carol = await Baresip.StartAsync(new() { ToneHz = Carol });
        await using var plain = await Sipp.AnswerAsync("uas-no-refer");
        await using var host = await ControlHost.StartAsync();
        var started = await host.RunAsync(new StartCall { Caller = $"sip:plain@127.0.0.1:{plain.Port}", Callee = alice.Uri });
        await host.RunAsync(new BlindTransfer { Call = started.CallId!, Leg = CallSide.Caller, Destination = carol.Uri });
        await alice.WaitForEndAsync(Soon);
        await carol.WaitForAnswerAsync(Soon);
        await host.RunAsync(new EndCall { Call = started.Call!.Id });
        (await plain.ResultAsync(TimeSpan.FromSeconds(30))).AssertAllSuccessful(1);
    }

    [Theory]
    [InlineData(CallFlow.ThirdPartyI)]
    [InlineData(CallFlow.ThirdPartyIII)]
    [InlineData(CallFlow.ThirdPartyIV)]
    public async Task Two_phones_talk_without_the_audio_passing_here(CallFlow flow)
    {
        await using var alice = await Baresip.StartAsync(new() { ToneHz = Alice });
        await using var bob = await Baresip.StartAsync(new() { ToneHz = Bob });
        await using var host = await ControlHost.StartAsync();
        var started = await host.RunAsync(new StartCall { Caller = alice.Uri, Callee = bob.Uri, Flow = flow });
        await Talk.HearEachOtherAsync(alice, bob);
        await host.RunAsync(new EndCall { Call = started.CallId! });
        await alice.WaitForEndAsync(Soon);
        await bob.WaitForEndAsync(Soon);
    }

    [Fact]
    public async Task A_callee_who_is_busy_or_never_answers_ends_the_callers_leg()
    {
        await using var alice = await Baresip.StartAsync(new() { ToneHz = Alice });
        await using var bob = await Baresip.StartAsync(new() { ToneHz = Bob, Answer = "manual" });
        await using var busy = await Sipp.AnswerAsync("uas-busy");
        await using var host = await ControlHost.StartAsync();
        Assert.Equal("transfer failed with status 486 Busy Here", (await host.TryAsync(new StartCall { Caller = alice.Uri, Callee = $"sip:busy@127.0.0.1:{busy.Port}" })).Text);
        await alice.WaitForEndAsync(Soon);
        alice.ForgetEvents();
        var outcome = await host.TryAsync(new StartCall { Caller = alice.Uri, Callee = bob.Uri, RingTimeout = TimeSpan.FromSeconds(2) });
        Assert.Equal(408, outcome.Code);
        await alice.WaitForEndAsync(Soon);
        await bob.WaitForEndAsync(Soon);
    }

    [Fact]
    public async Task A_caller_who_hangs_up_while_it_rings_and_EndCall_meanwhile_cancel_the_callee()
    {
        await using var alice = await Baresip.StartAsync(new() { ToneHz = Alice });
        await using var bob = await Baresip.StartAsync(new() { ToneHz = Bob, Answer = "manual" });
        await using var host = await ControlHost.StartAsync();
        var starting = host.TryAsync(new StartCall { Caller = alice.Uri, Callee = bob.Uri });
        await bob.WaitForIncomingAsync(Soon);
        await alice.HangUpAsync();
        await bob.WaitForEndAsync(Soon);
        Assert.Equal(487, (await starting).Code);
        bob.ForgetEvents();
        alice.ForgetEvents();

        starting = host.TryAsync(new StartCall { Caller = alice.Uri, Callee = bob.Uri });
        await bob.WaitForIncomingAsync(Soon);
        Assert.True((await host.Control.RunAsync(new EndCall { Call = host.Control.Directory.List().Single().Id })).IsSuccess);
        await bob.WaitForEndAsync(Soon);
        await alice.WaitForEndAsync(Soon);
        Assert.Equal(487, (await starting).Code);
    }
}
