namespace Parley.Testing.Http;

/// <summary>What a mock server answers.</summary>
public sealed record MockAnswer
{
    /// <summary>Its status. Default: 200.</summary>
    public int Status { get; init; } = 200;

    /// <summary>Its body. Default: empty.</summary>
    public string Body { get; init; } = "";

    /// <summary>Its headers, besides those of the body. Default: none.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Headers { get; init; } = [];

    /// <summary>What its body is. Default: not said.</summary>
    public string? ContentType { get; init; }

    /// <summary>An answer of JSON.</summary>
    /// <param name="json">The JSON text.</param>
    /// <param name="status">The status.</param>
    public static MockAnswer Json(string json, int status = 200) => new() { Status = status, Body = json, ContentType = "application/json" };

    /// <summary>An answer of text.</summary>
    /// <param name="text">The text.</param>
    /// <param name="status">The status.</param>
    public static MockAnswer Text(string text, int status = 200) => new() { Status = status, Body = text, ContentType = "text/plain; charset=utf-8" };
}
