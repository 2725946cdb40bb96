using Parley.Net;
using Parley.Sip.Dialogs;
using Parley.Sip.Messages;

namespace Parley.Dialogs;

/// <summary>
/// A dialog (RFC 3261 §12) as an application drives it: one made by INVITE is an <see cref="InviteDialog"/>, one made by SUBSCRIBE a
/// <see cref="NotifierDialog"/> or a <see cref="SubscriberDialog"/>. Members may be used from any thread. Disposing it ends it.
/// </summary>
public abstract class SipDialog : IAsyncDisposable
{
    private readonly EndSignal _ended;

    private protected SipDialog(DialogAgent agent)
    {
        Agent = agent;
        _ended = new EndSignal(agent.Logger);
    }

    /// <summary>
    /// Names the dialog within this process: Call-ID and both tags, seen from our side, so that both ends of a call that comes back to us differ.
    /// <see cref="DialogAgent.Find"/> takes it.
    /// </summary>
    public string Id => field ??= $"{Sip.CallId};local-tag={Sip.LocalTag};remote-tag={Sip.RemoteTag}";

    /// <summary>What names the dialog on the wire.</summary>
    public abstract DialogIdentifiers Sip { get; }

    /// <summary>Our end, as it stands now.</summary>
    public abstract DialogParty Local { get; }

    /// <summary>The peer's end, as it stands now.</summary>
    public abstract DialogParty Remote { get; }

    /// <summary>Which side began.</summary>
    public abstract DialogDirection Direction { get; }

    /// <summary>Early, confirmed or terminated.</summary>
    public abstract DialogState State { get; }

    /// <summary>The route set, as the value of a Route header; empty when there is none.</summary>
    public abstract string Routes { get; }

    /// <summary>Fires when the dialog has ended, whoever ended it.</summary>
    public CancellationToken Ended => _ended.Token;

    internal DialogAgent Agent { get; }

    internal abstract Lane? Lane { get; }

    /// <summary>
    /// Ends the dialog: BYE for a call, a last NOTIFY for a subscription with us, SUBSCRIBE with Expires 0 for one of ours. Does nothing when it is over.
    /// </summary>
    /// <param name="reason">Text of a Reason header (RFC 3326), e.g. <c>Q.850;cause=16</c>. Default none.</param>
    /// <param name="headers">Further headers. Default none.</param>
    /// <exception cref="ArgumentException">A line break in <paramref name="reason"/>, or a header that is not the application's to write.</exception>
    public abstract Task DestroyAsync(string? reason = null, IReadOnlyList<SipHeader>? headers = null);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await DestroyAsync().ConfigureAwait(false);
        GC.SuppressFinalize(this);
    }

    private protected void FireEnded() => _ended.Fire();
}
