using System.Text.Json;

namespace Parley.Testing.Http;

/// <summary>A request that came to a mock server.</summary>
public sealed class MockRequest
{
    private readonly IReadOnlyList<KeyValuePair<string, string>> _headers;
    private readonly IReadOnlyList<KeyValuePair<string, string>> _query;

    internal MockRequest(
        string method, string path, IReadOnlyList<KeyValuePair<string, string>> query, IReadOnlyList<KeyValuePair<string, string>> headers, string body) =>
        (Method, Path, _query, _headers, Body) = (method, path, query, headers, body);

    /// <summary>Its method.</summary>
    public string Method { get; }

    /// <summary>Its path, without the query.</summary>
    public string Path { get; }

    /// <summary>Its body as text; empty when it was larger than 1 MiB.</summary>
    public string Body { get; }

    /// <summary>The value of a header, of several the first; null when there is none.</summary>
    /// <param name="name">The header, of whatever case.</param>
    public string? Header(string name) => HeaderList.Find(_headers, name);

    /// <summary>The value of a query parameter, of several the first; null when there is none.</summary>
    /// <param name="name">The parameter.</param>
    public string? Query(string name) => _query.FirstOrDefault(one => one.Key == name).Value;

    /// <summary>The body as JSON; an empty one is null.</summary>
    /// <exception cref="HttpCallException">It is no JSON.</exception>
    public JsonElement Json() => JsonPath.Parse(Body, "request body");

    /// <summary>A value within the body.</summary>
    /// <param name="path">Names of fields and positions in arrays, with dots between: <c>a.0.b</c>.</param>
    /// <exception cref="HttpCallException">The body is no JSON, or has nothing there.</exception>
    public JsonElement Json(string path) => JsonPath.Find(Json(), path);
}
