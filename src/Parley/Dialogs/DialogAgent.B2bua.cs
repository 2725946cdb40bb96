using Parley.BackToBack;

namespace Parley.Dialogs;

// A call taken and made onward.
public sealed partial class DialogAgent
{
    /// <summary>
    /// Calls somebody for a caller and links the two: progress, answer, requests in the dialogs and the end of one leg become the other's. Whatever ends the caller's leg, at
    /// whatever moment, ends the other.
    /// </summary>
    /// <param name="invite">The call.</param>
    /// <param name="target">Whom to call, e.g. <c>sip:bob@example.com</c>.</param>
    /// <param name="options">Headers, descriptions, policies, media.</param>
    /// <param name="cancel">Gives up: CANCEL to the called side; the caller stays to be answered or refused.</param>
    /// <returns>The pair, when the caller has been answered; where the caller made no offer, when it has confirmed the answer.</returns>
    /// <exception cref="DialogException">
    /// The called side refused or did not answer, or the caller gave up (487). With <see cref="B2buaOptions.PassFailure"/> the caller has been refused the same way.
    /// </exception>
    /// <exception cref="ArgumentException">No SIP address, or a header that is not the application's to write.</exception>
    /// <exception cref="InvalidOperationException">The call is answered or refused already.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="cancel"/> fired.</exception>
    public Task<B2bua> CreateB2buaAsync(InviteRequest invite, string target, B2buaOptions? options = null, CancellationToken cancel = default) =>
        CreateB2buaAsync(invite, [target], options, cancel);

    /// <summary>Like the other one, with several targets: one after the other or all at once, as <see cref="B2buaOptions.Forking"/> says.</summary>
    /// <param name="invite">The call.</param>
    /// <param name="targets">Whom to call; the order is that of a sequential search.</param>
    /// <param name="options">Headers, descriptions, policies, media.</param>
    /// <param name="cancel">Gives up: CANCEL to the called side; the caller stays to be answered or refused.</param>
    /// <inheritdoc cref="CreateB2buaAsync(InviteRequest, string, B2buaOptions, CancellationToken)"/>
    public Task<B2bua> CreateB2buaAsync(InviteRequest invite, IReadOnlyList<string> targets, B2buaOptions? options = null, CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(invite);
        ArgumentNullException.ThrowIfNull(targets);
        options ??= new();
        if (targets.Count == 0)
            throw new ArgumentException("A call is made to at least one target.", nameof(targets));
        if (options.Media is not null && (options.SdpForA is not null || options.SdpForB is not null))
            throw new ArgumentException("Where the audio is relayed here, descriptions are made here too: SdpForA and SdpForB have nothing to transform.", nameof(options));
        return B2buaSetup.RunAsync(this, invite, [.. targets.Select(target => TargetUri.Parse(target, nameof(targets)))], options, cancel);
    }

    /// <summary>Like the other ones, for those to whom busy is nothing exceptional.</summary>
    /// <inheritdoc cref="CreateB2buaAsync(InviteRequest, IReadOnlyList{string}, B2buaOptions, CancellationToken)"/>
    public async Task<B2buaResult> TryCreateB2buaAsync(
        InviteRequest invite, IReadOnlyList<string> targets, B2buaOptions? options = null, CancellationToken cancel = default)
    {
        try
        {
            var pair = await CreateB2buaAsync(invite, targets, options, cancel).ConfigureAwait(false);
            return new B2buaResult(pair, 200, "OK", pair.Uac.Answer);
        }
        catch (DialogException e)
        {
            return new B2buaResult(null, e.Status, e.Reason, e.Response);
        }
    }

    /// <summary>
    /// Takes a call that names a leg of one of our pairs in Replaces (RFC 3891): it is answered, joined with the other leg, and the leg it replaces is ended. That the caller may
    /// do so is for whoever calls this to know.
    /// </summary>
    /// <param name="invite">The call; <see cref="InviteRequest.Replaced"/> is set.</param>
    /// <param name="options">Headers of the 200; descriptions are the other leg's, handlers the pair's.</param>
    /// <param name="cancel">Gives up before the answer; both calls stay as they are.</param>
    /// <returns>The pair, with the new leg in it.</returns>
    /// <exception cref="DialogException">The call that is to be replaced is no leg of a pair (481), the leg that stays refused the change, or the caller gave up (487).</exception>
    public async Task<B2bua> SpliceAsync(InviteRequest invite, UasOptions? options = null, CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(invite);
        var handler = invite.Replaced?.Handler;
        var leg = handler as InviteDialog ?? (handler as InviteRequest)?.Dialog;
        if (leg?.Owner is not B2bua pair || !ReferenceEquals(pair.Agent, this))
            throw new DialogException(481, "The call to be replaced is no leg of a pair");
        await pair.TakeOverAsync(invite, leg, options ?? new(), cancel).ConfigureAwait(false);
        return pair;
    }
}
