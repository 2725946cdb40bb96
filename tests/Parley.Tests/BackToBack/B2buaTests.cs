using Parley.BackToBack;
using Parley.Sip.Invites;
using Parley.Sip.Messages;
using Parley.Tests.Dialogs;

namespace Parley.Tests.BackToBack;

/// <summary>A call taken and made onward, descriptions passed on untouched.</summary>
public class B2buaTests
{
    [Fact]
    public void Both_legs_carry_the_others_description_untouched() => DialogStage.Run(async stage =>
    {
        var (pair, invite, ok) = await UpAsync(stage);
        Assert.Equal(stage.Alice.Sdp().ReplaceLineEndings("\r\n"), Wire.Body(invite));
        Assert.Equal(stage.Bob.Sdp().ReplaceLineEndings("\r\n"), Wire.Body(ok));
        Assert.StartsWith("\"alice\" <sip:alice@10.0.0.9>;tag=", Wire.Header(invite, "From"), StringComparison.Ordinal);
        Assert.Equal(("<sip:alice@10.0.0.1:5060>", "69"), (Wire.Header(invite, "Contact"), Wire.Header(invite, "Max-Forwards")));
        Assert.Same(pair.Uac, pair.Uas.Other);
        Assert.Same(pair.Uas, pair.Uac.Other);
        Assert.Equal((pair.Uas.Local.Sdp, pair.Uas.Remote.Sdp), (pair.Uac.Remote.Sdp, pair.Uac.Local.Sdp));
    });

    [Fact]
    public void The_end_of_A_is_the_end_of_B_with_its_reason() => DialogStage.Run(async stage =>
    {
        var (pair, _, ok) = await UpAsync(stage);
        stage.Alice.Within(ok, "BYE", 2, headers: "Reason: Q.850;cause=16");
        await stage.Alice.Expect("200 BYE");
        var bye = await stage.Bob.Expect("BYE");
        stage.Bob.Respond(bye, "200 OK");
        Assert.Equal("Q.850;cause=16", Wire.Header(bye, "Reason"));
        Assert.Equal(CallEndParty.Remote, (await pair.WaitForEndAsync()).By);
        Assert.True(pair.Ended.IsCancellationRequested);
    });

    [Fact]
    public void The_end_of_B_is_the_end_of_A() => DialogStage.Run(async stage =>
    {
        var (_, invite, _) = await UpAsync(stage);
        stage.Bob.Back(invite, "BYE", 1);
        await stage.Bob.Expect("200 BYE");
        stage.Alice.Respond(await stage.Alice.Expect("BYE"), "200 OK");
    });

    [Fact]
    public void A_delayed_offer_goes_end_to_end() => DialogStage.Run(async stage =>
    {
        var serving = Serve(stage);
        stage.Alice.Invite();
        var invite = await stage.Bob.Expect("INVITE");
        Assert.Equal("", Wire.Body(invite));
        stage.Bob.Respond(invite, "200 OK", stage.Bob.Sdp());
        var ok = await stage.Alice.Expect("200 INVITE");
        Assert.Equal(stage.Bob.Sdp().ReplaceLineEndings("\r\n"), Wire.Body(ok));
        await stage.Delay(1);
        Assert.DoesNotContain("ACK", stage.Bob.Received.Select(Wire.Summary));
        Assert.False(serving.IsCompleted);
        stage.Alice.Within(ok, "ACK", 1, stage.Alice.Sdp());
        var ack = await stage.Bob.Expect("ACK");
        Assert.Equal(stage.Alice.Sdp().ReplaceLineEndings("\r\n"), Wire.Body(ack));
        Assert.Contains("o=alice", (await serving).Uac.Local.Sdp!, StringComparison.Ordinal);
    });

