using Parley.Sip.Dialogs;
using Parley.Sip.Invites;
using Parley.Sip.Transfers;

namespace Parley.Sip.Endpoint;

// REFER outside a call, and calls found by the tags of their dialogs.
public sealed partial class SipEndpoint
{
    /// <summary>Asks somebody to call somebody else, outside any call (RFC 3515).</summary>
    /// <param name="options">Whom, and whom to call.</param>
    /// <param name="handler">Told what comes of it, on its lane. Default nobody: <see cref="OutgoingRefer.Ended"/> may be enough.</param>
    /// <exception cref="ArgumentException">An option is malformed.</exception>
    /// <exception cref="InvalidOperationException">NOTIFY is not among the endpoint's <see cref="SipEndpointOptions.Methods"/>: no report could be heard.</exception>
    /// <exception cref="ObjectDisposedException">The endpoint was disposed.</exception>
    public OutgoingRefer Refer(SipReferOptions options, IReferHandler? handler = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        ObjectDisposedException.ThrowIf(_disposed != 0, this);
        RequireNotify();
        HeaderText.Require(options.Headers, nameof(options));
        DigestAnswers.Require(options.Credentials, nameof(options));
        var ua = LaneFor(null, null, nameof(options));
        var refer = new OutgoingRefer(ua, options, handler);
        ua.Lane.Run(static state =>
        {
            var (refer, options) = ((OutgoingRefer, SipReferOptions))state!;
            refer.StartOutside(options);
        }, (refer, options));
        return refer;
    }

    /// <summary>The answered call a dialog belongs to, on whichever lane it lives: what a Target-Dialog names (RFC 4538), for instance.</summary>
    /// <param name="id">The dialog, seen from this side.</param>
    /// <returns>The call; null when there is none. It may end at any time.</returns>
    public ValueTask<InviteSession?> FindSessionAsync(DialogId id)
    {
        ArgumentNullException.ThrowIfNull(id);
        var home = _core.Refers.HomeOf(id);
        if (home.Lane.IsCurrent)
            return ValueTask.FromResult(ReferRouter.Find(home, id));
        var found = new TaskCompletionSource<InviteSession?>(TaskCreationOptions.RunContinuationsAsynchronously);
        home.Lane.Post(_ => found.SetResult(ReferRouter.Find(home, id)), null);
        return new ValueTask<InviteSession?>(found.Task);
    }
}
