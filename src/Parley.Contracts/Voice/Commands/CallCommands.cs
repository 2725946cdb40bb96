using Parley.Contracts.Voice.Options;

namespace Parley.Contracts.Voice.Commands;

/// <summary>Calls somebody.</summary>
public sealed record InviteCommand() : VoiceCommand("invite")
{
    /// <summary>Whom, and what the call is made of.</summary>
    public required CallOption Option { get; init; }
}

/// <summary>Answers the incoming call of this session.</summary>
public sealed record AcceptCommand() : VoiceCommand("accept")
{
    /// <summary>What the call is made of.</summary>
    public required CallOption Option { get; init; }
}

/// <summary>Refuses the incoming call of this session.</summary>
public sealed record RejectCommand() : VoiceCommand("reject")
{
    /// <summary>Why; becomes the reason phrase.</summary>
    public required string Reason { get; init; }

    /// <summary>Status of the refusal, 400–699; null for 486 when the reason speaks of being busy, else 603.</summary>
    public int? Code { get; init; }
}

/// <summary>Tells the caller that it rings.</summary>
public sealed record RingingCommand() : VoiceCommand("ringing")
{
    /// <summary>Records from now on; null for not.</summary>
    public RecorderOption? Recorder { get; init; }

    /// <summary>Opens the audio now (183) instead of after the answer; null for not, unless there is a <see cref="Ringtone"/>.</summary>
    public bool? EarlyMedia { get; init; }

    /// <summary>File or URL the caller hears instead of his phone's ringing; null for none.</summary>
    public string? Ringtone { get; init; }
}

/// <summary>Ends the call.</summary>
public sealed record HangupCommand() : VoiceCommand("hangup")
{
    /// <summary>Why, for the hangup event; null for none.</summary>
    public string? Reason { get; init; }

    /// <summary>Whose doing it is to count as: <c>caller</c>, <c>callee</c> or <c>system</c>; null for system.</summary>
    public string? Initiator { get; init; }

    /// <summary>Headers of the BYE.</summary>
    public IReadOnlyDictionary<string, string>? Headers { get; init; }

    /// <summary>True ends only the call a <see cref="ReferCommand"/> made.</summary>
    public bool? Refer { get; init; }
}

/// <summary>Connects the call with somebody else. The server calls him, unless <see cref="ReferOption.Method"/> has the phone do it.</summary>
public sealed record ReferCommand() : VoiceCommand("refer")
{
    /// <summary>Who calls; empty or null for the caller of this call.</summary>
    public string? Caller { get; init; }

    /// <summary>Whom. Empty where <see cref="ReferOption.TargetSessionId"/> says it.</summary>
    public required string Callee { get; init; }

    /// <summary>How; null for the defaults.</summary>
    public ReferOption? Options { get; init; }
}

/// <summary>Puts the other side on hold, or ends that.</summary>
public sealed record HoldCommand() : VoiceCommand("hold")
{
    /// <summary>False ends the hold. Null for true.</summary>
    public bool? OnHold { get; init; }

    /// <summary>File or URL heard meanwhile; null for silence.</summary>
    public string? Music { get; init; }
}

/// <summary>Sends a text to the other side, a MESSAGE within the call.</summary>
public sealed record MessageCommand() : VoiceCommand("message")
{
    /// <summary>The text.</summary>
    public required string Body { get; init; }

    /// <summary>Its type; null for <c>text/plain;charset=utf-8</c>.</summary>
    public string? ContentType { get; init; }

    /// <summary>Further headers.</summary>
    public IReadOnlyDictionary<string, string>? Headers { get; init; }

    /// <summary>True sends it to the party of a <see cref="ReferCommand"/>.</summary>
    public bool? Refer { get; init; }
}

/// <summary>Tells the other side what has become of the transfer it asked for (<see cref="Events.TransferRequestEvent"/>).</summary>
public sealed record ReportTransferCommand() : VoiceCommand("reportTransfer")
{
    /// <summary>Status: 100–199 while it is under way, 200 when the new party has answered, 300–699 when nothing came of it. From 200 up it is the last report.</summary>
    public required int Code { get; init; }

    /// <summary>Reason phrase; null for the standard one.</summary>
    public string? Reason { get; init; }
}

/// <summary>Lets the other sides of two sessions hear each other.</summary>
public sealed record BridgeCommand() : VoiceCommand("bridge")
{
    /// <summary>The other session.</summary>
    public required string TargetSessionId { get; init; }
}

/// <summary>Ends a <see cref="BridgeCommand"/>.</summary>
public sealed record UnbridgeCommand() : VoiceCommand("unbridge")
{
    /// <summary>The other session; null for the one there is.</summary>
    public string? TargetSessionId { get; init; }
}
