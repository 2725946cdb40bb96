using Parley.Media.Codecs;

namespace Parley.Media.Engine;

/// <summary>Two streams were to be relayed that do not use the same codec, and transcoding was not asked for.</summary>
public sealed class CodecMismatchException : InvalidOperationException
{
    internal CodecMismatchException(AudioCodec? first, AudioCodec? second)
        : base($"The streams use different codecs ({Name(first)} and {Name(second)}); negotiate the same one or set Transcode.")
    {
        First = first;
        Second = second;
    }

    /// <summary>Codec of the first stream; null when it has none yet.</summary>
    public AudioCodec? First { get; }

    /// <summary>Codec of the second stream; null when it has none yet.</summary>
    public AudioCodec? Second { get; }

    private static string Name(AudioCodec? codec) => codec is null ? "none" : $"{codec.Name}/{codec.ClockRate}";
}
