using Parley.Sip.Dialogs;
using Parley.Sip.Messages;
using Parley.Sip.Transfers;

namespace Parley.Sip.Invites;

// Sending the peer elsewhere (RFC 3515).
public sealed partial class InviteSession
{
    /// <summary>Asks the peer to call somebody else. The call goes on, whatever comes of it (RFC 5589 §6.1).</summary>
    /// <param name="options">Whom to call.</param>
    /// <param name="handler">Told what comes of it. Default nobody: <see cref="OutgoingRefer.Ended"/> may be enough.</param>
    /// <exception cref="ArgumentException">A header the endpoint writes itself.</exception>
    /// <exception cref="InvalidOperationException">Not on the lane, or the call has ended, or NOTIFY is not among the endpoint's methods: no report could be heard.</exception>
    public OutgoingRefer Refer(ReferOptions options, IReferHandler? handler = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        HeaderText.Require(options.Headers, nameof(options));
        Ua.RequireCurrent();
        if (_ended)
            throw new InvalidOperationException("The call has ended.");
        if (!Ua.Profile.Serves(SipMethod.Notify))
            throw new InvalidOperationException("NOTIFY has to be among the endpoint's Methods, or no report would be taken.");
        var refer = new OutgoingRefer(Ua, options, handler);
        if (IsOutside(options.Placement) && OutsideOf(options) is { } outside)
            refer.StartOutside(outside);
        else
            refer.StartWithin(Dialog, Credentials, FlowForRequests());
        return refer;
    }

    private bool IsOutside(ReferPlacement placement) => placement switch
    {
        ReferPlacement.WithinDialog => false,
        ReferPlacement.Outside => true,
        _ => SipUriView.TryParse(Dialog.TargetBytes, out var target) && target.TryGetParameter("gr"u8, out _), // RFC 7647 §4
    };

    // To the same peer, from the same user, by the same path. Null when the peer's Contact is no URI: then only the dialog leads to it.
    private SipReferOptions? OutsideOf(ReferOptions options) => SipUri.TryParse(Dialog.RemoteTarget, out var target)
        ? new SipReferOptions
        {
            ReferTo = options.ReferTo,
            ReferredBy = options.ReferredBy,
            Report = options.Report,
            Timeout = options.Timeout,
            Headers = options.Headers,
            Target = target,
            From = SipAddress.TryParse(Dialog.Local, out var local) ? local : null,
            To = SipAddress.TryParse(Dialog.Remote, out var remote) ? remote.WithTag(null) : null,
            Credentials = Credentials,
            Flow = FlowForRequests(),
            TargetDialog = DialogId.Of(Dialog),
        }
        : null;
}
