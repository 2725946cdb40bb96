using Parley.Sip.Dialogs;
using Parley.Sip.Invites;
using Parley.Sip.Messages;

namespace Parley.Control;

/// <summary>One party of a call: its dialog, and who is there.</summary>
public abstract class CallLeg
{
    private readonly IReadOnlyList<IDisposable?> _held;
    private int _released;

    private protected CallLeg(string name, IReadOnlyList<IDisposable?> held) => (Name, _held) = (name, held);

    /// <summary>Who is there, for people.</summary>
    public string Name { get; }

    /// <summary>The account whose phone it is, as <c>name@domain</c>; null for others.</summary>
    public string? Account { get; init; }

    /// <summary>Whatever else is to be known of the party; see <see cref="RingWay.Tag"/>.</summary>
    public object? Tag { get; init; }

    /// <summary>Its SIP Call-ID.</summary>
    public abstract string CallId { get; }

    /// <summary>Its call, where its audio passes here; null otherwise.</summary>
    public abstract Call? Call { get; }

    /// <summary>Where it is called, or calls from.</summary>
    internal abstract SipAddress Address { get; }

    internal abstract InviteSession? Session { get; }

    /// <summary>True once it has answered, or been answered.</summary>
    public abstract bool IsAnswered { get; }

    /// <summary>Held from here.</summary>
    internal abstract bool IsHeld { get; }

    /// <summary>Its phone holds us.</summary>
    internal abstract bool HoldsUs { get; }

    /// <summary>What was last told of <see cref="HoldsUs"/>; guarded by its call's gate.</summary>
    internal bool ToldHold { get; set; }

    /// <summary>The last message in which its phone said which methods it takes.</summary>
    private protected abstract SipMessage? Abilities { get; }

    /// <summary>False when its phone has said that it takes no REFER.</summary>
    internal bool TakesRefer => Abilities is not { } message || !message.Has(HeaderId.Allow) || message.HasToken(HeaderId.Allow, "REFER"u8);

    /// <summary>Waits for its end, whoever ends it.</summary>
    internal abstract Task<CallEnd> WaitForEndAsync();

    /// <summary>Puts it on hold.</summary>
    /// <param name="silent">Nothing will be sent to it either.</param>
    /// <param name="cancel">Gives up.</param>
    /// <returns>Null when it is on hold; otherwise why not.</returns>
    internal abstract Task<CommandOutcome?> HoldAsync(bool silent, CancellationToken cancel);

    /// <summary>Ends a hold.</summary>
    /// <returns>Null when it is held no more; otherwise why it still is.</returns>
    internal abstract Task<CommandOutcome?> ResumeAsync(CancellationToken cancel);

    /// <summary>Hangs up and frees everything.</summary>
    public async ValueTask ReleaseAsync()
    {
        if (Interlocked.Exchange(ref _released, 1) != 0)
            return;
        await HangUpAsync().ConfigureAwait(false);
        foreach (var held in _held)
            held?.Dispose();
    }

    private protected abstract Task HangUpAsync();

    internal LegSnapshot Snapshot() => new()
    {
        CallId = CallId,
        Uri = Address.Uri.ToString(),
        DisplayName = Address.DisplayName,
        Account = Account,
        IsAnswered = IsAnswered,
        IsHeld = IsHeld,
        HoldsUs = HoldsUs,
        Codec = Call?.Codec?.Name,
    };
}
