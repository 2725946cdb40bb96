namespace Parley.Media.Files;

/// <summary>The bytes are no WAV, or one this library does not play; the message says what was found and what would be right.</summary>
public sealed class WavFormatException : FormatException
{
    /// <summary>Makes an exception without a message of its own.</summary>
    public WavFormatException()
    {
    }

    /// <summary>Makes an exception.</summary>
    /// <param name="message">What was found and what would be right.</param>
    public WavFormatException(string message)
        : base(message)
    {
    }

    /// <summary>Makes an exception with a cause.</summary>
    /// <param name="message">What was found and what would be right.</param>
    /// <param name="innerException">The cause.</param>
    public WavFormatException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
