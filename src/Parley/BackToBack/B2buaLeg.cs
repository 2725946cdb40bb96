using Parley.Dialogs;
using Parley.Sip.Invites;
using Parley.Sip.Messages;

namespace Parley.BackToBack;

/// <summary>One call to the B side on its way: a target of several, until one of them has answered.</summary>
internal sealed class B2buaLeg(SipUri target)
{
    public SipUri Target { get; } = target;

    public InviteDialog Dialog { get; set; } = null!; // set before its INVITE leaves

    public OutgoingInvite? Invite { get; set; }

    /// <summary>Its early dialog: where requests before the answer go.</summary>
    public Sip.Dialogs.Dialog? Early { get; set; }

    /// <summary>Its audio; null where descriptions are passed on.</summary>
    public CallMedia? Media { get; set; }

    public void DropMedia()
    {
        if (Media is { } media)
            _ = media.DisposeAsync().AsTask();
        Media = null;
    }
}
