using System.Text.Json;

namespace Parley.Testing.Http;

/// <summary>The answer to an HTTP request of a scenario.</summary>
public sealed class HttpReply
{
    private readonly IReadOnlyList<KeyValuePair<string, string>> _headers;

    internal HttpReply(int status, IReadOnlyList<KeyValuePair<string, string>> headers, string body) => (Status, _headers, Body) = (status, headers, body);

    /// <summary>Its status.</summary>
    public int Status { get; }

    /// <summary>Its body as text.</summary>
    public string Body { get; }

    /// <summary>The value of a header, of several the first; null when there is none.</summary>
    /// <param name="name">The header, of whatever case.</param>
    public string? Header(string name) => HeaderList.Find(_headers, name);

    /// <summary>The body as JSON; an empty one is null.</summary>
    /// <exception cref="HttpCallException">It is no JSON.</exception>
    public JsonElement Json() => JsonPath.Parse(Body, "response body");

    /// <summary>A value within the body.</summary>
    /// <param name="path">Names of fields and positions in arrays, with dots between: <c>a.0.b</c>.</param>
    /// <exception cref="HttpCallException">The body is no JSON, or has nothing there.</exception>
    public JsonElement Json(string path) => JsonPath.Find(Json(), path);

    /// <summary>Fails unless the status is this one.</summary>
    /// <param name="code">The status.</param>
    /// <exception cref="HttpCallException">It is another.</exception>
    public void ExpectStatus(int code)
    {
        if (Status != code)
            throw new HttpCallException($"expected status {code}, got {Status}");
    }
}

/// <summary>Looks up headers as HTTP compares them.</summary>
internal static class HeaderList
{
    public static string? Find(IReadOnlyList<KeyValuePair<string, string>> headers, string name) =>
        headers.FirstOrDefault(header => header.Key.Equals(name, StringComparison.OrdinalIgnoreCase)).Value;
}
