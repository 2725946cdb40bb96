using Parley.Sip.Invites;
using Parley.Tests.Support;
using Parley.Transfers;

namespace Parley.Tests;

/// <summary>Calls of the call API given to somebody else.</summary>
public class CallTransferTests
{
    [Fact]
    public void A_phone_that_takes_a_REFER_does_the_transfer_and_the_call_is_hung_up() => WithCall(async (stage, call, ok) =>
    {
        var told = new List<int>();
        var transferring = call.TransferAsync("sip:carol@10.0.0.7", new TransferOptions { ReferredBy = "sip:us@10.0.0.1", OnProgress = p => told.Add(p.Status) });
        var refer = await stage.Phone.Expect("REFER");
        Assert.Equal(("<sip:carol@10.0.0.7>", "<sip:us@10.0.0.1>"), (Wire.Header(refer, "Refer-To"), Wire.Header(refer, "Referred-By")));
        stage.Phone.Send(Wire.Response(refer, "202 Accepted"));
        Notify(stage, ok, 2, "SIP/2.0 180 Ringing", "active;expires=60");
        await stage.Phone.Expect("200 NOTIFY");
        Notify(stage, ok, 3, "SIP/2.0 200 OK", "terminated;reason=noresource");
        stage.Phone.Send(Wire.Response(await stage.Phone.Expect("BYE"), "200 OK"));
        var outcome = await transferring;
        Assert.Equal((200, TransferMode.ByPhone), (outcome.Status, outcome.Mode));
        Assert.Equal([180], told);
    });

    [Fact]
    public void What_was_reported_on_the_way_is_told_before_the_outcome_and_a_listener_that_throws_costs_nothing() => WithCall(async (stage, call, ok) =>
    {
        var told = new List<int>();
        var transferring = call.TransferAsync("sip:carol@10.0.0.7", new TransferOptions
        {
            KeepCall = true,
            OnProgress = progress =>
            {
                told.Add(progress.Status);
                throw new InvalidOperationException("The application failed.");
            },
        });
        stage.Phone.Send(Wire.Response(await stage.Phone.Expect("REFER"), "202 Accepted"));
        Notify(stage, ok, 2, "SIP/2.0 180 Ringing", "active;expires=60");
        Notify(stage, ok, 3, "SIP/2.0 183 Session Progress", "active;expires=60");
        Notify(stage, ok, 4, "SIP/2.0 200 OK", "terminated;reason=noresource");
        Assert.True((await transferring).IsSuccess);
        Assert.Equal([180, 183], told);
        await stage.Phone.HangUp(ok);
    });

    [Fact]
    public void A_transfer_the_phone_reports_as_failed_leaves_the_call() => WithCall(async (stage, call, ok) =>
    {
        var transferring = call.TransferAsync("sip:carol@10.0.0.7");
        stage.Phone.Send(Wire.Response(await stage.Phone.Expect("REFER"), "202 Accepted"));
        Notify(stage, ok, 2, "SIP/2.0 486 Busy Here", "terminated;reason=noresource");
        var outcome = await transferring;
        Assert.Equal((486, "Busy Here", false), (outcome.Status, outcome.Reason, outcome.IsSuccess));
        Assert.Equal(CallState.Answered, call.State);
        await stage.Phone.HangUp(ok);
    });

    [Fact]
    public void A_transfer_the_phone_never_finishes_has_failed_when_its_time_is_over() => WithCall(async (stage, call, ok) =>
    {
        var transferring = call.TransferAsync("sip:carol@10.0.0.7", new TransferOptions { Mode = TransferMode.ByPhone, Timeout = TimeSpan.FromSeconds(5) });
        stage.Phone.Send(Wire.Response(await stage.Phone.Expect("REFER"), "202 Accepted"));
        Notify(stage, ok, 2, "SIP/2.0 180 Ringing", "active;expires=60");
        await stage.Phone.Expect("200 NOTIFY");
        Assert.Equal((408, false), ((await transferring).Status, (await transferring).IsSuccess));
        Assert.Equal(CallState.Answered, call.State);
        await stage.Phone.HangUp(ok);
    });

    [Fact]
    public void A_call_the_phone_has_transferred_can_be_kept() => WithCall(async (stage, call, ok) =>
    {
        var transferring = call.TransferAsync("sip:carol@10.0.0.7", new TransferOptions { KeepCall = true });
        stage.Phone.Send(Wire.Response(await stage.Phone.Expect("REFER"), "202 Accepted"));
        Notify(stage, ok, 2, "SIP/2.0 200 OK", "terminated;reason=noresource");
        Assert.True((await transferring).IsSuccess);
        Assert.Equal(CallState.Answered, call.State);
        await stage.Phone.HangUp(ok);
    });

