namespace Parley.Contracts.Voice;

/// <summary>Body of the webhook that announces an incoming call.</summary>
public sealed record WebhookCall
{
    /// <summary>Id to connect with: <c>/call/sip?id=</c> this.</summary>
    public required string DialogId { get; init; }

    /// <summary>When the call came, RFC 3339.</summary>
    public string? CreatedAt { get; init; }

    /// <summary>Who calls: a URI.</summary>
    public string? Caller { get; init; }

    /// <summary>Whom: a URI.</summary>
    public string? Callee { get; init; }

    /// <summary>What it is about; always <c>invite</c>.</summary>
    public string Event { get; init; } = "invite";

    /// <summary>Headers of the INVITE, each <c>Name: value</c>.</summary>
    public IReadOnlyList<string>? Headers { get; init; }

    /// <summary>What the caller offers.</summary>
    public string? Offer { get; init; }
}
