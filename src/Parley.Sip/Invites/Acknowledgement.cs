using Parley.Sip.Dialogs;
using Parley.Sip.Locating;
using Parley.Sip.Messages;
using Parley.Sip.Transport;

namespace Parley.Sip.Invites;

/// <summary>
/// The ACK of one 2xx: written once, sent for the 2xx and for each of its repetitions (RFC 3261 §13.2.2.4). It is a transaction of nobody: nothing answers it.
/// </summary>
internal sealed class Acknowledgement
{
    private readonly UserAgentLane _ua;
    private readonly Dialog _dialog;
    private readonly uint _cseq;
    private readonly IReadOnlyList<SipHeader> _credentials;
    private readonly SipFlow? _flow;
    private RequestDraft? _draft;
    private SipTarget? _target;

    /// <summary>For the 2xx to the INVITE with this number, whose credentials the ACK repeats (RFC 3261 §22.1).</summary>
    public Acknowledgement(UserAgentLane ua, Dialog dialog, uint cseq, IReadOnlyList<SipHeader> credentials, SipFlow? flow)
    {
        _ua = ua;
        _dialog = dialog;
        _cseq = cseq;
        _credentials = [.. credentials];
        _flow = flow;
    }

    public Dialog Dialog => _dialog;

    public void Send(in SipBody body, IReadOnlyList<SipHeader> headers)
    {
        _draft = RequestDraft.Within(_dialog, SipMethod.Ack, body, headers);
        SendAgain();
    }

    public void SendAgain()
    {
        if (_draft is not { } draft)
            return;
        if (_flow is { Channel.IsOpen: true } flow)
            _ua.Transactions.SendAck(_ua.Lane, draft.Build(_ua, _cseq, _credentials), flow);
        else if (_target is { } known)
            SendTo(known);
        else if (!SipUriView.TryParse(draft.NextHop, out var uri))
            return; // nowhere to send it: the peer's Contact is no SIP URI
        else if (SipLocator.TryLocate(uri, out var target))
            SendTo(target);
        else
            _ = LocateAsync(SipUri.FromView(uri));
    }

    private void SendTo(in SipTarget target)
    {
        _target = target;
        _ua.Transactions.SendAck(_ua.Lane, _draft!.Build(_ua, _cseq, _credentials), target);
    }

    private async Task LocateAsync(SipUri uri)
    {
        var targets = await NextHop.LocateAsync(_ua.Locator, uri).ConfigureAwait(false);
        if (targets.Targets is [var first, ..])
            _ua.Lane.Post(static state =>
            {
                var (self, target) = ((Acknowledgement, SipTarget))state!;
                self.SendTo(target);
            }, (this, first));
    }
}
