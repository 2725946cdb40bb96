namespace Parley.Contracts.Voice;

/// <summary>A bot's call that is over, as its <c>afterCall</c> is told.</summary>
public sealed record BotCallReport
{
    /// <summary>Always <c>callEnded</c>.</summary>
    public string Event { get; init; } = "callEnded";

    /// <summary>The session.</summary>
    public string SessionId { get; init; } = "";

    /// <summary>The bot.</summary>
    public string Bot { get; init; } = "";

    /// <summary>Who called.</summary>
    public string Caller { get; init; } = "";

    /// <summary>Who was called.</summary>
    public string Callee { get; init; } = "";

    /// <summary>Why it ended, as in the <c>hangup</c> event.</summary>
    public string? Reason { get; init; }

    /// <summary>When it began, as in the <c>hangup</c> event.</summary>
    public string? StartTime { get; init; }

    /// <summary>When it was answered; null when it was not.</summary>
    public string? AnswerTime { get; init; }

    /// <summary>When it ended.</summary>
    public string? HangupTime { get; init; }

    /// <summary>What was said, oldest first, as far as it was heard.</summary>
    public IReadOnlyList<BotUtterance> History { get; init; } = [];
}

/// <summary>Something said in a bot's call.</summary>
public sealed record BotUtterance
{
    /// <summary><c>user</c>, <c>assistant</c> or <c>tool</c>.</summary>
    public string Speaker { get; init; } = "";

    /// <summary>The words.</summary>
    public string Text { get; init; } = "";
}
