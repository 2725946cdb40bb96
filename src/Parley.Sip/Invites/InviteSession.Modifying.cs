using Parley.Sip.Dialogs;
using Parley.Sip.Messages;

namespace Parley.Sip.Invites;

// Changes that this side asks for.
public sealed partial class InviteSession
{
    private ChangeQueue? _changes;

    /// <summary>
    /// Changes the call by re-INVITE or UPDATE (RFC 3261 §14.1, RFC 3311). Changes are made one after the other: one begins when the call is confirmed, the
    /// previous one is over and nothing of the peer's is in progress. A collision (491) is tried again by itself after the time the RFC asks for, four
    /// times. A refusal leaves the call as it was; a 481, a 408 or silence ends it after the outcome was told.
    /// </summary>
    /// <param name="options">What, and how.</param>
    /// <param name="outcome">
    /// Told the outcome once, never from inside this call. The ACK of a re-INVITE leaves when it returns, unless <see cref="ModifyResult.Acknowledge"/> has it.
    /// </param>
    /// <exception cref="ArgumentException">A header the endpoint writes itself, or a timeout that is no time.</exception>
    /// <exception cref="InvalidOperationException">Not on the lane, or the call has ended.</exception>
    public Modification Modify(ModifyOptions options, ModifyOutcome outcome)
    {
        ArgumentNullException.ThrowIfNull(outcome);
        Require(options);
        Ua.RequireCurrent();
        if (_ended)
            throw new InvalidOperationException("The call has ended.");
        return Queue(options, outcome);
    }

    /// <summary>Like <see cref="Modify"/>, from any thread, waiting for the outcome.</summary>
    /// <param name="options">What, and how; the body's bytes must stay unchanged until the outcome.</param>
    /// <param name="cancel">Gives the change up (<see cref="Modification.Cancel"/>); what became of it is still the result.</param>
    /// <returns>The outcome; a call that has ended gives 487.</returns>
    /// <exception cref="ArgumentException">A header the endpoint writes itself, or a timeout that is no time.</exception>
    public Task<ModifyResult> ModifyAsync(ModifyOptions options, CancellationToken cancel = default)
    {
        Require(options);
        return ChangeAsync(options, cancel);
    }

    private async Task<ModifyResult> ChangeAsync(ModifyOptions options, CancellationToken cancel)
    {
        var source = new TaskCompletionSource<ModifyResult>(TaskCreationOptions.RunContinuationsAsynchronously);
        Modification? change = null;
        Lane.Run(_ =>
        {
            if (_ended)
                source.TrySetResult(new ModifyResult(487, "The call has ended", null, null));
            else
                change = Queue(options, result => source.TrySetResult(result with { Message = result.Message?.ToOwned() }));
        }, null);
        // Posted behind the start, so the change is there when this runs.
        await using var _ = cancel.UnsafeRegister(_ => Lane.Run(_ => change?.GiveUp(null), null), null);
        return await source.Task;
    }

    /// <summary>What the peer says about itself in a message that makes or refreshes the dialog.</summary>
    internal void LearnAbilities(SipMessage message)
    {
        if (message.Has(HeaderId.Allow))
            PeerUpdates = message.HasToken(HeaderId.Allow, "UPDATE"u8);
    }

    /// <summary>Our Contact, for requests that refresh the peer's idea of where we are: the one the dialog began with.</summary>
    internal FlowContact ContactForRequests() => new(Dialog.ContactUserBytes.ToArray(), Dialog.IsSecure, []);

    /// <summary>RFC 3261 §12.2.1.2, §14.1: the dialog is gone, or nobody is there.</summary>
    internal void OnChangeRefused(int status, string reason, SipMessage? response)
    {
        if (status is 408)
            HangUp([], new CallEnd(CallEndKind.Timeout, CallEndParty.Network, 408, reason));
        else
            OnRequestOutcome(status, reason, response);
    }

    private Modification Queue(ModifyOptions options, ModifyOutcome outcome)
    {
        _changes ??= new ChangeQueue(this);
        var change = new Modification(_changes, options, outcome);
        if (_changes.TryAdd(change, Ua.Profile.MaxWaitingChanges))
            _changes.Next();
        else
            Lane.Post(static state => ((Modification)state!).Refuse(), change);
        return change;
    }

    private static void Require(ModifyOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        HeaderText.Require(options.Headers, nameof(options));
        if (options.Timeout <= TimeSpan.Zero)
            throw new ArgumentException("The timeout must be longer than nothing.", nameof(options));
    }
}
