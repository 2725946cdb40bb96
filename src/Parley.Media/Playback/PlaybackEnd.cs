namespace Parley.Media.Playback;

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
