using System.Text;
using Parley.Sip.Dialogs;
using Parley.Sip.Invites;
using Parley.Sip.Messages;

namespace Parley.Sip.Tests.Endpoint.Support;

/// <summary>Puts what the application is told of a call on the timeline.</summary>
internal sealed class CallRecorder(EndpointStage stage) : IOutgoingInviteHandler
{
    private bool _several;

    public InviteSession? Session { get; private set; }

    public CallEnd? End { get; private set; }

    public List<IncomingRequest> Requests { get; } = [];

    public List<Dialog?> Early { get; } = [];

    public List<(bool ByPeer, TimeSpan Interval)> Refreshes { get; } = [];

    /// <summary>What is done with an answer, before its ACK.</summary>
    public Action<InviteSession, SipMessage> WhenAnswered { get; set; } = (_, _) => { };

    /// <summary>What is done with a re-INVITE or another request within the call; default: it waits.</summary>
    public Action<IncomingRequest> WhenRequested { get; set; } = _ => { };

    /// <summary>For a test with several calls: each ends once, but this hears of all.</summary>
    public void ExpectFurtherEnds() => _several = true;

    public void OnProgress(OutgoingInvite invite, Dialog? dialog, SipMessage response)
    {
        Early.Add(dialog);
        stage.Timeline.Add($"app progress {response.StatusCode}");
    }

    public void OnAnswered(OutgoingInvite invite, InviteSession session, SipMessage response)
    {
        Session = session;
        stage.Timeline.Add("app answered");
        WhenAnswered(session, response);
    }

    public void OnConfirmed(InviteSession session, SipMessage ack)
    {
        Session = session;
        stage.Timeline.Add($"app confirmed {Encoding.UTF8.GetString(ack.Body)}".TrimEnd());
    }

    /// <summary>What is done with a reliable provisional response; default: nothing, so that it is acknowledged.</summary>
    public Action<ReliableProgress> WhenProgressing { get; set; } = _ => { };

    /// <summary>Who follows the answer of a further fork; default: nobody.</summary>
    public Func<InviteSession, IInviteSessionHandler?> WhenFurtherAnswered { get; set; } = _ => null;

    public void OnReliableProgress(OutgoingInvite invite, ReliableProgress progress, SipMessage response)
    {
        OnProgress(invite, progress.Dialog, response);
        WhenProgressing(progress);
    }

    public IInviteSessionHandler? OnFurtherAnswer(OutgoingInvite invite, InviteSession session, SipMessage response) =>
        WhenFurtherAnswered(session);

    public void OnEarlyRequest(Dialog dialog, IncomingRequest request) => OnAnyRequest(request);

    public void OnPrack(IncomingInvite invite, IncomingRequest prack) => OnAnyRequest(prack);

    public void OnReinvite(InviteSession session, IncomingRequest request) => OnAnyRequest(request);

    public void OnReinviteConfirmed(InviteSession session, SipMessage ack) => stage.Timeline.Add("app reinvite confirmed");

    public void OnRequest(InviteSession session, IncomingRequest request) => OnAnyRequest(request);

    public void OnRefreshed(InviteSession session, SessionRefresh refresh) => Refreshes.Add((refresh.ByPeer, refresh.Interval));

    public void OnEnded(CallEnd end, SipMessage? message)
    {
        if (!_several)
            Assert.Null(End);
        End = end;
        stage.Timeline.Add($"app ended {end}");
    }

    private void OnAnyRequest(IncomingRequest request)
    {
        Requests.Add(request);
        stage.Timeline.Add($"app {request.Method}");
        WhenRequested(request);
    }
}
