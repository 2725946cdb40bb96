namespace Parley.Media.Files;

/// <summary>How the two directions of a call are put into one recording.</summary>
public enum RecordingLayout
{
    /// <summary>Two channels: left what was received, right what was sent.</summary>
    Stereo,

    /// <summary>One channel with both directions added.</summary>
    Mono,
}

/// <summary>How a recording is made.</summary>
public sealed record WavRecorderOptions
{
    /// <summary>Samples per second of the recording, 4000 to 192000; 0 for that of what is recorded, or 8000 where nothing says. Default 0.</summary>
    public int SampleRate { get; init; }

    /// <summary>One channel or two. Default <see cref="RecordingLayout.Stereo"/>.</summary>
    public RecordingLayout Layout { get; init; } = RecordingLayout.Stereo;

    /// <summary>Coding of the samples. G.722 takes mono at 16 kHz. Default <see cref="WavEncoding.Pcm16"/>.</summary>
    public WavEncoding Encoding { get; init; } = WavEncoding.Pcm16;

    /// <summary>How often audio goes to the file with a header that counts it: what a dying process loses at most. Default 0.5 s.</summary>
    public TimeSpan FlushInterval { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>Audio held while the disk is slow; beyond it audio is dropped and counted. Default 4 s: at most 128 kB for stereo at 8 kHz, taken as it fills.</summary>
    public TimeSpan Queue { get; init; } = TimeSpan.FromSeconds(4);

    /// <summary>The clock of <see cref="FlushInterval"/>. Default the system's.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;
}
