namespace Parley.Media.Playback;

/// <summary>How a source is played.</summary>
public sealed record PlaybackOptions
{
    /// <summary>Amplification in dB, -60 to 20. Default 0.</summary>
    public double GainDecibels { get; init; }

    /// <summary>Starts muted. Default false.</summary>
    public bool Muted { get; init; }

    /// <summary>Starts paused. Default false.</summary>
    public bool Paused { get; init; }

    /// <summary>Disposes of the source, if it can be, when the playback has ended. Default true.</summary>
    public bool DisposeSource { get; init; } = true;

    internal void Validate()
    {
        if (GainDecibels is < -60 or > 20 or double.NaN)
            throw new ArgumentException($"{nameof(GainDecibels)} must be -60 to 20 dB, not {GainDecibels}.", nameof(GainDecibels));
    }
}
