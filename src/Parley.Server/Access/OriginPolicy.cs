using Microsoft.AspNetCore.Http;

namespace Parley.Server.Access;

/// <summary>Which web pages may connect (RFC 6455 §10.2): a browser names the page's origin, anything else names none.</summary>
internal sealed class OriginPolicy
{
    private readonly HashSet<string> _allowed;

    /// <param name="allowed">Origins such as <c>https://desk.example.com</c>, besides the server's own; <c>*</c> for all.</param>
    public OriginPolicy(IEnumerable<string> allowed) => _allowed = [.. allowed.Select(origin => origin.TrimEnd('/').ToLowerInvariant())];

    /// <summary>True when what is asked comes from no page, from one of this server or from one that is allowed.</summary>
    public bool Admits(HttpRequest request)
    {
        var origins = request.Headers.Origin;
        if (origins.Count == 0)
            return true;
        if (origins.Count > 1 || origins[0] is not { Length: > 0 } origin)
            return false;
        return _allowed.Contains("*") || _allowed.Contains(origin.ToLowerInvariant())
            || string.Equals(origin, $"{request.Scheme}://{request.Host}", StringComparison.OrdinalIgnoreCase);
    }
}
