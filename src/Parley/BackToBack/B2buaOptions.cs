using Parley.Dialogs;
using Parley.Media.Codecs;
using Parley.Sip.Messages;

namespace Parley.BackToBack;

/// <summary>How a call is taken and made onward; see <see cref="DialogAgent.CreateB2buaAsync(InviteRequest, string, B2buaOptions, CancellationToken)"/>.</summary>
/// <remarks>
/// Without <see cref="OutgoingOptions.Caller"/> the called side sees the caller: its P-Asserted-Identity (RFC 3325) where it has one, else its From, display name included.
/// A is the leg that called us, B the one we call.
/// </remarks>
public sealed record B2buaOptions : OutgoingOptions
{
    /// <summary>Several targets: one after the other, or all at once; the first answer wins. Default one after the other.</summary>
    public Forking Forking { get; init; } = Forking.Sequential;

    /// <summary>Headers of A's INVITE and in-dialog requests that B's get. Default none. Those of <see cref="OutgoingOptions.Headers"/> come on top.</summary>
    public HeaderPassing PassRequestHeaders { get; init; } = HeaderPassing.None;

    /// <summary>Headers of B's responses, and of B's in-dialog requests, that A's get. Default none.</summary>
    public HeaderPassing PassResponseHeaders { get; init; } = HeaderPassing.None;

    /// <summary>Further headers for a response to A, given B's; asked on the lane, must not block. Default none.</summary>
    public Func<SipMessage, IReadOnlyList<SipHeader>>? ResponseHeaders { get; init; }

    /// <summary>What B is offered, given A's description; also for A's later offers and answers. Default A's own, untouched. Not with <see cref="Media"/>.</summary>
    public SdpTransform? SdpForB { get; init; }

    /// <summary>What A gets, given B's description; asked once for each that differs from the last. Default B's own, untouched. Not with <see cref="Media"/>.</summary>
    public SdpTransform? SdpForA { get; init; }

    /// <summary>
    /// B's refusal is A's: same status and reason. False leaves A waiting, and the application decides after the <see cref="DialogException"/>: the next route, or a
    /// refusal of its own. Default true.
    /// </summary>
    public bool PassFailure { get; init; } = true;

    /// <summary>B's provisional responses are A's. False keeps them from A. 100 is never passed. Default true.</summary>
    public bool PassProvisional { get; init; } = true;

    /// <summary>Relay the audio here instead of passing descriptions on. Default none: media goes between the phones.</summary>
    public AnchorOptions? Media { get; init; }

    /// <summary>What becomes of a REFER from either leg. Default: it is run here, without the other phone's help.</summary>
    public ReferPolicy Refer { get; init; } = ReferPolicy.RunHere;

    /// <summary>What becomes of INFO. Default passed.</summary>
    public RequestPolicy Info { get; init; } = RequestPolicy.Pass;

    /// <summary>What becomes of MESSAGE. Default passed.</summary>
    public RequestPolicy Message { get; init; } = RequestPolicy.Pass;

    /// <summary>What becomes of re-INVITE and UPDATE. Default passed; with <see cref="Media"/> answered here, since neither side's media depends on the other's.</summary>
    public RequestPolicy Modify { get; init; } = RequestPolicy.Pass;

    /// <summary>What becomes of other requests in the dialogs: NOTIFY, OPTIONS, …. Default passed.</summary>
    public RequestPolicy Other { get; init; } = RequestPolicy.Pass;

    /// <summary>What the application wants to hear of A, and of what a policy hands to it.</summary>
    public DialogHandlers HandlersA { get; init; } = new();

    /// <summary>What the application wants to hear of B, and of what a policy hands to it.</summary>
    public DialogHandlers HandlersB { get; init; } = new();
}

/// <summary>Changes a session description on its way from one leg to the other; runs off the lanes.</summary>
/// <param name="sdp">The description that came.</param>
/// <param name="cancel">Fires when the call is over.</param>
/// <returns>What the other leg gets.</returns>
public delegate ValueTask<string> SdpTransform(string sdp, CancellationToken cancel);

/// <summary>How several targets are called.</summary>
public enum Forking
{
    /// <summary>One after the other, each when the one before has refused or not answered.</summary>
    Sequential,

    /// <summary>All at once; when one answers the others are cancelled.</summary>
    Parallel,
}

/// <summary>What a B2BUA does with a request that comes within one of its legs.</summary>
public enum RequestPolicy
{
    /// <summary>Sends it on in the other leg, and its response back.</summary>
    Pass,

    /// <summary>Gives it to the handlers of the leg it came in.</summary>
    Handle,

    /// <summary>Refuses it.</summary>
    Refuse,
}

/// <summary>What a B2BUA does with a REFER.</summary>
public enum ReferPolicy
{
    /// <summary>Accepts it and runs the transfer itself, for the leg that stays; the one who asks gets reports.</summary>
    RunHere,

    /// <summary>Sends it on in the other leg, and the reports back.</summary>
    Pass,

    /// <summary>Gives it to the handlers of the leg it came in.</summary>
    Handle,

    /// <summary>Refuses it with 603.</summary>
    Refuse,
}

/// <summary>How a B2BUA relays audio.</summary>
public sealed record AnchorOptions
{
    /// <summary>Codecs, best first. Default those of the user agent.</summary>
    public IReadOnlyList<AudioCodec>? Codecs { get; init; }

    /// <summary>Decode and encode where the legs' codecs differ. Default false: B is offered what A can do, and packets pass untouched.</summary>
    public bool Transcode { get; init; }

    /// <summary>A hold on one leg is passed to the other as one. Default false: the held side just hears nothing, or what is played to it.</summary>
    public bool PassHold { get; init; }
}

/// <summary>How a call taken and made onward went.</summary>
/// <param name="Pair">Both legs; null when nobody answered.</param>
/// <param name="Status">Status of the final response, or one of our own making.</param>
/// <param name="Reason">Reason phrase, or what went wrong on our side.</param>
/// <param name="Response">The final response; null when none came.</param>
public sealed record B2buaResult(B2bua? Pair, int Status, string Reason, Sip.Messages.SipMessage? Response);
