namespace Parley.Media.Files;

/// <summary>The bytes are no audio, or none that is played here; the message says what was found and what would be right.</summary>
public sealed class AudioFormatException : FormatException
{
    /// <summary>Makes an exception without a message of its own.</summary>
    public AudioFormatException()
    {
    }

    /// <summary>Makes an exception.</summary>
    /// <param name="message">What was found and what would be right.</param>
    public AudioFormatException(string message)
        : base(message)
    {
    }

    /// <summary>Makes an exception with a cause.</summary>
    /// <param name="message">What was found and what would be right.</param>
    /// <param name="innerException">The cause.</param>
    public AudioFormatException(string message, Exception innerException)
        : base(message, innerException)
    {
    }

    /// <summary>True when it is audio in order, coded in a way that our own reader does not know.</summary>
    internal bool IsOtherCoding { get; init; }

    /// <summary>The same, with the name of the file or URL.</summary>
    internal AudioFormatException Of(string source) => new($"'{source}' cannot be played: {Message}", this);
}
