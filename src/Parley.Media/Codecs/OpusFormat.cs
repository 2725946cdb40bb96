using System.Globalization;

namespace Parley.Media.Codecs;

/// <summary>
/// What a receiver of Opus says in <c>a=fmtp</c> about what it wants to get (RFC 7587 §6.1, §7). Its <c>stereo</c> permits what is never sent from here, and
/// <c>sprop-stereo</c> and <c>sprop-maxcapturerate</c> foretell what any decoder copes with: they change nothing.
/// </summary>
internal sealed record OpusFormat
{
    private const int LeastBitrate = 6_000;
    private const int MostBitrate = 510_000;

    /// <summary>What counts where nothing is said.</summary>
    public static OpusFormat Default { get; } = new();

    /// <summary>Highest rate the receiver plays, in Hz: what is above half of it need not be sent. 8000 to 48000.</summary>
    public int MaxPlaybackRate { get; private init; } = 48_000;

    /// <summary>Highest average rate it wants, in bit/s, 6000 to 510000.</summary>
    public int MaxAverageBitrate { get; private init; } = MostBitrate;

    /// <summary>It wants the same number of bits in each packet.</summary>
    public bool ConstantBitrate { get; private init; }

    /// <summary>It can use what packets repeat of the ones before them.</summary>
    public bool InbandFec { get; private init; }

    /// <summary>It would rather get nothing while nobody speaks.</summary>
    public bool Dtx { get; private init; }

    /// <summary>Least milliseconds in a packet it wants. Not in the RFC, but what browsers write.</summary>
    public int MinPacketMilliseconds { get; private init; } = 10;

    /// <summary>Reads the parameters; what is unknown, malformed or out of range counts as not written.</summary>
    public static OpusFormat Parse(string? parameters)
    {
        var format = Default;
        foreach (var parameter in (parameters ?? "").Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            var equals = parameter.IndexOf('=', StringComparison.Ordinal);
            if (equals > 0 && int.TryParse(parameter.AsSpan(equals + 1).Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var value))
                format = format.With(parameter[..equals].TrimEnd().ToLowerInvariant(), value);
        }

        return format;
    }

    /// <summary>The audio bandwidth worth sending, by libopus's number.</summary>
    public int MaxBandwidth => MaxPlaybackRate switch
    {
        < 12_000 => OpusLibrary.Narrowband,
        < 16_000 => OpusLibrary.Mediumband,
        < 24_000 => OpusLibrary.Wideband,
        < 48_000 => OpusLibrary.Superwideband,
        _ => OpusLibrary.Fullband,
    };

    private OpusFormat With(string name, int value) => name switch
    {
        "maxplaybackrate" when value is >= 8_000 and <= 48_000 => this with { MaxPlaybackRate = value },
        "maxaveragebitrate" when value >= LeastBitrate => this with { MaxAverageBitrate = Math.Min(value, MostBitrate) },
        "cbr" => this with { ConstantBitrate = value == 1 },
        "useinbandfec" => this with { InbandFec = value == 1 },
        "usedtx" => this with { Dtx = value == 1 },
        "minptime" when value is >= 3 and <= 120 => this with { MinPacketMilliseconds = value },
        _ => this,
    };
}