    [Fact]
    public void Where_the_phone_cannot_we_call_and_bridge() => WithCall(async (stage, call, ok) =>
    {
        var carol = await stage.StartAgentAsync("10.0.0.7");
        var answered = stage.AnswerAll(agent: carol);
        var transferring = call.TransferAsync("sip:carol@10.0.0.7");
        stage.Phone.Send(Wire.Response(await stage.Phone.Expect("REFER"), "405 Method Not Allowed"));
        var outcome = await transferring;
        Assert.Equal((200, TransferMode.ByServer), (outcome.Status, outcome.Mode));
        var other = await answered;
        Assert.Equal("raw", other.FromUser);
        other.StartPlayback(Tones.Of(440));
        await stage.Delay(1);
        Assert.InRange(stage.Phone.Packets.Count, 40, 55);
        await stage.Phone.HangUp(ok);
        Assert.Equal(CallEndParty.Remote, (await other.WaitForEndAsync()).By);
    });

    [Fact]
    public void Two_calls_become_one_by_REFER_with_Replaces() => WithCall(async (stage, call, ok) =>
    {
        var carol = await stage.StartAgentAsync("10.0.0.7");
        _ = stage.AnswerAll(agent: carol);
        await using var other = await stage.Agent.DialAsync("sip:carol@10.0.0.7");
        var transferring = call.TransferAsync(other);
        var refer = await stage.Phone.Expect("REFER");
        var dialog = other.Dialog!;
        Assert.Equal(
            $"<sip:carol@10.0.0.7:5060?Replaces={Uri.EscapeDataString($"{other.Id};to-tag={dialog.RemoteTag};from-tag={dialog.LocalTag}")}>",
            Wire.Header(refer, "Refer-To"), ignoreCase: true);
        stage.Phone.Send(Wire.Response(refer, "202 Accepted"));
        Notify(stage, ok, 2, "SIP/2.0 200 OK", "terminated;reason=noresource");
        stage.Phone.Send(Wire.Response(await stage.Phone.Expect("BYE"), "200 OK"));
        Assert.True((await transferring).IsSuccess);
        Assert.Equal(CallState.Ended, other.State);
    });

    [Fact]
    public void Two_calls_are_bridged_here_when_that_is_asked_for() => WithCall(async (stage, call, ok) =>
    {
        var carol = await stage.StartAgentAsync("10.0.0.7");
        var answered = stage.AnswerAll(agent: carol);
        var other = await stage.Agent.DialAsync("sip:carol@10.0.0.7");
        Assert.True((await call.TransferAsync(other, new TransferOptions { Mode = TransferMode.ByServer })).IsSuccess);
        await (await answered).HangUpAsync();
        stage.Phone.Send(Wire.Response(await stage.Phone.Expect("BYE"), "200 OK"));
        await call.WaitForEndAsync();
    });

    [Fact]
    public void A_REFER_of_the_phone_is_refused_unless_the_application_wants_it() => WithCall(async (stage, _, ok) =>
    {
        Refer(stage, ok);
        await stage.Phone.Expect("603 REFER");
        await stage.Phone.HangUp(ok);
    });

    [Fact]
    public void A_REFER_of_the_phone_is_the_applications_to_run_and_report() => WithCall(
        async (stage, _, ok) =>
        {
            Refer(stage, ok);
            await stage.Phone.Expect("200 REFER");
            var notify = await stage.Phone.Expect("NOTIFY");
            Assert.StartsWith("SIP/2.0 100", Wire.Body(notify), StringComparison.Ordinal);
            stage.Phone.Send(Wire.Response(notify, "200 OK"));
            notify = await stage.Phone.Expect("NOTIFY");
            Assert.StartsWith("SIP/2.0 404 Nobody", Wire.Body(notify), StringComparison.Ordinal);
            stage.Phone.Send(Wire.Response(notify, "200 OK"));
            await stage.Phone.HangUp(ok);
        },
        options => options with
        {
            OnTransferRequest = async (_, request) =>
            {
                await request.AcceptAsync();
                await request.ReportAsync(404, $"Nobody at {request.Target.Host}");
            },
        });

    private static void Refer(Stage stage, string ok) => stage.Phone.Send(
        Wire.Within(ok, "REFER", 2).Replace("\nContact:", "\nRefer-To: <sip:carol@10.0.0.7>\nContact:", StringComparison.Ordinal));

    private static void Notify(Stage stage, string ok, int cseq, string line, string state) => stage.Phone.Send(
        Wire.Within(ok, "NOTIFY", cseq, line + "\n", "message/sipfrag")
            .Replace("\nContact:", $"\nEvent: refer\nSubscription-State: {state}\nContact:", StringComparison.Ordinal));

    private static void WithCall(Func<Stage, Call, string, Task> body, Func<UserAgentOptions, UserAgentOptions>? options = null) => Stage.Run(
        async stage =>
        {
            var answering = stage.AnswerAll();
            var ok = await stage.Phone.Call(Wire.Sdp);
            await body(stage, await answering, ok);
        },
        options);
}
