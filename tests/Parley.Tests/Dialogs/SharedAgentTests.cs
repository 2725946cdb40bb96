using Parley.Dialogs;
using Parley.Sip.Dialogs;
using Parley.Sip.Endpoint;
using Parley.Sip.Invites;
using Parley.Sip.Messages;
using Parley.Tests.Support;

namespace Parley.Tests.Dialogs;

/// <summary>One user agent that serves calls, dialogs and services.</summary>
public class SharedAgentTests
{
    [Fact]
    public void Dialogs_and_calls_are_served_side_by_side() => DialogStage.Run(async stage =>
    {
        using var stop = new CancellationTokenSource();
        var calls = stage.Agent.Phone.ServeAsync((call, cancel) => call.RejectAsync(486, cancel: cancel), stop.Token);
        stage.Serve(new DialogRoutes
        {
            Takes = invite => !invite.GetString(HeaderId.To)!.Contains("call@", StringComparison.Ordinal),
            OnInvite = (invite, _) => invite.RejectAsync(603),
        });
        var one = stage.Alice.Invite(stage.Alice.Sdp(), callId: "one", user: "call");
        stage.Alice.AckRefusal(one, await stage.Alice.Expect("486 INVITE"));
        var two = stage.Alice.Invite(stage.Alice.Sdp(), callId: "two", user: "dialog");
        stage.Alice.AckRefusal(two, await stage.Alice.Expect("603 INVITE"));
        await stop.CancelAsync();
        await calls;
    });

    [Fact]
    public void Services_get_what_no_route_is_for() => DialogStage.Run(
        async stage =>
        {
            stage.Serve(new DialogRoutes { OnInvite = (invite, _) => invite.RejectAsync(603) });
            Send(stage, "MESSAGE");
            Assert.Equal("service", Wire.Header(await stage.Alice.Expect("202 MESSAGE"), "X-By"));
        },
        options => options with { Services = new Answering() });

    [Fact]
    public void A_route_for_requests_comes_before_the_services_and_answers_404_when_it_decides_nothing() => DialogStage.Run(
        async stage =>
        {
            stage.Serve(new DialogRoutes { OnRequest = (request, _) => request.Method == SipMethod.Message ? request.RespondAsync(200, "Read") : Task.CompletedTask });
            Send(stage, "MESSAGE");
            Assert.StartsWith("SIP/2.0 200 Read", await stage.Alice.Expect("200 MESSAGE"), StringComparison.Ordinal);
            Send(stage, "PUBLISH");
            await stage.Alice.Expect("404 PUBLISH");
        },
        options => options with { Services = new Answering() });

    [Fact]
    public void Nobody_serving_refuses_calls_with_480_and_the_rest_with_405() => DialogStage.Run(async stage =>
    {
        var invite = stage.Alice.Invite(stage.Alice.Sdp());
        stage.Alice.AckRefusal(invite, await stage.Alice.Expect("480 INVITE"));
        Send(stage, "MESSAGE");
        await stage.Alice.Expect("405 MESSAGE");
    });

    [Fact]
    public void A_user_agent_has_one_dialog_agent() => DialogStage.Run(stage =>
    {
        Assert.Throws<InvalidOperationException>(() => DialogAgent.On(stage.Agent.Phone));
        return Task.CompletedTask;
    });

    private static void Send(DialogStage stage, string method) => stage.Alice.Send($"""
        {method} sip:us@{Stage.Us} SIP/2.0
        Via: SIP/2.0/UDP 10.0.0.9:5060;branch=z9hG4bK{method};rport
        Max-Forwards: 70
        From: <sip:alice@10.0.0.9>;tag=alicetag
        To: <sip:us@{Stage.Us}>
        Call-ID: of-{method}
        CSeq: 1 {method}


        """);

    private sealed class Answering : ISipEndpointHandler
    {
        public IInviteSessionHandler? OnInvite(IncomingInvite invite) => null;

        public void OnRequest(IncomingRequest request) => request.Respond(202, null, default, [new SipHeader("X-By", "service")]);
    }
}
