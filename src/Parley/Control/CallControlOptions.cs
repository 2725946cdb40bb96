using Parley.Net.Http;
using Parley.Transfers;

namespace Parley.Control;

/// <summary>How calls are controlled.</summary>
public sealed record CallControlOptions
{
    /// <summary>What becomes of an address that is to be called. Default: it is dialled as it is.</summary>
    public ICallDestinations? Destinations { get; init; }

    /// <summary>
    /// What those hear who wait because one party is on hold: a sound file, or <c>tone:440</c>. Default none: a party on hold is then told that nothing will be sent either
    /// (<c>a=inactive</c>).
    /// </summary>
    public string? HoldMusic { get; init; }

    /// <summary>The folder of the files that can be played. Default none: playing files is forbidden (403).</summary>
    public string? Prompts { get; init; }

    /// <summary>The folder recordings are written to, made when it is needed. Default none: recording is forbidden (403).</summary>
    public string? Recordings { get; init; }

    /// <summary>Where URLs may lead that commands name to be played. Default nowhere.</summary>
    public UrlGuard Urls { get; init; } = UrlGuard.Nothing;

    /// <summary>Who carries out transfers that do not say: the phone where it can, or this side. Default <see cref="TransferMode.Automatic"/>.</summary>
    public TransferMode Transfers { get; init; }

    /// <summary>Told, in a line each, what goes wrong and is nobody's outcome. Default nobody.</summary>
    public Action<string>? Log { get; init; }

    /// <summary>What it holds at most.</summary>
    public CallControlLimits Limits { get; init; } = new();
}
