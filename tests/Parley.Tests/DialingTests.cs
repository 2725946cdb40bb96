using Parley.Sip.Invites;
using Parley.Tests.Support;

namespace Parley.Tests;

/// <summary>Outgoing calls, as a raw phone sees and answers them.</summary>
public class DialingTests
{
    private const string Target = "sip:raw@10.0.0.9";

    private static readonly string s_answer = Wire.Sdp.Replace("0 8 101", "8", StringComparison.Ordinal);

    [Fact]
    public void The_invite_names_caller_target_and_headers_and_offers_the_codecs() => Stage.Run(async stage =>
    {
        var dialing = stage.Agent.DialAsync(Target, new()
        {
            Caller = "\"Alice\" <sip:alice@example.com>",
            Headers = [new("X-Order", "42")],
            Codecs = [Media.Codecs.AudioCodecs.Pcma],
        });
        var invite = await stage.Phone.Expect("INVITE");
        Assert.StartsWith("INVITE sip:raw@10.0.0.9 SIP/2.0\r\n", invite, StringComparison.Ordinal);
        Assert.StartsWith("\"Alice\" <sip:alice@example.com>;tag=", Wire.Header(invite, "From"), StringComparison.Ordinal);
        Assert.Equal("42", Wire.Header(invite, "X-Order"));
        Assert.Equal("8 101", Wire.Lines(invite, "m=audio ")[0].Split("AVP ")[1]);
        await Answer(stage, invite);
        await HangUp(stage, await dialing);
    });

    [Fact]
    public void An_anonymous_caller_is_hidden() => Stage.Run(async stage =>
    {
        var dialing = stage.Agent.TryDialAsync(Target, new() { Caller = "sip:alice@example.com", Anonymous = true });
        var invite = await stage.Phone.Expect("INVITE");
        Assert.Contains("anonymous@anonymous.invalid", Wire.Header(invite, "From"), StringComparison.Ordinal);
        Assert.Equal("id", Wire.Header(invite, "Privacy"));
        Assert.DoesNotContain("alice@", invite, StringComparison.Ordinal);
        stage.Phone.Send(Wire.Response(invite, "603 Decline"));
        Assert.Equal(603, (await dialing).End!.Value.Status);
    });

    [Fact]
    public void Dialing_waits_for_the_answer_and_acknowledges_it() => Stage.Run(async stage =>
    {
        var dialing = stage.Agent.DialAsync(Target);
        var invite = await stage.Phone.Expect("INVITE");
        stage.Phone.Send(Wire.Response(invite, "180 Ringing"));
        await stage.Delay(5);
        Assert.False(dialing.IsCompleted);
        await Answer(stage, invite);
        var call = await dialing;
        Assert.Equal((CallState.Answered, "PCMA", 200), (call.State, call.Codec!.Name, call.Response!.StatusCode));
        await HangUp(stage, call);
    });

    [Fact]
    public void Progress_is_told_in_order_with_status_reason_and_early_media() => Stage.Run(async stage =>
    {
        List<string> told = [];
        var dialing = stage.Agent.DialAsync(Target, new() { OnProgress = p => told.Add($"{p.Status} {p.Reason} {p.EarlyMedia}") });
        var invite = await stage.Phone.Expect("INVITE");
        stage.Phone.Send(Wire.Response(invite, "180 Ringing"));
        stage.Phone.Send(Wire.Response(invite, "181 Wandering"));
        stage.Phone.Send(Wire.Response(invite, "183 Session Progress", s_answer));
        await Answer(stage, invite);
        await HangUp(stage, await dialing);
        Assert.Equal(["180 Ringing False", "181 Wandering False", "183 Session Progress True"], told);
    });

    [Fact]
    public void Progress_that_is_still_told_comes_before_the_answer() => Stage.Run(async stage =>
    {
        using var slow = new ManualResetEventSlim();
        var told = 0;
        var dialing = stage.Agent.DialAsync(Target, new()
        {
            OnProgress = _ =>
            {
                slow.Wait(TimeSpan.FromSeconds(30));
                told++;
            },
        });
        var invite = await stage.Phone.Expect("INVITE");
        stage.Phone.Send(Wire.Response(invite, "180 Ringing"));
        await Answer(stage, invite);
        Assert.False(dialing.IsCompleted);
        slow.Set();
        var call = await dialing;
        Assert.Equal(1, told);
        await HangUp(stage, call);
    });

