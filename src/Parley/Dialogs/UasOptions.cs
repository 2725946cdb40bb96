using Parley.Sip.Invites;
using Parley.Sip.Messages;

namespace Parley.Dialogs;

/// <summary>How an incoming call is answered.</summary>
public sealed record UasOptions
{
    /// <summary>Our session description: the answer to the caller's offer, or the offer where it made none. Default none: then <see cref="SdpFor"/> gives it, or the 200 has no body.</summary>
    public string? Sdp { get; init; }

    /// <summary>Gives our description when it is needed, seeing the caller's (null when it made no offer). Used when <see cref="Sdp"/> is not given.</summary>
    public SdpSource? SdpFor { get; init; }

    /// <summary>Headers added to the 200. Default none.</summary>
    public IReadOnlyList<SipHeader> Headers { get; init; } = [];

    /// <summary>How often the session is to be refreshed (RFC 4028). Default: as the user agent is set up.</summary>
    public SessionTimerOptions? SessionTimer { get; init; }

    /// <summary>What the application wants to hear of the call.</summary>
    public DialogHandlers Handlers { get; init; } = DialogHandlers.None;
}

/// <summary>A session description made when it is needed.</summary>
/// <param name="other">The other side's description; null when there is none yet.</param>
/// <param name="cancel">Fires when it is no longer needed.</param>
/// <returns>The description as text; null for none.</returns>
public delegate ValueTask<string?> SdpSource(string? other, CancellationToken cancel);
