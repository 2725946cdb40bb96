namespace Parley.Control;

/// <summary>The one outcome every command has.</summary>
/// <param name="Code">200 when it is done; otherwise the SIP status that says best why it is not.</param>
/// <param name="Message">Its phrase.</param>
public sealed record CommandOutcome(int Code, string Message)
{
    private readonly string? _text;

    /// <summary>True when it is done.</summary>
    public bool IsSuccess => Code is >= 200 and < 300;

    /// <summary>Code and message as one sentence, saying where it failed: <c>transfer failed with status 486 Busy Here</c>.</summary>
    public string Text
    {
        get => _text ?? $"{Code} {Message}";
        init => _text = value;
    }

    /// <summary>The call as it was at the end of the command; null where it was about none that exists.</summary>
    public CallSnapshot? Call { get; init; }

    /// <summary>The SIP Call-ID to use from here on; null where there is nothing new.</summary>
    public string? CallId { get; init; }

    /// <summary>The party at which it failed.</summary>
    public CallSide? Leg { get; init; }

    /// <summary>The file that was written.</summary>
    public string? File { get; init; }

    internal static CommandOutcome Done(LogicalCall call, string? callId = null) => new(200, "OK") { Call = call.Snapshot(), CallId = callId };

    internal static CommandOutcome NotFound { get; } = new(404, "Dialog not found");

    internal static CommandOutcome OtherNotFound { get; } = new(404, "Transfer dialog not found");

    internal static CommandOutcome Pending(LogicalCall call) => new(491, "Request Pending") { Call = call.Snapshot() };

    internal static CommandOutcome NotReady(LogicalCall call) => new(410, "Dialog not ready") { Call = call.Snapshot() };

    internal static CommandOutcome BadLeg(LogicalCall call, CallSide? leg = null) => new(420, "Bad leg") { Call = call.Snapshot(), Leg = leg };

    internal static CommandOutcome NoCaller(LogicalCall call, int status, string reason) =>
        new(status, reason) { Text = $"failed to establish initial call: {status} {reason}", Call = call.Snapshot(), Leg = CallSide.Caller };

    internal static CommandOutcome NoTransfer(LogicalCall call, int status, string reason) =>
        new(status, reason) { Text = $"transfer failed with status {status} {reason}", Call = call.Snapshot() };
}
