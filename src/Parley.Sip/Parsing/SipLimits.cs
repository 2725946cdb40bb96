namespace Parley.Sip.Parsing;

/// <summary>How large a message may be. Past a limit a request gets an answer that says so, where it can have one.</summary>
public sealed record SipLimits
{
    /// <summary>The most header lines any limit may allow: positions are kept in one byte.</summary>
    public const int MostHeaders = 254;

    /// <summary>The longest line any limit may allow: lengths of names are kept in two bytes.</summary>
    public const int LongestLine = 65_535;

    /// <summary>Bytes in a whole message on a stream. Default 65,536: what UDP can carry, so that no message works over one transport only. Past it: 513.</summary>
    public int MaxMessage { get; init; } = 65_536;

    /// <summary>
    /// Header lines. Default 128: Max-Forwards 70 (RFC 3261 §8.1.1.6) bounds Via and Record-Route lines of sane paths far below. At most 254. Past it: 513.
    /// </summary>
    public int MaxHeaders { get; init; } = 128;

    /// <summary>
    /// Bytes in one header line or the start line, folds included. Default 8,192: what HTTP servers settled on; the longest lines seen are Identity headers of
    /// some 1,000 bytes. At most 65,535. Past it: 513.
    /// </summary>
    public int MaxLine { get; init; } = 8_192;

    /// <summary>Bytes in a body. Default 65,536: no more than a message. Past it: 413.</summary>
    public int MaxBody { get; init; } = 65_536;

    /// <summary>The defaults.</summary>
    public static SipLimits Default { get; } = new();

    /// <summary>Says which limit is out of its range.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A limit is below what any message needs or above what the index can hold.</exception>
    public SipLimits Validate()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxMessage, 256, nameof(MaxMessage));
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxHeaders, 8, nameof(MaxHeaders));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(MaxHeaders, MostHeaders, nameof(MaxHeaders));
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxLine, 64, nameof(MaxLine));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(MaxLine, LongestLine, nameof(MaxLine));
        ArgumentOutOfRangeException.ThrowIfNegative(MaxBody, nameof(MaxBody));
        return this;
    }
}
