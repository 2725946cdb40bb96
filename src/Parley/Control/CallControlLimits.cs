namespace Parley.Control;

/// <summary>What the call-control server holds at most; past a limit a command fails, never anything grows.</summary>
public sealed record CallControlLimits
{
    /// <summary>Calls at a time that commands may start; one more is refused with 503. Default 20,000: twice the calls that one machine is meant to hold.</summary>
    public int MaxCalls { get; init; } = 20_000;

    /// <summary>Events kept for readers that are behind. Default 16,384: 80 s of 200 events a second, some 10 MB.</summary>
    public int MaxEvents { get; init; } = 16_384;

    /// <summary>SIP Call-IDs by which one call is found, the last ones reported; each device rung and each transfer adds one. Default 16.</summary>
    public int MaxIdsPerCall { get; init; } = 16;

    /// <summary>Things played to one call at a time; one more is refused with 480. Default 8: two parties, and a few sounds over each other.</summary>
    public int MaxSoundsPerCall { get; init; } = 8;

    /// <summary>Calls recorded at a time; one more is refused with 503. Default 200: each writes 32 kB a second.</summary>
    public int MaxRecordings { get; init; } = 200;

    /// <summary>Digits in one command. Default 128: what a caller may type ahead.</summary>
    public int MaxDigits { get; init; } = 128;

    /// <summary>
    /// How long a phone that has accepted a REFER may neither report nor call before the transfer is done without it. Default 5 s: the first NOTIFY is due at once (RFC 3515 §2.4.4).
    /// </summary>
    public TimeSpan ReferSilence { get; init; } = TimeSpan.FromSeconds(5);
}
