namespace Parley.Media.Rtp;

/// <summary>How digits are sent.</summary>
public sealed record DtmfOptions
{
    /// <summary>Length of each digit, at least 40 ms (ITU-T Q.24 receivers need that). Default 100 ms.</summary>
    public TimeSpan Duration { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>Pause after each digit, at least 40 ms. Default 100 ms.</summary>
    public TimeSpan Gap { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>Level in dBm0 without the sign, 0–63 (RFC 4733 §2.3.3). Default 10.</summary>
    public int Volume { get; init; } = 10;

    /// <summary>Send tones in the audio although telephone-event was negotiated. Default false. Without telephone-event tones are sent anyway.</summary>
    public bool InBand { get; init; }

    /// <summary>Checks the values.</summary>
    /// <exception cref="ArgumentException">One is out of range; the argument's name says which.</exception>
    internal void Validate()
    {
        if (Duration < TimeSpan.FromMilliseconds(40) || Duration > TimeSpan.FromMinutes(1))
            throw new ArgumentException($"{nameof(Duration)} must be 40 ms to 1 min, not {Duration.TotalMilliseconds} ms.", nameof(Duration));
        if (Gap < TimeSpan.FromMilliseconds(40) || Gap > TimeSpan.FromMinutes(1))
            throw new ArgumentException($"{nameof(Gap)} must be 40 ms to 1 min, not {Gap.TotalMilliseconds} ms.", nameof(Gap));
        if (Volume is < 0 or > 63)
            throw new ArgumentException($"{nameof(Volume)} must be 0 to 63 (dBm0 without the sign), not {Volume}.", nameof(Volume));
    }
}
