using Parley.Sip.Dialogs;
using Parley.Sip.Messages;
using Parley.Sip.Transport;

namespace Parley.Sip.Invites;

/// <summary>What one early dialog of a call we make has beyond the dialog, once it has more: reliable responses, requests of the peer.</summary>
internal sealed class EarlyBranch(OutgoingInvite invite, Dialog dialog) : IWaitingOwner
{
    private uint _last;

    public Dialog Dialog { get; } = dialog;

    public WaitingRequests? Waiting { get; set; }

    /// <summary>What the peer's last message in it came over.</summary>
    public SipFlow Flow { get; set; }

    /// <summary>
    /// True when a reliable response with this number is the next to be processed. The first may have any number; one that has been seen is a repetition, and
    /// one that leaves a gap will come again after what is missing (RFC 3262 §4).
    /// </summary>
    public bool TryOrder(uint number)
    {
        if (number == 0 || (_last != 0 && number != _last + 1))
            return false;
        _last = number;
        return true;
    }

    /// <summary>What has been said of the session timer; null when nothing was.</summary>
    public EarlyTimer? Timer { get; private set; }

    void IWaitingOwner.Show(Dialog dialog, IncomingRequest request) => invite.ShowEarly(dialog, request);

    Reply IWaitingOwner.OnAccepted(IncomingRequest request, in Reply reply) =>
        request.Method == SipMethod.Update && invite.Timers is { } options ? (Timer ??= new EarlyTimer()).Accept(options, request, reply) : reply;
}
