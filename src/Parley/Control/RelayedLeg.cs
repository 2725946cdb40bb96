using Parley.Media.Sdp;
using Parley.Sip.Invites;
using Parley.Sip.Messages;

namespace Parley.Control;

/// <summary>A party whose audio passes here.</summary>
public sealed class RelayedLeg : CallLeg
{
    private readonly Call _call;

    /// <summary>Creates it.</summary>
    /// <param name="call">Its call.</param>
    /// <param name="name">Who is there, for people.</param>
    /// <param name="held">What is given back when the leg is over: a place on a trunk, a lamp that is lit.</param>
    public RelayedLeg(Call call, string name, params IReadOnlyList<IDisposable?> held)
        : base(name, held)
    {
        ArgumentNullException.ThrowIfNull(call);
        _call = call;
        var who = call.IsIncoming ? call.From : call.To;
        Address = new SipAddress(who.Uri, who.DisplayName);
    }

    /// <inheritdoc/>
    public override string CallId => _call.Id;

    /// <inheritdoc/>
    public override Call Call => _call;

    internal override SipAddress Address { get; }

    internal override InviteSession? Session => _call.Session;

    /// <inheritdoc/>
    public override bool IsAnswered => _call.State == CallState.Answered;

    internal override bool IsHeld => _call.IsHolding;

    internal override bool HoldsUs => _call.IsHeld;

    private protected override SipMessage? Abilities => _call is OutgoingCall outgoing ? outgoing.Response : _call.Invite;

    internal override Task<CallEnd> WaitForEndAsync() => _call.WaitForEndAsync(CancellationToken.None);

    internal override Task<CommandOutcome?> HoldAsync(bool silent, CancellationToken cancel) => TryAsync(silent ? MediaDirection.Inactive : MediaDirection.SendOnly, cancel);

    internal override Task<CommandOutcome?> ResumeAsync(CancellationToken cancel) => TryAsync(MediaDirection.SendReceive, cancel);

    private protected override Task HangUpAsync()
    {
        // RFC 3261 §21.4.25: what ends before its answer is terminated, and has not failed to reach somebody.
        if (_call is IncomingCall { State: < CallState.Answered })
            _call.BeginHangUp(new CallEnd(CallEndKind.Cancelled, CallEndParty.Local, 487, "Request Terminated"));
        return _call.DisposeAsync().AsTask();
    }

    private async Task<CommandOutcome?> TryAsync(MediaDirection direction, CancellationToken cancel)
    {
        try
        {
            var (status, reason) = await _call.TryRedirectAudioAsync(direction, cancel).ConfigureAwait(false);
            return status < 300 ? null : new(status, reason);
        }
        catch (CallEndedException)
        {
            return new(487, "Request Terminated");
        }
        catch (InvalidOperationException)
        {
            return new(410, "Dialog not ready");
        }
    }
}
