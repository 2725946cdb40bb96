namespace Parley.Media.Engine;

/// <summary>How two streams are relayed.</summary>
public sealed record RelayOptions
{
    /// <summary>Decode, convert and encode where the codecs differ instead of refusing. Default false.</summary>
    public bool Transcode { get; init; }

    /// <summary>Decode and encode even where the codecs are the same, so that what else plays on a stream is mixed in. Default false.</summary>
    public bool Mix { get; init; }

    /// <summary>Pass digits on. Default true.</summary>
    public bool PassDigits { get; init; } = true;
}
