namespace Parley.Media.Audio;

/// <summary>A stretch of tone and the pause behind it.</summary>
/// <param name="On">How long the tone sounds.</param>
/// <param name="Off">How long it is silent after.</param>
public readonly record struct ToneCadence(TimeSpan On, TimeSpan Off);

/// <summary>What a <see cref="ToneSource"/> plays.</summary>
public sealed record ToneOptions
{
    /// <summary>Frequencies that sound together, in hertz; each below half the sample rate.</summary>
    public required IReadOnlyList<double> Hertz { get; init; }

    /// <summary>Level of each frequency in dBm0; 3.14 is full scale. Default −12, between dial tone and speech.</summary>
    public double LevelDbm0 { get; init; } = -12;

    /// <summary>Samples per second. Default 8000.</summary>
    public int SampleRate { get; init; } = 8000;

    /// <summary>How long in all, pauses included; null for ever. Default null.</summary>
    public TimeSpan? Duration { get; init; }

    /// <summary>Rhythm, repeated from the beginning when through; empty for a steady tone. Default empty.</summary>
    public IReadOnlyList<ToneCadence> Cadence { get; init; } = [];

    /// <summary>A beep: 1000 Hz for 200 ms, as before a recording.</summary>
    public static ToneOptions Beep { get; } = new() { Hertz = [1000], Duration = TimeSpan.FromMilliseconds(200) };

    /// <summary>European ringing: 425 Hz, 1 s on and 4 s off (ITU-T E.180 supplement 2).</summary>
    public static ToneOptions Ringing { get; } = new() { Hertz = [425], Cadence = [new(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(4))] };

    /// <summary>European busy: 425 Hz, half a second on and off (ITU-T E.180 supplement 2).</summary>
    public static ToneOptions Busy { get; } = new() { Hertz = [425], Cadence = [new(TimeSpan.FromSeconds(0.5), TimeSpan.FromSeconds(0.5))] };
}
