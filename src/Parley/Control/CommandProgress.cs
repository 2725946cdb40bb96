namespace Parley.Control;

/// <summary>What has happened on the way to a command's outcome.</summary>
public enum CommandStep
{
    /// <summary><see cref="StartCall"/>: the caller has answered.</summary>
    CallerAnswered,

    /// <summary><see cref="StartCall"/> and transfers: the destination is about to be called.</summary>
    Transferring,

    /// <summary><see cref="StartCall"/> and transfers: it is being called; <see cref="CommandProgress.CallId"/> is the new leg's.</summary>
    TransferStart,

    /// <summary><see cref="StartCall"/> and transfers: a provisional response.</summary>
    TransferPending,

    /// <summary><see cref="StartCall"/>: the callee has answered, and the two hear each other.</summary>
    CalleeAnswered,

    /// <summary>Transfers: the new parties hear each other.</summary>
    TransferSuccessful,

    /// <summary><see cref="HoldCall"/> has begun.</summary>
    CallHolding,

    /// <summary>A leg is being put on hold.</summary>
    CallHoldStart,

    /// <summary>A leg is on hold.</summary>
    CallHoldSuccessful,

    /// <summary><see cref="UnholdCall"/> has begun.</summary>
    CallUnholding,

    /// <summary>A leg's hold is being ended.</summary>
    CallUnholdStart,

    /// <summary>A leg's hold is over.</summary>
    CallUnholdSuccessful,

    /// <summary><see cref="PlayToCall"/>: it can be heard.</summary>
    PlayStarted,

    /// <summary><see cref="RecordCall"/> or <see cref="StartCall.Record"/>: the file is being written.</summary>
    RecordStarted,
}

/// <summary>A step of a command on its way.</summary>
/// <param name="Step">What has happened.</param>
public sealed record CommandProgress(CommandStep Step)
{
    /// <summary>The SIP Call-ID to use from here on; null where there is nothing new.</summary>
    public string? CallId { get; init; }

    /// <summary>The call as it was at that moment.</summary>
    public CallSnapshot? Call { get; init; }

    /// <summary>Who calls, as the command said.</summary>
    public string? Caller { get; init; }

    /// <summary>Who is called, as the command said.</summary>
    public string? Callee { get; init; }

    /// <summary>Whom a transfer leads to, as the command said.</summary>
    public string? Destination { get; init; }

    /// <summary>Which party it is about.</summary>
    public CallSide? Leg { get; init; }

    /// <summary>Status of a provisional response; 0 without one.</summary>
    public int Status { get; init; }

    /// <summary>Its reason phrase.</summary>
    public string? Reason { get; init; }

    /// <summary>The file that is written.</summary>
    public string? File { get; init; }

    /// <summary>Status and reason as one text: <c>180 Ringing</c>; null without a response.</summary>
    public string? Extra => Status == 0 ? null : $"{Status} {Reason}";
}
