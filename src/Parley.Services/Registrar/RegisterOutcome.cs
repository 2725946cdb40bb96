namespace Parley.Services.Registrar;

/// <summary>What becomes of a REGISTER: its status, and what goes with a refusal.</summary>
/// <param name="Status">200 when it can be done.</param>
/// <param name="Reason">Reason phrase; null for the standard one.</param>
internal readonly record struct RegisterOutcome(int Status, string? Reason = null)
{
    public static RegisterOutcome Ok => new(200);

    /// <summary>Value of Min-Expires; 0 for none.</summary>
    public long MinExpires { get; init; }

    /// <summary>Value of Retry-After; 0 for none.</summary>
    public int RetryAfter { get; init; }

    /// <summary>Value of Unsupported; null for none.</summary>
    public string? Unsupported { get; init; }

    /// <summary>True when outbound was used for a binding (RFC 5626 §6).</summary>
    public bool UsesOutbound { get; init; }
}
