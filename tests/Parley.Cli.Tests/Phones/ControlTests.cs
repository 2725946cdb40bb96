using Parley.Cli.Tests.Support;
using Parley.Control;
using Parley.Dialogs;
using Parley.Media.Audio;
using Parley.Transfers;

namespace Parley.Cli.Tests.Phones;

/// <summary>Commands on the calls of the phone system, whoever began them.</summary>
public sealed class ControlTests
{
    [Fact]
    public void A_call_that_phones_began_is_known_held_resumed_and_ended() => Office.Run(
        async office =>
        {
            var events = office.System.Control!.Directory.Subscribe();
            var (call, _) = await AliceCallsBobAsync(office);
            var known = office.System.Control.Directory.Find(call.Id)!;
            Assert.Equal((CallStage.Answered, "alice@parley", "bob@parley"), (known.Stage, known.Caller.Account, known.Callee!.Account));
            Assert.True((await RunAsync(office, new HoldCall { Call = call.Id })).IsSuccess);
            Assert.True(call.IsHeld);
            Assert.True(await Heard.ToneAsync(call, 350));
            Assert.True((await RunAsync(office, new UnholdCall { Call = known.Callee.CallId! })).IsSuccess);
            Assert.True(await Heard.ToneAsync(call, 900));
            Assert.True((await RunAsync(office, new EndCall { Call = call.Id })).IsSuccess);
            await call.WaitForEndAsync();
            Assert.Equal([CallEventKind.Incoming, CallEventKind.Ringing, CallEventKind.Answered, CallEventKind.Held, CallEventKind.Held, CallEventKind.Unheld, CallEventKind.Unheld, CallEventKind.Ended], Kinds(events));
            await call.DisposeAsync();
        },
        """{ "control": { "music": "tone:350" } }""");

    [Fact]
    public void A_command_calls_accounts_wherever_they_are_registered() => Office.Run(async office =>
    {
        var alice = new TaskCompletionSource<IncomingCall>();
        await office.PhoneAsync("alice", "10.0.0.11", Play(500, alice));
        await office.PhoneAsync("alice", "10.0.0.14", (call, ended) => call.RejectAsync(486, cancel: ended));
        var bob = new TaskCompletionSource<IncomingCall>();
        await office.PhoneAsync("bob", "10.0.0.12", Play(900, bob));
        var outcome = await RunAsync(office, new StartCall { Caller = "sip:alice@localhost", Callee = "sip:bob@localhost" });
        Assert.True(outcome.IsSuccess, outcome.Text);
        Assert.True(await Heard.ToneAsync(await alice.Task, 900));
        Assert.True(await Heard.ToneAsync(await bob.Task, 500));
        Assert.Equal("alice", (await bob.Task).FromUser);
        Assert.Equal("transfer failed with status 404 Not Found", (await RunAsync(office, new StartCall { Caller = "sip:alice@localhost", Callee = "sip:nobody@localhost" })).Text);
        Assert.Equal("failed to establish initial call: 480 Temporarily Unavailable", (await RunAsync(office, new StartCall { Caller = "sip:carol@localhost", Callee = "sip:bob@localhost" })).Text);
        Assert.True((await RunAsync(office, new EndCall { Call = outcome.Call!.Id })).IsSuccess);
    });

    [Fact]
    public void A_phone_of_a_call_that_a_command_began_may_transfer_it() => Office.Run(async office =>
    {
        var (alice, bob) = (new TaskCompletionSource<IncomingCall>(), new TaskCompletionSource<IncomingCall>());
        await office.PhoneAsync("alice", "10.0.0.11", Play(500, alice));
        var phone = await office.PhoneAsync("bob", "10.0.0.12", Play(900, bob));
        await office.PhoneAsync("carol", "10.0.0.13", Play(1200));
        var outcome = await RunAsync(office, new StartCall { Caller = "sip:alice@localhost", Callee = "sip:bob@localhost" });
        Assert.True(outcome.IsSuccess, outcome.Text);
        var transferred = await (await bob.Task).TransferAsync("sip:carol@10.0.0.1", new TransferOptions { Mode = TransferMode.ByPhone });
        Assert.Equal(200, transferred.Status);
        Assert.True(await Heard.ToneAsync(await alice.Task, 1200));
        Assert.Equal("carol@parley", office.System.Control!.Directory.Find(outcome.Call!.Id)!.Callee!.Account);
        Assert.Empty(phone.Calls);
        await RunAsync(office, new EndCall { Call = outcome.Call.Id });
    });