    [Fact]
    public void A_reinvite_of_either_side_is_the_others() => DialogStage.Run(async stage =>
    {
        var (pair, invite, ok) = await UpAsync(stage);
        stage.Alice.Within(ok, "INVITE", 2, stage.Alice.Sdp(2, "sendonly"));
        var passed = await stage.Bob.Expect("INVITE");
        Assert.Equal(stage.Alice.Sdp(2, "sendonly").ReplaceLineEndings("\r\n"), Wire.Body(passed));
        stage.Bob.Respond(passed, "200 OK", stage.Bob.Sdp(2, "recvonly"));
        await stage.Bob.Expect("ACK");
        var answer = await stage.Alice.Expect("200 INVITE");
        stage.Alice.Within(ok, "ACK", 2);
        Assert.Equal(stage.Bob.Sdp(2, "recvonly").ReplaceLineEndings("\r\n"), Wire.Body(answer));
        Assert.True(pair.Uas.IsHeldByPeer);

        stage.Bob.Back(invite, "INVITE", 1, stage.Bob.Sdp(3));
        passed = await stage.Alice.Expect("INVITE");
        stage.Alice.Respond(passed, "488 No");
        var refused = await stage.Bob.Expect("488 INVITE");
        Assert.StartsWith("SIP/2.0 488 No", refused, StringComparison.Ordinal);
        Assert.Contains("o=bob 77 2", pair.Uac.Remote.Sdp!, StringComparison.Ordinal);
    });

    [Fact]
    public void A_reinvite_without_offer_goes_end_to_end() => DialogStage.Run(async stage =>
    {
        var (_, _, ok) = await UpAsync(stage);
        stage.Alice.Within(ok, "INVITE", 2);
        var passed = await stage.Bob.Expect("INVITE");
        Assert.Equal("", Wire.Body(passed));
        stage.Bob.Respond(passed, "200 OK", stage.Bob.Sdp(2));
        var offer = await stage.Alice.Expect("200 INVITE");
        Assert.Equal(stage.Bob.Sdp(2).ReplaceLineEndings("\r\n"), Wire.Body(offer));
        stage.Alice.Within(ok, "ACK", 2, stage.Alice.Sdp(2));
        var ack = await stage.Bob.Expect("ACK");
        Assert.Equal(stage.Alice.Sdp(2).ReplaceLineEndings("\r\n"), Wire.Body(ack));
    });

    [Fact]
    public void What_B_asks_before_As_ACK_waits_for_it() => DialogStage.Run(async stage =>
    {
        var serving = Serve(stage);
        stage.Alice.Invite(stage.Alice.Sdp());
        var invite = await stage.Bob.Answer(stage.Bob.Sdp());
        var ok = await stage.Alice.Expect("200 INVITE");
        stage.Bob.Back(invite, "INVITE", 1, stage.Bob.Sdp(2));
        stage.Bob.Back(invite, "INFO", 2);
        await stage.Delay(1);
        Assert.DoesNotContain("INFO", stage.Alice.Received.Select(Wire.Summary));
        Assert.DoesNotContain("INVITE", stage.Alice.Received.Select(Wire.Summary));
        stage.Alice.Within(ok, "ACK", 1);
        stage.Alice.Respond(await stage.Alice.Expect("INVITE"), "200 OK", stage.Alice.Sdp(2));
        stage.Alice.Respond((await serving) is { } ? stage.Alice.Received.First(m => Wire.Summary(m) == "INFO") : "", "200 OK");
        await stage.Bob.Expect("200 INVITE");
        stage.Bob.Back(invite, "ACK", 1);
    });

    [Fact]
    public void INFO_and_MESSAGE_and_their_answers_pass() => DialogStage.Run(async stage =>
    {
        var (_, invite, ok) = await UpAsync(stage);
        stage.Alice.Within(ok, "INFO", 2, "Signal=5\n", "Info-Package: dtmf", "application/dtmf-relay");
        var info = await stage.Bob.Expect("INFO");
        Assert.Equal(("application/dtmf-relay", "dtmf", "Signal=5"), (Wire.Header(info, "Content-Type"), Wire.Header(info, "Info-Package"), Wire.Body(info).Trim()));
        stage.Bob.Respond(info, "202 Later");
        Assert.StartsWith("SIP/2.0 202 Later", await stage.Alice.Expect("202 INFO"), StringComparison.Ordinal);
        stage.Bob.Back(invite, "MESSAGE", 1, "hello", type: "text/plain");
        var message = await stage.Alice.Expect("MESSAGE");
        Assert.Equal("hello", Wire.Body(message).Trim());
        stage.Alice.Respond(message, "200 OK");
        await stage.Bob.Expect("200 MESSAGE");
    });

