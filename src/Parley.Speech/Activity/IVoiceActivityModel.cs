namespace Parley.Speech.Activity;

/// <summary>
/// Says of each frame of a stream how likely there is a voice in it: the place to plug a model file in. One stream's state; used by
/// one thread at a time, which is a media lane: <see cref="Probability"/> must not block, and should not allocate.
/// </summary>
public interface IVoiceActivityModel : IDisposable
{
    /// <summary>Samples per second it wants; audio of another rate is converted on the way.</summary>
    int SampleRate { get; }

    /// <summary>Samples of a frame; 512 at 16 kHz for Silero's models, 256 for TEN's.</summary>
    int FrameSamples { get; }

    /// <summary>Judges the next frame.</summary>
    /// <param name="frame">Exactly <see cref="FrameSamples"/> samples, those that follow the frame before.</param>
    /// <returns>0 (no voice) to 1.</returns>
    double Probability(ReadOnlySpan<short> frame);
}
