namespace Parley.Media.Codecs;

/// <summary>A decoder that makes up for lost packets itself, knowing more of the audio than <see cref="LossConcealer"/> can tell from its output.</summary>
public interface IConcealingDecoder : IAudioDecoder
{
    /// <summary>True when the packet decoded last says that nothing follows until somebody speaks again.</summary>
    bool IsPaused { get; }

    /// <summary>Makes up for audio that is lost for good. Never fails: what cannot be made up is silence.</summary>
    /// <param name="pcm">Room for exactly as many samples as are missing.</param>
    void Conceal(Span<short> pcm);

    /// <summary>Makes up for a lost packet by what the one after it repeats of it; conceals it where that one repeats nothing.</summary>
    /// <param name="following">Payload of the packet after the lost one; it is decoded itself later.</param>
    /// <param name="pcm">Room for exactly as many samples as are missing.</param>
    /// <returns>True when the packet repeated the lost one.</returns>
    bool Recover(ReadOnlySpan<byte> following, Span<short> pcm);
}
