using Parley.Sip.Messages;

namespace Parley.Dialogs;

/// <summary>
/// Who takes what others begin; see <see cref="DialogAgent.ServeAsync"/>. Handlers run off the lanes, any number at once. What one leaves unanswered when it returns
/// gets 480 (404 for a request that is no call), and 500 when it throws; a <see cref="DialogException"/> it lets out is answered with its status.
/// </summary>
public sealed record DialogRoutes
{
    /// <summary>A call: create a dialog of it, refuse it, send it elsewhere. The token fires when the caller has given up. Default: 480.</summary>
    public Func<InviteRequest, CancellationToken, Task>? OnInvite { get; init; }

    /// <summary>A subscription. Default: as the user agent's services say; without them 489.</summary>
    public Func<SubscribeRequest, CancellationToken, Task>? OnSubscribe { get; init; }

    /// <summary>REGISTER, MESSAGE, PUBLISH, OPTIONS and whatever else is served and belongs to no dialog. Default: as the user agent's services say; without them 405.</summary>
    public Func<DialogRequest, CancellationToken, Task>? OnRequest { get; init; }

    /// <summary>REFER outside any dialog. Default: as the user agent's services say; without them 603.</summary>
    public Func<TransferRequest, CancellationToken, Task>? OnRefer { get; init; }

    /// <summary>
    /// Which calls these routes are for, where the same user agent serves calls by <see cref="UserAgent.ServeAsync"/> too: asked on the lane, must not block. Default all.
    /// </summary>
    public Func<SipMessage, bool>? Takes { get; init; }
}
