using Parley.Net;
using Parley.Sip.Authentication;
using Parley.Sip.Dialogs;
using Parley.Sip.Endpoint;
using Parley.Sip.Invites;
using Parley.Sip.Messages;
using Parley.Sip.Subscriptions;
using Parley.Sip.Tests.Endpoint.Support;
using Parley.Sip.Tests.Transactions.Support;
using Parley.Sip.Transfers;

namespace Parley.Sip.Tests.Subscriptions;

/// <summary>An endpoint that serves subscriptions, and what its application is told of them.</summary>
internal sealed class EventStage : INotifierHandler
{
    private static int s_branch; // only has to differ from one request to the next

    private readonly EndpointStage _stage;

    public EventStage(SubscriptionLimits? limits = null, DigestCredentials? credentials = null)
    {
        _stage = new(options => options with
        {
            Methods = [.. options.Methods, SipMethod.Subscribe, SipMethod.Notify, SipMethod.Refer],
            Events = ["presence", "dialog", "refer"],
            Extensions = ["replaces", "norefersub", "tdialog"],
            Handler = new Application(this),
            Credentials = credentials,
            Limits = new() { Subscriptions = limits ?? new() },
        });
        OnSubscribe = subscription => subscription.Accept(this, Lifetime, IsPending);
    }

    public Phone Peer => _stage.Peer;

    public Phone Other => _stage.Other;

    public Timeline Timeline => _stage.Timeline;

    public VirtualNetwork Network => _stage.Network;

    public SipEndpoint Endpoint => _stage.Endpoint;

    public CallRecorder Call => _stage.Call;

    public List<Exception> Faults => _stage.Faults;

    /// <summary>What is done with a new subscription; default: it is accepted.</summary>
    public Action<IncomingSubscription> OnSubscribe { get; set; }

    public Action<IncomingInvite> OnInvite { get; set; } = _ => { };

    /// <summary>What is done with a REFER, within a call or outside; default: it waits.</summary>
    public Action<IncomingRefer> OnRefer { get; set; } = _ => { };

    public IncomingRefer Refer { get; private set; } = null!;

    public IncomingInvite Invite { get; private set; } = null!;

    public string State { get; set; } = "";

    public TimeSpan? Lifetime { get; set; }

    public bool IsPending { get; set; }

    public bool Fails { get; set; }

    public IncomingSubscription Subscription { get; private set; } = null!;

    public SubscriptionEnd? End { get; private set; }

    public void Advance(double milliseconds) => _stage.Advance(milliseconds);

    public void PeerSends(string message) => _stage.PeerSends(message);

    public void PeerReplies(string method, string status) => _stage.PeerReplies(method, status);

    public void OnLane(Action work) => _stage.OnLane(work);

    /// <summary>Like <see cref="OnLane"/>; what is thrown there is thrown here.</summary>
    public void OnLaneOrThrow(Action work)
    {
        Exception? thrown = null;
        OnLane(() => thrown = Record.Exception(work));
        if (thrown is not null)
            throw thrown;
    }

    /// <summary>Subscribes for 600 s and answers the NOTIFY; gives the 200. The timeline starts after that.</summary>
    public string Subscribed()
    {
        PeerSends(Subscribe());
        PeerReplies("NOTIFY", "200 OK");
        Timeline.Clear();
        return Peer.LastOf("200 SUBSCRIBE");
    }

    /// <summary>Is called and answers, and the ACK has come; gives the 200. The timeline starts after that.</summary>
    public string Answered(string? invite = null)
    {
        OnInvite = call => call.Answer();
        PeerSends(invite ?? Wire.Request());
        var ok = Peer.LastOf("200 INVITE");
        PeerSends(Requests.Within(ok, "ACK", 1));
        Timeline.Clear();
        return ok;
    }

    /// <summary>Answers every NOTIFY the peer has got.</summary>
    public void AnswerAll()
    {
        foreach (var notify in Peer.Received.Where(message => Wire.Summary(message) == "NOTIFY").ToList())
            Peer.Send(Wire.Response(notify, "200 OK", ""));
        Peer.Received.Clear();
        Network.RunUntilIdle();
    }

    public void EndsClean()
    {
        _stage.EndsClean();
        Assert.Equal(0, Endpoint.Counters.IncomingSubscriptions);
        Assert.Equal(0, Endpoint.Counters.Subscriptions);
    }

    public static string Subscribe(
        string package = "presence", int expires = 600, string callId = "sub-1@peer", string branch = "z9hG4bKsub1", string sentBy = "10.0.0.2:5060") =>
        Responses.With(Wire.Request("SUBSCRIBE", branch, callId, sentBy: sentBy), $"Event: {package}\nExpires: {expires}");

    /// <summary>A SUBSCRIBE within the dialog of our 2xx.</summary>
    public static string Within(string ok, int cseq, string package = "presence", int expires = 600) =>
        Responses.With(Requests.Within(ok, "SUBSCRIBE", cseq), $"Event: {package}\nExpires: {expires}");

    /// <summary>A NOTIFY of the peer for a SUBSCRIBE or REFER of ours.</summary>
    public static string NotifyFor(string request, string state, string package = "presence", int cseq = 1, string tag = "far", string body = "", string type = "text/plain")
    {
        var known = Wire.Parameter(Wire.Header(request, "To"), "tag");
        tag = known.Length > 0 ? known : tag;
        var notify = Requests.Reverse(request, "NOTIFY", cseq, tag, body).ReplaceLineEndings("\n").Replace("text/plain", type, StringComparison.Ordinal)
            .Replace("z9hG4bKin", $"z9hG4bKn{Interlocked.Increment(ref s_branch)}-", StringComparison.Ordinal);
        return Responses.With(notify, $"Event: {package}\nSubscription-State: {state}");
    }

    SipBody INotifierHandler.StateFor(IncomingSubscription subscription)
    {
        if (Fails)
            throw new InvalidOperationException("The application failed.");
        return State.Length == 0 ? default : new SipBody("text/plain", State);
    }

    void INotifierHandler.OnRefreshed(IncomingSubscription subscription, SipMessage subscribe) => Timeline.Add("app refreshed");

    void INotifierHandler.OnEnded(IncomingSubscription subscription, SubscriptionEnd end)
    {
        End = end;
        Timeline.Add($"app ended {end}");
    }

    private sealed class Application(EventStage stage) : ISipEndpointHandler
    {
        public IInviteSessionHandler? OnInvite(IncomingInvite invite)
        {
            stage.Invite = invite;
            stage.OnInvite(invite);
            return new Follower(stage);
        }

        public void OnRefer(IncomingRefer refer) => stage.Referred(refer, "outside");

        public void OnSubscribe(IncomingSubscription subscription)
        {
            stage.Timeline.Add($"app SUBSCRIBE {subscription.Event}");
            stage.Subscription = subscription;
            stage.OnSubscribe(subscription);
        }
    }

    private void Referred(IncomingRefer refer, string where)
    {
        Timeline.Add($"app REFER {where} {refer.Target}");
        Refer = refer;
        OnRefer(refer);
    }

    // As the call recorder, with REFERs.
    private sealed class Follower(EventStage stage) : IInviteSessionHandler
    {
        public void OnConfirmed(InviteSession session, SipMessage ack) => stage.Call.OnConfirmed(session, ack);

        public void OnRefer(InviteSession session, IncomingRefer refer) => stage.Referred(refer, "within");

        public void OnEnded(CallEnd end, SipMessage? message) => stage.Call.OnEnded(end, message);
    }
}
