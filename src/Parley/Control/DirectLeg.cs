using Parley.Dialogs;
using Parley.Sip.Invites;
using Parley.Sip.Messages;

namespace Parley.Control;

/// <summary>A party whose audio goes to the other one's phone.</summary>
internal sealed class DirectLeg(InviteDialog dialog, string name) : CallLeg(name, [])
{
    private readonly Task<CallEnd> _end = dialog.WaitForEndAsync();
    private volatile bool _held;

    public InviteDialog Dialog => dialog;

    public override string CallId { get; } = dialog.Sip.CallId;

    public override Call? Call => null;

    internal override SipAddress Address { get; } = new(dialog.Remote.Address.Uri, dialog.Remote.Address.DisplayName);

    internal override InviteSession? Session => dialog.Session;

    public override bool IsAnswered => true;

    // What the phones themselves have arranged between them is no hold of ours.
    internal override bool IsHeld => _held;

    internal override bool HoldsUs => !_held && dialog.IsHeldByPeer;

    private protected override SipMessage? Abilities => dialog.Answer;

    internal override Task<CallEnd> WaitForEndAsync() => _end;

    internal override Task<CommandOutcome?> HoldAsync(bool silent, CancellationToken cancel) => TryAsync(true, dialog.HoldAsync(new HoldOptions { Inactive = silent }, cancel));

    internal override Task<CommandOutcome?> ResumeAsync(CancellationToken cancel) => TryAsync(false, dialog.ResumeAsync(cancel: cancel));

    private protected override Task HangUpAsync() => dialog.DestroyAsync();

    private async Task<CommandOutcome?> TryAsync(bool held, Task change)
    {
        try
        {
            await change.ConfigureAwait(false);
            _held = held;
            return null;
        }
        catch (DialogException e)
        {
            return new(e.Status, e.Reason);
        }
        catch (InvalidOperationException)
        {
            return new(480, "The phones have changed the session themselves");
        }
    }
}
