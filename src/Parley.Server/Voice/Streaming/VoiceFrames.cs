namespace Parley.Server.Voice.Streaming;

/// <summary>Binary messages of a voice agent's socket.</summary>
internal static class VoiceFrames
{
    /// <summary>Bytes of the longest: 20 ms at 16 kHz, and the index of the track.</summary>
    public const int MaxBytes = 641;

    /// <summary>Time in each.</summary>
    public static readonly TimeSpan Length = TimeSpan.FromMilliseconds(20);

    /// <summary>In front of what the agent says.</summary>
    public static ReadOnlySpan<byte> BotHeader => [0];

    /// <summary>In front of what the other side says.</summary>
    public static ReadOnlySpan<byte> RemoteHeader => [1];
}