    [Fact]
    public void Early_media_can_be_heard_before_the_answer() => Stage.Run(async stage =>
    {
        var call = await stage.Agent.CreateCallAsync(Target);
        var inviting = call.InviteAsync();
        var invite = await stage.Phone.Expect("INVITE");
        stage.Phone.Send(Wire.Response(invite, "183 Session Progress", s_answer));
        await stage.Until(() => call.HasAudio, "early media opened");
        Assert.Equal(CallState.EarlyMedia, call.State);
        await stage.Phone.SendAudio(Wire.Port(invite.ReplaceLineEndings("\r\n")), 50, type: 8);
        Assert.Equal(50, call.Audio.GetStatistics().PacketsReceived);
        await Answer(stage, invite);
        await inviting;
        await HangUp(stage, call);
        await call.DisposeAsync();
    });

    [Theory]
    [InlineData("486 Busy Here", CallEndKind.Rejected)]
    [InlineData("603 Decline", CallEndKind.Rejected)]
    [InlineData("404 Not Found", CallEndKind.Rejected)]
    [InlineData("302 Moved Temporarily", CallEndKind.Redirected)]
    public void A_refusal_comes_with_status_reason_and_response(string status, CallEndKind kind) => Stage.Run(async stage =>
    {
        var dialing = stage.Agent.DialAsync(Target);
        var invite = await stage.Phone.Expect("INVITE");
        stage.Phone.Send(Wire.Response(invite, status, headers: "X-Why: full"));
        await stage.Phone.Expect("ACK");
        var e = await Assert.ThrowsAsync<DialException>(() => dialing);
        Assert.Equal((kind, status, "full"), (e.End.Kind, $"{e.Status} {e.Reason}", e.Response!.GetString("X-Why")));
    });

    [Fact]
    public void A_redirection_is_followed_when_allowed() => Stage.Run(async stage =>
    {
        var bob = await stage.StartAgentAsync("10.0.0.2");
        _ = stage.AnswerAll(agent: bob);
        var dialing = stage.Agent.DialAsync(Target, new() { FollowRedirects = 2 });
        var invite = await stage.Phone.Expect("INVITE");
        stage.Phone.Send(Wire.Response(invite, "302 Moved Temporarily").Replace("<sip:raw@10.0.0.9:5060>", "<sip:bob@10.0.0.2>", StringComparison.Ordinal));
        var call = await dialing;
        Assert.Equal("10.0.0.2:5060", call.RemoteEndpoint.ToString());
        await call.DisposeAsync();
    });

    [Fact]
    public void Nobody_answering_ends_in_CANCEL_after_the_ring_timeout() => Stage.Run(async stage =>
    {
        var dialing = stage.Agent.TryDialAsync(Target, new() { RingTimeout = TimeSpan.FromSeconds(20) });
        var invite = await stage.Phone.Expect("INVITE");
        stage.Phone.Send(Wire.Response(invite, "180 Ringing"));
        await TakeCancel(stage, invite);
        Assert.Equal(CallEndKind.NoAnswer, (await dialing).End!.Value.Kind);
    });