    [Fact]
    public void Policies_keep_requests_here_or_refuse_them() => DialogStage.Run(async stage =>
    {
        var seen = "";
        var options = new B2buaOptions
        {
            Info = RequestPolicy.Handle, Message = RequestPolicy.Refuse, Modify = RequestPolicy.Handle,
            HandlersA = new() { OnInfo = async (_, request) => { seen = request.Text!; await request.RespondAsync(); } },
        };
        var (_, _, ok) = await UpAsync(stage, options);
        stage.Alice.Within(ok, "INFO", 2, "here", type: "text/x");
        await stage.Alice.Expect("200 INFO");
        stage.Alice.Within(ok, "MESSAGE", 3, "no", type: "text/plain");
        await stage.Alice.Expect("405 MESSAGE");
        stage.Alice.Within(ok, "INVITE", 4, stage.Alice.Sdp(2, "sendonly"));
        Assert.Equal("recvonly", Wire.Lines(await stage.Alice.Expect("200 INVITE"), "a=")[0]);
        stage.Alice.Within(ok, "ACK", 4);
        Assert.Equal("here", seen.Trim());
        Assert.Equal(["INVITE", "ACK"], stage.Bob.Received.Select(Wire.Summary));
    });

    [Fact]
    public void Headers_pass_both_ways_as_the_lists_say_and_never_those_of_one_hop() => DialogStage.Run(async stage =>
    {
        var options = new B2buaOptions
        {
            PassRequestHeaders = HeaderPassing.AllExcept("X-Secret", "s"),
            PassResponseHeaders = HeaderPassing.All,
            Headers = [new SipHeader("X-Ours", "1")],
        };
        var serving = Serve(stage, options);
        stage.Alice.Invite(stage.Alice.Sdp(), "X-Color: red\nX-Secret: s\nSubject: hush\nSupported: 199\nUser-Agent: Old\nAccept-Language: de");
        var invite = await stage.Bob.Expect("INVITE");
        Assert.Equal(("red", "de", "1"), (Wire.Header(invite, "X-Color"), Wire.Header(invite, "Accept-Language"), Wire.Header(invite, "X-Ours")));
        Assert.Null(Wire.TryHeader(invite, "X-Secret"));
        Assert.Null(Wire.TryHeader(invite, "Subject"));
        Assert.Null(Wire.TryHeader(invite, "User-Agent"));
        Assert.DoesNotContain("199", Wire.TryHeader(invite, "Supported") ?? "", StringComparison.Ordinal);
        stage.Bob.Respond(invite, "200 OK", stage.Bob.Sdp(), "X-Shape: round\nServer: Bobware");
        var ok = await stage.Alice.Expect("200 INVITE");
        stage.Alice.Within(ok, "ACK", 1);
        Assert.Equal(("round", null), (Wire.Header(ok, "X-Shape"), Wire.TryHeader(ok, "Server")));
        await serving;
    });

    [Fact]
    public void Descriptions_can_be_transformed_on_their_way() => DialogStage.Run(async stage =>
    {
        var asked = 0;
        var options = new B2buaOptions
        {
            SdpForB = (sdp, _) => ValueTask.FromResult(sdp.Replace("4000", "7000", StringComparison.Ordinal)),
            SdpForA = async (sdp, _) =>
            {
                asked++;
                await stage.Delay(1);
                return sdp.Replace("4000", "7002", StringComparison.Ordinal);
            },
        };
        var serving = Serve(stage, options);
        stage.Alice.Invite(stage.Alice.Sdp());
        var invite = await stage.Bob.Expect("INVITE");
        Assert.Equal(7000, Wire.Port(invite));
        stage.Bob.Respond(invite, "183 Early", stage.Bob.Sdp());
        stage.Bob.Respond(invite, "200 OK", stage.Bob.Sdp());
        Assert.Equal(7002, Wire.Port(await stage.Alice.Expect("183 INVITE")));
        var ok = await stage.Alice.Expect("200 INVITE");
        stage.Alice.Within(ok, "ACK", 1);
        Assert.Equal(7002, Wire.Port(ok));
        await serving;
    });

