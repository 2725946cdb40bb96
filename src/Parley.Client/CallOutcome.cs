using Parley.Contracts.Events;

namespace Parley.Client;

/// <summary>What became of a command.</summary>
/// <param name="CmdId">Its id.</param>
/// <param name="Code">200 when it did what it was to do; otherwise the status of SIP that says best why not.</param>
/// <param name="Message">Its phrase.</param>
public sealed record CallOutcome(string CmdId, int Code, string Message)
{
    /// <summary>True when it did what it was to do.</summary>
    public bool IsSuccess => Code is >= 200 and < 300;

    /// <summary>What it told on the way, in order, without Error and Ended.</summary>
    public IReadOnlyList<CallNotification> Events { get; init; } = [];

    /// <summary>Call-ID to give as <c>callid</c> next: the last one an event has named; null when none has.</summary>
    public string? CallId => Events.LastOrDefault(one => one.CallId is not null)?.CallId;

    /// <summary>Name of the recording that was begun; null for none.</summary>
    public string? File => Events.LastOrDefault(one => one.File is not null)?.File;
}
