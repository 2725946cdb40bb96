using Parley.Sip.Invites;
using Parley.Sip.Messages;
using Parley.Sip.Transfers;

namespace Parley.Dialogs;

/// <summary>
/// What an application wants to hear of a call, and decide itself. Handlers run off the lanes; those of one dialog begin in the order things happened. What a
/// handler throws is logged, and answered 500 where the peer waits. Everything has a default that keeps the call going.
/// </summary>
public sealed record DialogHandlers
{
    /// <summary>
    /// Every re-INVITE and UPDATE, whatever it is for (<see cref="DialogModification.Kind"/>). What the handler has not answered when it returns gets the default:
    /// 200 with our last description, narrowed to the offer; 488 when nothing is left of it.
    /// </summary>
    public Func<InviteDialog, DialogModification, ValueTask>? OnModify { get; init; }

    /// <summary>The peer has put us on hold and been answered. Default nothing.</summary>
    public Action<InviteDialog>? OnHold { get; init; }

    /// <summary>The peer hears us again and has been answered. Default nothing.</summary>
    public Action<InviteDialog>? OnResume { get; init; }

    /// <summary>A re-INVITE or UPDATE that changes nothing has been answered. Default nothing.</summary>
    public Action<InviteDialog>? OnRefresh { get; init; }

    /// <summary>A session timer (RFC 4028) was restarted, by either side. Default nothing. One that runs out ends the call.</summary>
    public Action<InviteDialog, SessionRefresh>? OnKeptAlive { get; init; }

    /// <summary>INFO. Default: 200 without a body, 415 with one (RFC 6086 §4.2.2), 469 for a package.</summary>
    public Func<InviteDialog, DialogRequest, ValueTask>? OnInfo { get; init; }

    /// <summary>MESSAGE within the call. Default 200: the call has nobody to show it to, but it has arrived.</summary>
    public Func<InviteDialog, DialogRequest, ValueTask>? OnMessage { get; init; }

    /// <summary>OPTIONS within the call. Default: 200 with what the endpoint can do.</summary>
    public Func<InviteDialog, DialogRequest, ValueTask>? OnOptions { get; init; }

    /// <summary>NOTIFY that belongs to no subscription. Default 481 (RFC 6665 §4.1.3).</summary>
    public Func<InviteDialog, DialogRequest, ValueTask>? OnNotify { get; init; }

    /// <summary>Every other request the agent serves. Default 501.</summary>
    public Func<InviteDialog, DialogRequest, ValueTask>? OnRequest { get; init; }

    /// <summary>The peer asks us to call somebody: accept and report, reject, or leave it to the default, 603.</summary>
    public Func<InviteDialog, TransferRequest, ValueTask>? OnRefer { get; init; }

    /// <summary>The ACK for our answer, with its body. Default nothing.</summary>
    public Action<InviteDialog, SipMessage>? OnAck { get; init; }

    /// <summary>The dialog is over: how, and the BYE or response that said so, if any. Default nothing.</summary>
    public Action<InviteDialog, CallEnd, SipMessage?>? OnEnd { get; init; }

    internal static DialogHandlers None { get; } = new();
}
