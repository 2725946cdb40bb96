namespace Parley.Testing.Http;

/// <summary>An HTTP request of a scenario.</summary>
public sealed record HttpCall
{
    /// <summary>Its method.</summary>
    public required string Method { get; init; }

    /// <summary>Its address: http or https.</summary>
    public required string Url { get; init; }

    /// <summary>Its headers. Default: none, not even a content type.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Headers { get; init; } = [];

    /// <summary>Its body. Default: none.</summary>
    public string? Body { get; init; }
}
