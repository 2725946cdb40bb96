namespace Parley.Speech.Output;

/// <summary>What a layer is among the others.</summary>
public enum LayerRole
{
    /// <summary>A voice or a prompt: others make way for it.</summary>
    Foreground,

    /// <summary>Music or atmosphere: goes down while a foreground layer sounds.</summary>
    Background,
}

/// <summary>How a layer plays.</summary>
public sealed record LayerOptions
{
    /// <summary>Name of the playback for whoever controls it; null for none. Default null.</summary>
    public string? PlayId { get; init; }

    /// <summary>What it is among the others. Default <see cref="LayerRole.Foreground"/>.</summary>
    public LayerRole Role { get; init; }

    /// <summary>Amplification in dB, −60 to 20. Default 0.</summary>
    public double GainDecibels { get; init; }

    /// <summary>How far it goes down in the background while a voice sounds, in dB, −60 to 0; null (default) for the output's.</summary>
    public double? DuckDecibels { get; init; }

    /// <summary>How long it takes to go down and to come back, with <see cref="DuckDecibels"/>. Default 400 ms.</summary>
    public TimeSpan DuckGlide { get; init; } = TimeSpan.FromMilliseconds(400);

    /// <summary>How long it takes to rise from silence. Default none.</summary>
    public TimeSpan FadeIn { get; init; }

    /// <summary>Begins paused. Default false.</summary>
    public bool Paused { get; init; }
}

/// <summary>Why a layer ended.</summary>
public enum LayerEnd
{
    /// <summary>All of it was heard.</summary>
    Finished,

    /// <summary>Somebody stopped or interrupted it.</summary>
    Stopped,

    /// <summary>The output was closed: the call is over.</summary>
    Closed,

    /// <summary>Its source threw.</summary>
    Failed,
}

/// <summary>How a layer ended.</summary>
/// <param name="End">Why.</param>
/// <param name="Played">How much of it was heard, pauses not counted.</param>
/// <param name="Error">What the source threw, when <paramref name="End"/> is <see cref="LayerEnd.Failed"/>.</param>
public sealed record LayerResult(LayerEnd End, TimeSpan Played, Exception? Error = null);
