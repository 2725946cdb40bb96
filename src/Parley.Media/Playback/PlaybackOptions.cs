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

/// <summary>Why a playback ended.</summary>
public enum PlaybackEnd
{
    /// <summary>The source had no more.</summary>
    Finished,

    /// <summary><see cref="AudioPlayback.Stop"/> was called.</summary>
    Stopped,

    /// <summary>The stream ended first.</summary>
    StreamEnded,

    /// <summary>The source threw.</summary>
    Failed,
}

/// <summary>How a playback ended.</summary>
/// <param name="End">Why.</param>
/// <param name="Played">How much audio was played, pauses not counted.</param>
/// <param name="Error">What the source threw, when <paramref name="End"/> is <see cref="PlaybackEnd.Failed"/>.</param>
public sealed record PlaybackResult(PlaybackEnd End, TimeSpan Played, Exception? Error = null);
