using System.Net;

namespace Parley.Media.Files;

/// <summary>A URL did not give audio; the message says what it gave instead.</summary>
public sealed class HttpAudioException : IOException
{
    /// <summary>Makes an exception without a message of its own.</summary>
    public HttpAudioException()
    {
    }

    /// <summary>Makes an exception.</summary>
    /// <param name="message">What came instead of audio.</param>
    public HttpAudioException(string message)
        : base(message)
    {
    }

    /// <summary>Makes an exception with a cause.</summary>
    /// <param name="message">What came instead of audio.</param>
    /// <param name="innerException">The cause.</param>
    public HttpAudioException(string message, Exception innerException)
        : base(message, innerException)
    {
    }

    internal HttpAudioException(string message, HttpStatusCode status)
        : base(message) => StatusCode = status;

    /// <summary>The HTTP status, when the server gave one.</summary>
    public HttpStatusCode? StatusCode { get; }
}
