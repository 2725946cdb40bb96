using Parley.Dialogs;

namespace Parley;

/// <summary>
/// What an application wants to hear of a call while it is up, and decide itself: <see cref="Call.Handle"/>. Handlers run off the lanes and begin in the order things happened. What
/// one throws is logged, and answered 500 where the other side waits.
/// </summary>
public sealed record CallHandlers
{
    /// <summary>
    /// The other side has put this one on hold (true), or hears it again (false), by re-INVITE or UPDATE: sendonly, inactive or the address 0.0.0.0 (RFC 3264 §8.4). Told when it
    /// changes, not each time it is said. Default nothing.
    /// </summary>
    public Action<Call, bool>? OnHold { get; init; }

    /// <summary>
    /// The other side asks us to call somebody (REFER): accept and report, or reject. What is left undecided is refused with 603. Default
    /// <see cref="UserAgentOptions.OnTransferRequest"/>.
    /// </summary>
    public Func<Call, TransferRequest, ValueTask>? OnTransferRequest { get; init; }

    /// <summary>A text within the call (MESSAGE, RFC 3428): what is not answered when the handler returns gets 200. Default: it is refused with 405.</summary>
    public Func<Call, DialogRequest, ValueTask>? OnMessage { get; init; }
}
