using System.Text;
using Parley.Dialogs;
using Parley.Net;
using Parley.Sip.Dialogs;
using Parley.Sip.Invites;
using Parley.Sip.Messages;
using Parley.Sip.Transfers;

namespace Parley.BackToBack;

// What happens on one leg, and becomes of it on the other.
public sealed partial class B2bua : IDialogOwner
{
    private TaskCompletionSource<B2bua>? _untilConfirmed;
    private List<Action>? _queued;
    private bool _delayed;
    private PendingAcknowledge? _owedAck;
    private bool _over;

    void IDialogOwner.OnProgress(InviteDialog dialog, OutgoingInvite invite, Dialog? early, SipMessage response, ReliableProgress? reliable)
    {
    }

    void IDialogOwner.OnAnswered(InviteDialog dialog, SipMessage response)
    {
    }

    void IDialogOwner.OnEarlyRequest(InviteDialog dialog, Dialog early, IncomingRequest request) => HandlerOwner.AnswerEarlyByDefault(request);

    void IDialogOwner.OnConfirmed(InviteDialog dialog, SipMessage ack)
    {
        if (_options.HandlersA.OnAck is not null)
            HandlersOf(dialog).OnConfirmed(dialog, ack);
        if (dialog.Media is { } media)
            OnAudioAnswered(dialog, media, ack);
        else if (_delayed)
            _pipe.Pass(SessionBody.Whole(ack), _options.SdpForB, AcknowledgeB);
        _delayed = false;
        _untilConfirmed?.TrySetResult(this);
        _untilConfirmed = null;
        if (_queued is not { } waiting)
            return;
        _queued = null;
        foreach (var step in waiting)
            step();
    }

    void IDialogOwner.OnModify(InviteDialog dialog, IncomingRequest request)
    {
        var policy = _options.Modify;
        if (policy == RequestPolicy.Refuse)
            request.Respond(488);
        else if (policy == RequestPolicy.Handle)
            HandlersOf(dialog).OnModify(dialog, request);
        else if (dialog.Media is { } media)
            ModifyAudio(dialog, media, request);
        else if (request.Method == SipMethod.Update && !request.HasOffer)
            request.Respond(200); // keeps this leg alive and moves nothing
        else
            OnHome(() => PassModify(dialog, request));
    }

    void IDialogOwner.OnModifyConfirmed(InviteDialog dialog, SipMessage ack)
    {
        if (dialog.Media is { } media)
        {
            OnAudioAnswered(dialog, media, ack);
            return;
        }

        if (_owedAck is not { } owed)
            return;
        _owedAck = null;
        var transform = TransformTo(OtherOf(dialog));
        _pipe.Pass(SessionBody.Whole(ack), transform, body => owed.Session.Lane.Run(
            _ =>
            {
                owed.Send(body);
                OtherOf(dialog).Agree(SessionBody.Bytes(body), null, peerOffered: true);
            },
            null));
    }

    void IDialogOwner.OnKeptAlive(InviteDialog dialog, SessionRefresh refresh)
    {
        if (HandlersFor(dialog).OnKeptAlive is not null)
            HandlersOf(dialog).OnKeptAlive(dialog, refresh);
    }

    void IDialogOwner.OnRequest(InviteDialog dialog, IncomingRequest request)
    {
        var policy = request.Method switch
        {
            SipMethod.Info => _options.Info,
            SipMethod.Message => _options.Message,
            _ => _options.Other,
        };
        switch (policy)
        {
            case RequestPolicy.Handle:
                HandlersOf(dialog).OnRequest(dialog, request);
                break;
            case RequestPolicy.Refuse:
                request.Respond(request.Method == SipMethod.Info ? 469 : 405);
                break;
            default:
                OnHome(() => WhenConfirmed(() => PassRequest(dialog, request)));
                break;
        }
    }

    void IDialogOwner.OnEnded(InviteDialog dialog, CallEnd end, SipMessage? message)
    {
        if (HandlersFor(dialog).OnEnd is not null)
            HandlersOf(dialog).OnEnded(dialog, end, message);
        var kept = _home.IsCurrent ? message : message?.ToOwned();
        OnHome(() => EndOther(dialog, end, kept));
    }

    private DialogHandlers HandlersFor(InviteDialog dialog) => ReferenceEquals(dialog, _a) ? _options.HandlersA : _options.HandlersB;

    private void EndOther(InviteDialog dialog, CallEnd end, SipMessage? message)
    {
        DropMedia(dialog);
        // A party that leaves while somebody is called in its place takes nobody with it: that is what a blind transfer is.
        if (_over || ReferenceEquals(dialog, _leaving))
            return;
        _over = true;
        var other = OtherOf(dialog);
        var reason = message?.GetString(HeaderId.Reason) ?? ReasonFor(end);
        if (other.End is null)
            OnLaneOf(other, () => other.Session.Bye(reason));
        _anchor?.Part();
        if (_untilConfirmed?.TrySetException(DialogException.Of(end, null)) == true)
            _ = _untilConfirmed.Task.Exception; // seen: nobody need be waiting
        _end.TrySetResult(end);
        _ended.Fire();
    }

    private void AcknowledgeB(SipBody body)
    {
        if (_b.End is not null)
            return;
        _b.Session.Acknowledge(body);
        _b.Agree(SessionBody.Bytes(body), null, peerOffered: true);
    }

