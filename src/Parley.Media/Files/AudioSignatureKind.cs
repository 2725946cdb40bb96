namespace Parley.Media.Files;

/// <summary>Who reads a file.</summary>
internal enum AudioSignatureKind
{
    /// <summary>Nobody here.</summary>
    Unknown,

    /// <summary>Our own reader, while it comes.</summary>
    Wav,

    /// <summary>The system's library, if it is there.</summary>
    Decoded,
}
