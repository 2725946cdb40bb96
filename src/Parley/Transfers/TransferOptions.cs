using Parley.Sip.Messages;

namespace Parley.Transfers;

/// <summary>How a call is transferred.</summary>
public sealed record TransferOptions
{
    /// <summary>Who does it: the phone, asked by REFER, or this side, which needs no help of the phone. Default <see cref="TransferMode.Automatic"/>.</summary>
    public TransferMode Mode { get; init; } = TransferMode.Automatic;

    /// <summary>Who asks for it: Referred-By (RFC 3892). Default not said.</summary>
    public string? ReferredBy { get; init; }

    /// <summary>Headers added to the REFER, or to the INVITE this side sends. Default none.</summary>
    public IReadOnlyList<SipHeader> Headers { get; init; } = [];

    /// <summary>How long the new party may take to answer. Default 180 s.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromMinutes(3);

    /// <summary>
    /// This side holds the party that stays until the new one answers, and resumes it when that fails. Default true. Not used where the audio is relayed here: it just is not
    /// joined with anybody then.
    /// </summary>
    public bool HoldMeanwhile { get; init; } = true;

    /// <summary>Let the party go that drops out as soon as the new one rings: semi-attended (RFC 5589 §7.6). Then nobody is left to go back to. Default false.</summary>
    public bool ReleaseOnRinging { get; init; }

    /// <summary>
    /// Leaves it to the caller to hang up what the phone has transferred, where <see cref="Call"/> would do so. Default false.
    /// </summary>
    public bool KeepCall { get; init; }

    /// <summary>Told how the new call proceeds: 100–199; runs off the lanes. Default nobody.</summary>
    public Action<TransferProgress>? OnProgress { get; init; }
}

/// <summary>Who carries a transfer out.</summary>
public enum TransferMode
{
    /// <summary>For a pair of legs: this side. For a single call: the phone, and this side when the phone cannot (405, 420, 501).</summary>
    Automatic,

    /// <summary>The phone: it gets a REFER and makes the new call itself.</summary>
    ByPhone,

    /// <summary>This side: it calls the new party and joins it with the one that stays.</summary>
    ByServer,
}

/// <summary>How the new call of a transfer proceeds.</summary>
/// <param name="Status">100–199.</param>
/// <param name="Reason">Reason phrase.</param>
public readonly record struct TransferProgress(int Status, string Reason);

/// <summary>What became of a transfer.</summary>
/// <param name="Status">2xx when it succeeded; otherwise the new party's refusal, or that of the REFER.</param>
/// <param name="Reason">Reason phrase, or what went wrong on our side.</param>
/// <param name="Mode">Who carried it out.</param>
public sealed record TransferOutcome(int Status, string Reason, TransferMode Mode)
{
    /// <summary>True when the new party has the call. Otherwise it goes on as it was.</summary>
    public bool IsSuccess => Status is >= 200 and < 300;
}
