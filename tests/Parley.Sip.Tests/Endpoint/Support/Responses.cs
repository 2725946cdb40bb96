namespace Parley.Sip.Tests.Endpoint.Support;

/// <summary>Additions to a peer's messages.</summary>
internal static class Responses
{
    public const string Contact = "Contact: <sip:peer@10.0.0.2:5060>";

    /// <summary>Puts header lines before Content-Length.</summary>
    public static string With(string message, string lines) =>
        lines.Length == 0 ? message : message.ReplaceLineEndings("\n").Replace("Content-Length:", lines + "\nContent-Length:", StringComparison.Ordinal);
}
