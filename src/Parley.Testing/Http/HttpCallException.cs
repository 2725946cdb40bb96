using Parley.Testing.Expectations;

namespace Parley.Testing.Http;

/// <summary>An HTTP request got no answer, or not the one that was expected. It may the next time: a wait tries it again.</summary>
public sealed class HttpCallException : NotYetException
{
    /// <summary>Says what was wrong.</summary>
    /// <param name="message">What was wrong.</param>
    /// <param name="inner">What it came from.</param>
    public HttpCallException(string message, Exception? inner = null)
        : base(message, inner)
    {
    }
}