    private void PassModify(InviteDialog from, IncomingRequest request)
    {
        var to = OtherOf(from);
        var update = request.Method == SipMethod.Update;
        var offer = SessionBody.Bytes(request.Message);
        var headers = PassingFrom(from).Of(request.Message);
        _pipe.Pass(SessionBody.Whole(request.Message), TransformTo(to), body => OnLaneOf(to, () =>
        {
            if (to.End is not null || !request.IsPending)
                return;
            var sent = to.Continue(body);
            var options = new ModifyOptions { Body = sent, Method = update ? ModifyMethod.Update : ModifyMethod.Reinvite, Headers = headers };
            to.Session.Modify(options, result =>
            {
                result.Message?.AddRef();
                OnHome(() =>
                {
                    OnModified(from, to, request, offer, sent, result);
                    result.Message?.Release();
                });
            });
        }));
    }

    // The other side's verdict is this side's answer. Nothing is noted that was refused.
    private void OnModified(InviteDialog from, InviteDialog to, IncomingRequest request, byte[]? offer, SipBody sent, ModifyResult result)
    {
        if (!result.IsSuccess)
        {
            var reason = result.Message is { } refusal ? Encoding.UTF8.GetString(refusal.Reason) : null;
            OnLaneOf(from, () => request.Respond(result.Status < 300 ? 500 : result.Status, reason));
            return;
        }

        if (!request.IsPending && from.RemoteSdp is { } before && offer is not null)
        {
            // Taken back while it was on its way: the other side goes back with it.
            to.Agree(SessionBody.Bytes(sent), result.Described is { } taken ? SessionBody.Bytes(taken) : null, peerOffered: false);
            OnLaneOf(to, () => to.Session.Modify(new ModifyOptions { Body = to.Continue(SessionBody.Of(before)) }, static _ => { }));
            return;
        }

        var headers = result.Message is { } answer ? PassingFrom(to).Of(answer) : [];
        var theirs = result.Described is { } message ? SessionBody.Whole(message) : default;
        var owed = result.Acknowledge;
        to.Agree(offer is null ? null : SessionBody.Bytes(sent), SessionBody.Bytes(theirs), peerOffered: offer is null);
        _pipe.Pass(theirs, TransformTo(from), body => OnLaneOf(from, () =>
        {
            var given = from.Continue(body);
            _owedAck = owed;
            request.Respond(200, null, given, headers);
            from.Agree(SessionBody.Bytes(given), offer, peerOffered: offer is not null);
        }));
    }

    private void PassRequest(InviteDialog from, IncomingRequest request)
    {
        var to = OtherOf(from);
        var body = SessionBody.Whole(request.Message);
        var headers = Within(request.Message, PassingFrom(from));
        OnLaneOf(to, () =>
        {
            if (to.End is not null)
                return;
            to.Session.Send(request.Method, body, headers, (status, reason, response) =>
            {
                var answer = response is null ? default : SessionBody.Whole(response);
                IReadOnlyList<SipHeader> passed = response is null ? [] : PassingFrom(to).Of(response);
                OnLaneOf(from, () => request.Respond(status, reason, answer, passed));
            });
        });
    }

    // What gives a request within a call its meaning goes along whatever the lists say.
    private static IReadOnlyList<SipHeader> Within(SipMessage request, HeaderPassing passing)
    {
        var passed = passing.Of(request);
        var needed = s_meaning.Of(request);
        if (needed.Count == 0)
            return passed;
        return [.. needed, .. passed.Where(header => needed.All(known => !known.Name.Equals(header.Name, StringComparison.OrdinalIgnoreCase)))];
    }

    private static readonly HeaderPassing s_meaning = HeaderPassing.Only("Info-Package", "Event", "Subscription-State", "Content-Disposition", "Reply-To", "Subject");

    private HeaderPassing PassingFrom(InviteDialog leg) => ReferenceEquals(leg, _a) ? _options.PassRequestHeaders : _options.PassResponseHeaders;

    private SdpTransform? TransformTo(InviteDialog leg) => ReferenceEquals(leg, _a) ? _options.SdpForA : _options.SdpForB;

    // Before A's ACK its dialog takes nothing of ours: what B asks for waits (RFC 3261 §13.3.1.4 ends that wait).
    private void WhenConfirmed(Action step)
    {
        if (_a.IsConfirmed)
            step();
        else
            (_queued ??= []).Add(step);
    }

    // The pair's own state has one lane, wherever a leg lives that a transfer brought in.
    private void OnHome(Action step)
    {
        if (_home.IsCurrent)
            step();
        else
            _home.Post(static step => ((Action)step!)(), step);
    }

    // Legs that a transfer brought together may live on different lanes.
    private static void OnLaneOf(InviteDialog leg, Action step)
    {
        var lane = leg.Session.Lane;
        if (lane.IsCurrent)
            step();
        else
            lane.Post(static step => ((Action)step!)(), step);
    }

    private static string? ReasonFor(CallEnd end) => end.Kind switch
    {
        CallEndKind.Timeout => $"SIP;cause=408;text=\"{end.Reason.Replace('"', '\'')}\"",
        CallEndKind.Failed => $"SIP;cause={end.Status};text=\"{end.Reason.Replace('"', '\'')}\"",
        _ => null,
    };
}