    [Fact]
    public void Cancelling_while_it_rings_sends_CANCEL() => Stage.Run(async stage =>
    {
        using var giveUp = new CancellationTokenSource();
        var dialing = stage.Agent.DialAsync(Target, cancel: giveUp.Token);
        var invite = await stage.Phone.Expect("INVITE");
        stage.Phone.Send(Wire.Response(invite, "180 Ringing"));
        await stage.Delay(1);
        await giveUp.CancelAsync();
        await TakeCancel(stage, invite);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => dialing);
    });

    [Fact]
    public void A_200_that_crosses_the_CANCEL_is_acknowledged_and_hung_up() => Stage.Run(async stage =>
    {
        using var giveUp = new CancellationTokenSource();
        var dialing = stage.Agent.DialAsync(Target, cancel: giveUp.Token);
        var invite = await stage.Phone.Expect("INVITE");
        stage.Phone.Send(Wire.Response(invite, "180 Ringing"));
        await stage.Delay(1);
        await giveUp.CancelAsync();
        stage.Phone.Send(Wire.Response(await stage.Phone.Expect("CANCEL"), "200 OK"));
        stage.Phone.Send(Wire.Response(invite, "200 OK", s_answer));
        await stage.Phone.Expect("ACK");
        stage.Phone.Send(Wire.Response(await stage.Phone.Expect("BYE"), "200 OK"));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => dialing);
    });

    [Theory]
    [InlineData("m=audio 4000 RTP/AVP 18")]
    [InlineData("")]
    [InlineData("m=audio 4000 RTP/SAVP 0")]
    public void An_answer_that_cannot_be_used_is_acknowledged_and_hung_up_with_488_as_the_reason(string media) => Stage.Run(async stage =>
    {
        var dialing = stage.Agent.DialAsync(Target);
        var invite = await stage.Phone.Expect("INVITE");
        var body = media.Length == 0 ? "" : $"v=0\no=- 1 1 IN IP4 10.0.0.9\ns=-\nc=IN IP4 10.0.0.9\nt=0 0\n{media}\n";
        stage.Phone.Send(Wire.Response(invite, "200 OK", body));
        await stage.Phone.Expect("ACK");
        stage.Phone.Send(Wire.Response(await stage.Phone.Expect("BYE"), "200 OK"));
        var e = await Assert.ThrowsAsync<DialException>(() => dialing);
        Assert.Equal((CallEndKind.Failed, 488), (e.End.Kind, e.Status));
    });

    [Fact]
    public void Nobody_at_the_address_is_a_timeout() => Stage.Run(async stage =>
    {
        var result = await stage.Agent.TryDialAsync("sip:nobody@10.0.0.77");
        Assert.Null(result.Call);
        Assert.Equal((CallEndKind.Timeout, 408), (result.End!.Value.Kind, result.End.Value.Status));
    });

    [Fact]
    public void A_call_can_be_prepared_and_its_media_known_before_the_invite_leaves() => Stage.Run(async stage =>
    {
        var call = await stage.Agent.CreateCallAsync(Target);
        Assert.Equal((CallState.Idle, 1), (call.State, stage.Agent.Media.Counters.Ports));
        Assert.NotEmpty(call.Id);
        await stage.Delay(5);
        Assert.Empty(stage.Phone.Received);
        var inviting = call.InviteAsync();
        var invite = await stage.Phone.Expect("INVITE");
        Assert.Equal((call.Id, call.Audio.Local.Port), (Wire.Header(invite, "Call-ID"), Wire.Port(invite)));
        await Answer(stage, invite);
        await inviting;
        await HangUp(stage, call);
        await call.DisposeAsync();
    });

    [Fact]
    public void A_prepared_call_that_is_never_made_gives_its_ports_back() => Stage.Run(async stage =>
    {
        var call = await stage.Agent.CreateCallAsync(Target);
        await call.DisposeAsync();
        Assert.Equal(CallEndKind.Cancelled, call.End!.Value.Kind);
        Assert.Empty(stage.Phone.Received);
    });

    [Fact]
    public void A_call_is_invited_once() => Stage.Run(async stage =>
    {
        await using var call = await stage.Agent.CreateCallAsync(Target);
        var inviting = call.TryInviteAsync();
        await Assert.ThrowsAsync<InvalidOperationException>(() => call.InviteAsync());
        stage.Phone.Send(Wire.Response(await stage.Phone.Expect("INVITE"), "486 Busy Here"));
        Assert.False(await inviting);
    });

    [Fact]
    public void A_challenge_is_answered_with_the_credentials() => Stage.Run(async stage =>
    {
        var dialing = stage.Agent.DialAsync(Target, new() { Caller = "sip:alice@10.0.0.9", Password = "secret" });
        var invite = await stage.Phone.Expect("INVITE");
        stage.Phone.Send(Wire.Response(invite, "407 Proxy Authentication Required", headers: "Proxy-Authenticate: Digest realm=\"here\", nonce=\"n1\", qop=\"auth\", algorithm=SHA-256"));
        var again = await stage.Phone.Expect("INVITE");
        var credentials = Wire.Header(again, "Proxy-Authorization");
        Assert.Contains("username=\"alice\"", credentials, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", again, StringComparison.Ordinal);
        Assert.Equal("2 INVITE", Wire.Header(again, "CSeq"));
        await Answer(stage, again);
        await HangUp(stage, await dialing);
    });

    [Fact]
    public void The_far_end_hanging_up_ends_the_call() => Stage.Run(async stage =>
    {
        var dialing = stage.Agent.DialAsync(Target);
        var invite = await stage.Phone.Expect("INVITE");
        await Answer(stage, invite);
        await using var call = await dialing;
        stage.Phone.Send(Wire.Reverse(invite, "BYE", 1));
        await stage.Phone.Expect("200 BYE");
        Assert.Equal((CallEndKind.Completed, CallEndParty.Remote), ((await call.WaitForEndAsync()).Kind, call.End!.Value.By));
        Assert.Throws<CallEndedException>(() => call.StartPlayback(Tones.Of(440)));
    });

    [Fact]
    public void Many_calls_are_dialled_and_served_at_once() => Stage.Run(async stage =>
    {
        _ = stage.AnswerAll();
        var bob = await stage.StartAgentAsync("10.0.0.2");
        var calls = await Task.WhenAll(Enumerable.Range(0, 50).Select(i => bob.DialAsync($"sip:{i}@10.0.0.1")));
        Assert.Equal((50, 50), (stage.Agent.Calls.Count, bob.Calls.Count));
        Assert.Equal(50, calls.Select(call => call.Id).Distinct().Count());
        await Task.WhenAll(calls.Select(call => call.HangUpAsync()));
        foreach (var call in calls)
            await call.DisposeAsync();
    });

    [Fact]
    public void An_agent_that_listens_nowhere_dials_from_a_port_of_its_own() => Stage.Run(async stage =>
    {
        var bob = await stage.StartAgentAsync("10.0.0.2", options => options with { Listen = [] });
        _ = stage.AnswerAll();
        await using var call = await bob.DialAsync("sip:us@10.0.0.1");
        Assert.Equal(CallState.Answered, call.State);
    });

    [Fact]
    public void OPTIONS_asks_whether_somebody_is_there() => Stage.Run(async stage =>
    {
        var asking = stage.Agent.OptionsAsync(Target);
        var options = await stage.Phone.Expect("OPTIONS");
        stage.Phone.Send(Wire.Response(options, "200 OK"));
        Assert.Equal((200, true), ((await asking).Status, (await asking).IsSuccess));
    });

    [Fact]
    public void OPTIONS_is_answered_with_what_is_understood() => Stage.Run(async stage =>
    {
        var bob = await stage.StartAgentAsync("10.0.0.2");
        var answer = await bob.OptionsAsync("sip:us@10.0.0.1");
        Assert.Equal(200, answer.Status);
        Assert.Contains("INVITE", answer.Message!.GetString("Allow"), StringComparison.Ordinal);
    });

    internal static async Task Answer(Stage stage, string invite, string? sdp = null)
    {
        stage.Phone.Send(Wire.Response(invite, "200 OK", sdp ?? s_answer));
        await stage.Phone.Expect("ACK");
    }

    internal static async Task HangUp(Stage stage, OutgoingCall call)
    {
        var end = call.HangUpAsync();
        stage.Phone.Send(Wire.Response(await stage.Phone.Expect("BYE"), "200 OK"));
        await end;
        await call.DisposeAsync();
    }

    private static async Task TakeCancel(Stage stage, string invite)
    {
        stage.Phone.Send(Wire.Response(await stage.Phone.Expect("CANCEL"), "200 OK"));
        stage.Phone.Send(Wire.Response(invite, "487 Request Terminated"));
        await stage.Phone.Expect("ACK");
    }
}