    [Fact]
    public void A_phone_that_takes_REFER_calls_back_without_being_asked_for_its_password() => Office.Run(async office =>
    {
        var bob = new TaskCompletionSource<IncomingCall>();
        var dialled = new TaskCompletionSource<OutgoingCall>();
        UserAgent? phone = null;
        phone = await UserAgent.StartAsync(new()
        {
            Listen = ["udp:10.0.0.12:5060"], Network = office.Network.Host("10.0.0.12"), MediaLanes = 1,
            OnTransferRequest = async (_, request) =>
            {
                await request.AcceptAsync();
                var result = await phone!.TryDialAsync(request.Target.ToString());
                dialled.SetResult(result.Call!);
                await request.ReportAsync(result.End?.Status ?? 200);
            },
        });
        _ = phone.ServeAsync(Play(900, bob));
        await office.RegisterAsync(phone, "bob");
        var alicesPhone = await office.PhoneAsync("alice", "10.0.0.11");
        var call = await alicesPhone.DialAsync("sip:bob@10.0.0.1", Office.As("alice"));
        await bob.Task;
        await office.PhoneAsync("carol", "10.0.0.13", Play(1200));
        var known = office.System.Control!.Directory.Find(call.Id)!;
        var outcome = await RunAsync(office, new BlindTransfer { Call = call.Id, Leg = CallSide.Callee, Destination = "sip:carol@localhost" });
        Assert.True(outcome.IsSuccess, outcome.Text);
        var again = await dialled.Task;
        Assert.True(await Heard.ToneAsync(again, 1200));
        await call.WaitForEndAsync();
        Assert.Equal((known.Id, "bob@parley", "carol@parley"), Parties(office.System.Control.Directory.Find(again.Id)!));
        await RunAsync(office, new EndCall { Call = known.Id });
        await call.DisposeAsync();
        await again.DisposeAsync();
        await phone.DisposeAsync();
    });

    [Fact]
    public void A_call_to_an_extension_is_sent_to_somebody() => Office.Run(async office =>
    {
        var stranger = await office.StartAsync("10.0.0.99");
        await using var call = await stranger.DialAsync("sip:tone@10.0.0.1");
        Assert.True(await Heard.ToneAsync(call, 440));
        await office.PhoneAsync("bob", "10.0.0.12", Play(900));
        Assert.True((await RunAsync(office, new BlindTransfer { Call = call.Id, Leg = CallSide.Caller, Destination = "sip:bob@localhost" })).IsSuccess);
        Assert.True(await Heard.ToneAsync(call, 900));
        Assert.True((await RunAsync(office, new EndCall { Call = call.Id })).IsSuccess);
        await call.WaitForEndAsync();
    });

    [Fact]
    public void A_call_may_wait_for_a_command() => Office.Run(async office =>
    {
        var stranger = await office.StartAsync("10.0.0.99");
        var dialling = stranger.DialAsync("sip:control@10.0.0.1");
        await office.Delay(1);
        var waiting = Assert.Single(office.System.Control!.Directory.List());
        Assert.True((await RunAsync(office, new AnswerCall { Call = waiting.Id })).IsSuccess);
        await using var call = await dialling;
        var playing = RunAsync(office, new PlayToCall { Call = waiting.Id, Source = "tone:700" });
        Assert.True(await Heard.ToneAsync(call, 700));
        Assert.True((await RunAsync(office, new EndCall { Call = waiting.Id })).IsSuccess);
        Assert.Equal(487, (await playing).Code);
    });

