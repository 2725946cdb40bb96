namespace Parley.Speech.Signal;

/// <summary>Cuts audio that comes in any lengths into frames of one.</summary>
/// <param name="samples">Of a frame.</param>
internal sealed class FrameCutter(int samples)
{
    private int _filled;

    /// <summary>The frame; whole when <see cref="TryTake"/> has just said so.</summary>
    public short[] Frame { get; } = new short[samples];

    /// <summary>Takes what the frame still wants from the front of <paramref name="pcm"/>.</summary>
    /// <returns>Whether it is whole; the next samples begin another.</returns>
    public bool TryTake(ref ReadOnlySpan<short> pcm)
    {
        var part = pcm[..Math.Min(pcm.Length, Frame.Length - _filled)];
        part.CopyTo(Frame.AsSpan(_filled));
        pcm = pcm[part.Length..];
        _filled += part.Length;
        if (_filled < Frame.Length)
            return false;
        _filled = 0;
        return true;
    }
}
