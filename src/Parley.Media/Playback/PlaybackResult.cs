namespace Parley.Media.Playback;

/// <summary>How a playback ended.</summary>
/// <param name="End">Why.</param>
/// <param name="Played">How much audio was played, pauses not counted.</param>
/// <param name="Error">What the source threw, when <paramref name="End"/> is <see cref="PlaybackEnd.Failed"/>.</param>
public sealed record PlaybackResult(PlaybackEnd End, TimeSpan Played, Exception? Error = null);
