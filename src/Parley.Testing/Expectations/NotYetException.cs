namespace Parley.Testing.Expectations;

/// <summary>
/// Something that is not so now and may be so later: what <see cref="Wait"/> tries again for. A failed expectation is one; an argument that can never be right is none.
/// </summary>
public class NotYetException : Exception
{
    /// <summary>Creates it.</summary>
    /// <param name="message">What was wanted and what was found.</param>
    /// <param name="inner">What it came from. Default none.</param>
    public NotYetException(string message, Exception? inner = null)
        : base(message, inner)
    {
    }
}
