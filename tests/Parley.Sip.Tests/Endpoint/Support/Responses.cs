namespace Parley.Sip.Tests.Endpoint.Support;

/// <summary>Additions to a peer's messages.</summary>
internal static class Responses
{
    public const string Contact = "Contact: <sip:peer@10.0.0.2:5060>";

    /// <summary>Gives a message without a body one.</summary>
    public static string WithBody(string message, string body, string type = "application/sdp") =>
        message.ReplaceLineEndings("\n").Replace("Content-Length: 0\n\n", $"Content-Type: {type}\nContent-Length: {body.Length}\n\n", StringComparison.Ordinal).TrimEnd('\n')
        + "\n\n" + body;

    /// <summary>Puts header lines before Content-Length.</summary>
    public static string With(string message, string lines) =>
        lines.Length == 0 ? message : message.ReplaceLineEndings("\n").Replace("Content-Length:", lines + "\nContent-Length:", StringComparison.Ordinal);
}
