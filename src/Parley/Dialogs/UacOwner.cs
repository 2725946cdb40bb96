using System.Text;
using Parley.Sip.Invites;
using Parley.Sip.Messages;

namespace Parley.Dialogs;

/// <summary>The owner of a call of ours: its progress, its answer, and then what <see cref="HandlerOwner"/> does.</summary>
internal sealed class UacOwner : HandlerOwner
{
    private readonly UacOptions _options;
    private readonly TaskCompletionSource<InviteDialog> _answered = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly EndSignal _over;
    private bool _answeredEarly;

    public UacOwner(DialogAgent agent, UacOptions options)
        : base(agent, options.Handlers)
    {
        _options = options;
        _over = new EndSignal(agent.Logger);
    }

    public Task<InviteDialog> Answered => _answered.Task;

    public override void OnProgress(InviteDialog dialog, OutgoingInvite invite, Sip.Dialogs.Dialog? early, SipMessage response, ReliableProgress? reliable)
    {
        if (reliable is { HasOffer: true } && _options.SdpFor is not null)
        {
            reliable.Hold();
            _ = AnswerAsync(dialog, invite.Lane, SessionBody.Bytes(response)!, body => reliable.Prack(body), () => invite.Cancel());
            _answeredEarly = true;
        }

        if (_options.OnProgress is not { } told)
            return;
        var kept = response.ToOwned();
        var progress = new DialogProgress(response.StatusCode, Encoding.UTF8.GetString(response.Reason), SessionBody.Text(kept), reliable is not null, kept);
        Post(() => told(progress));
    }

    public override void OnAnswered(InviteDialog dialog, SipMessage response)
    {
        if (_options.Sdp is not null || _answeredEarly)
        {
            _answered.TrySetResult(dialog);
            return;
        }

        if (SessionBody.Bytes(response) is not { } offer)
        {
            Fail(new DialogException(488, "The answer carries no offer although our INVITE had none", response.ToOwned()));
            dialog.Session.Bye(SipReasons.NoOffer);
            return;
        }

        dialog.Session.HoldAcknowledge();
        _ = AnswerAsync(
            dialog,
            dialog.Session.Lane,
            offer,
            body =>
            {
                dialog.Session.Acknowledge(body);
                _answered.TrySetResult(dialog);
            },
            () => dialog.Session.Bye());
    }

    public override void OnEnded(InviteDialog dialog, CallEnd end, SipMessage? message)
    {
        Fail(DialogException.Of(end, message is { IsRequest: false } ? message.ToOwned() : null));
        _over.Fire();
        base.OnEnded(dialog, end, message);
    }

    private async Task AnswerAsync(InviteDialog dialog, Net.Lane lane, byte[] offer, Action<Sip.Dialogs.SipBody> send, Action giveUp)
    {
        byte[]? answer = null;
        try
        {
            var text = await _options.SdpFor!(Encoding.UTF8.GetString(offer), _over.Token).ConfigureAwait(false);
            answer = SessionBody.Bytes(SessionBody.Of(text));
            if (answer is null)
                Fail(new DialogException(488, "The application gave no answer to the peer's offer"));
        }
        catch (Exception e) // the application's code: whoever asked for the call is told
        {
            Fail(e);
        }

        lane.Run(
            _ =>
            {
                if (answer is null)
                {
                    giveUp();
                    return;
                }

                dialog.Agree(answer, offer, peerOffered: true);
                send(SessionBody.Of(answer));
            },
            null);
    }

    private void Fail(Exception fault)
    {
        if (_answered.TrySetException(fault))
            _ = _answered.Task.Exception; // seen: nobody need be waiting
    }
}
