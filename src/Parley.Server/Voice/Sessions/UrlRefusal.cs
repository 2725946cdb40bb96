namespace Parley.Server.Voice.Sessions;

/// <summary>What is said of a URL that a command may not lead to.</summary>
internal static class UrlRefusal
{
    /// <summary>As a sentence, with what would let it be reached.</summary>
    /// <param name="url">The URL; only its host is told.</param>
    public static string Of(Uri url) => $"URLs of {url.Host} are not allowed here: url-hosts (VoiceOptions.Urls) of the server's settings does not name it.";
}