    [Theory]
    [InlineData(603)]
    [InlineData(302)]
    public void A_call_that_rings_at_a_phone_is_refused_or_redirected_by_command(int status) => Office.Run(async office =>
    {
        var cancelled = new TaskCompletionSource();
        await office.PhoneAsync("bob", "10.0.0.12", async (bob, ended) =>
        {
            await bob.RingAsync(ended);
            await bob.WaitForEndAsync();
            cancelled.SetResult();
        });
        var alice = await office.PhoneAsync("alice", "10.0.0.11");
        var dialling = Office.StatusAsync(alice, "bob", Office.As("alice"));
        await office.Delay(1);
        var ringing = Assert.Single(office.System.Control!.Directory.List());
        Assert.Equal(CallStage.Ringing, ringing.Stage);
        CallCommand command = status == 302 ? new RedirectCall { Call = ringing.Id, Contacts = ["sip:carol@10.0.0.1"] } : new RejectCall { Call = ringing.Id };
        Assert.True((await RunAsync(office, command)).IsSuccess);
        Assert.Equal(status, await dialling);
        await cancelled.Task;
    });

    [Fact]
    public void A_call_that_rings_at_a_phone_is_taken_by_command() => Office.Run(async office =>
    {
        await office.PhoneAsync("bob", "10.0.0.12", async (bob, ended) =>
        {
            await bob.RingAsync(ended);
            await bob.WaitForEndAsync();
        });
        var alice = await office.PhoneAsync("alice", "10.0.0.11");
        var dialling = alice.DialAsync("sip:bob@10.0.0.1", Office.As("alice"));
        await office.Delay(1);
        var id = Assert.Single(office.System.Control!.Directory.List()).Id;
        Assert.True((await RunAsync(office, new AnswerCall { Call = id })).IsSuccess);
        await using var call = await dialling;
        Assert.True((await RunAsync(office, new BlindTransfer { Call = id, Leg = CallSide.Caller, Destination = "sip:tone-700@localhost", Mode = TransferMode.ByServer })).IsSuccess);
        Assert.True(await Heard.ToneAsync(call, 700));
    });

    private static Task<CommandOutcome> RunAsync(Office office, CallCommand command) => office.System.Control!.RunAsync(command);

    private static (string Id, string? Caller, string? Callee) Parties(CallSnapshot call) => call.Callee!.Account == "bob@parley"
        ? (call.Id, call.Callee.Account, call.Caller.Account)
        : (call.Id, call.Caller.Account, call.Callee.Account);

    private static List<CallEventKind> Kinds(CallEventReader events)
    {
        var kinds = new List<CallEventKind>();
        while (events.TryRead(out var happened))
            kinds.Add(happened.Kind);
        return kinds;
    }

    private static async Task<(OutgoingCall Call, IncomingCall Bob)> AliceCallsBobAsync(Office office)
    {
        var bob = new TaskCompletionSource<IncomingCall>();
        await office.PhoneAsync("bob", "10.0.0.12", Play(900, bob));
        var alice = await office.PhoneAsync("alice", "10.0.0.11");
        var call = await alice.DialAsync("sip:bob@10.0.0.1", Office.As("alice"));
        Assert.True(await Heard.ToneAsync(call, 900));
        return (call, await bob.Task);
    }

    private static Func<IncomingCall, CancellationToken, Task> Play(int hertz, TaskCompletionSource<IncomingCall>? answered = null) => async (call, ended) =>
    {
        await call.RingAsync(ended);
        await call.AnswerAsync(cancel: ended);
        answered?.TrySetResult(call);
        await call.PlayAsync(new ToneSource(hertz, 8000), cancel: ended);
    };
}