    [Fact]
    public void A_that_never_acknowledges_takes_B_down() => DialogStage.Run(async stage =>
    {
        var serving = Serve(stage);
        stage.Alice.Invite(stage.Alice.Sdp());
        await stage.Bob.Answer(stage.Bob.Sdp());
        var bye = await stage.Bob.Expect("BYE");
        stage.Bob.Respond(bye, "200 OK");
        Assert.Contains("cause=408", Wire.Header(bye, "Reason"), StringComparison.Ordinal);
        stage.Alice.Respond(await stage.Alice.Expect("BYE"), "200 OK");
        await serving;
    });

    [Fact]
    public void A_session_that_is_not_refreshed_ends_both_legs() => DialogStage.Run(async stage =>
    {
        var serving = Serve(stage);
        stage.Alice.Invite(stage.Alice.Sdp(), "Supported: timer\nSession-Expires: 90;refresher=uac");
        await stage.Bob.Answer(stage.Bob.Sdp());
        var ok = await stage.Alice.Expect("200 INVITE");
        Assert.StartsWith("90;refresher=uac", Wire.Header(ok, "Session-Expires"), StringComparison.Ordinal);
        stage.Alice.Within(ok, "ACK", 1);
        stage.Alice.Respond(await stage.Alice.Expect("BYE", 100), "200 OK");
        var bye = await stage.Bob.Expect("BYE");
        stage.Bob.Respond(bye, "200 OK");
        Assert.Contains("cause=408", Wire.Header(bye, "Reason"), StringComparison.Ordinal);
        Assert.Equal(CallEndKind.Timeout, (await (await serving).WaitForEndAsync()).Kind);
    });

    [Fact]
    public void Each_leg_keeps_a_session_timer_of_its_own_when_asked() => DialogStage.Run(async stage =>
    {
        var kept = new List<string>();
        var timer = new SessionTimerOptions { Interval = TimeSpan.FromSeconds(120), Refresher = SessionRefresher.Local };
        var options = new B2buaOptions { SessionTimer = timer, HandlersB = new() { OnKeptAlive = (dialog, refresh) => kept.Add($"{dialog.Remote.Uri.User} {refresh.ByPeer}") } };
        var serving = Serve(stage, options);
        stage.Alice.Invite(stage.Alice.Sdp());
        var invite = await stage.Bob.Expect("INVITE");
        Assert.StartsWith("120", Wire.Header(invite, "Session-Expires"), StringComparison.Ordinal);
        stage.Bob.Respond(invite, "200 OK", stage.Bob.Sdp(), "Require: timer\nSession-Expires: 120;refresher=uac\nAllow: INVITE, UPDATE");
        stage.Alice.Within(await stage.Alice.Expect("200 INVITE"), "ACK", 1);
        await serving;
        var refresh = await stage.Bob.Expect("UPDATE", 70);
        stage.Bob.Respond(refresh, "200 OK", headers: "Require: timer\nSession-Expires: 120;refresher=uac");
        await stage.Delay(1);
        Assert.Equal(["bob False"], kept);
    });

    internal static Task<B2bua> Serve(DialogStage stage, B2buaOptions? options = null, IReadOnlyList<string>? targets = null) =>
        stage.Serve((invite, cancel) => stage.Agent.CreateB2buaAsync(invite, targets ?? [stage.Bob.Uri], options, cancel));

    /// <summary>Alice talks to Bob: the pair, the INVITE Bob got, the answer Alice got.</summary>
    internal static async Task<(B2bua Pair, string Invite, string Ok)> UpAsync(DialogStage stage, B2buaOptions? options = null)
    {
        var serving = Serve(stage, options);
        stage.Alice.Invite(stage.Alice.Sdp());
        var invite = await stage.Bob.Answer(stage.Bob.Sdp());
        var ok = await stage.Alice.Expect("200 INVITE");
        stage.Alice.Within(ok, "ACK", 1);
        var pair = await serving;
        await stage.Until(() => pair.Uas.IsConfirmed, "A has confirmed");
        return (pair, invite, ok);
    }
}
