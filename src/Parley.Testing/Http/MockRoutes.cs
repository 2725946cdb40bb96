namespace Parley.Testing.Http;

/// <summary>
/// The routes of a mock server. An exact path goes before an expression, then an exact method before any, then what was said later before what was said earlier.
/// </summary>
internal sealed class MockRoutes
{
    private readonly Lock _gate = new();
    private readonly List<Route> _routes = [];

    /// <summary>Adds a route; one for the same method and path is replaced.</summary>
    public void Set(string? method, MockPath path, Func<MockRequest, CancellationToken, Task<MockAnswer>> responder)
    {
        var route = new Route(Normal(method), path, responder);
        lock (_gate)
        {
            _routes.RemoveAll(one => one.Method == route.Method && one.Path.IsSame(path));
            _routes.Add(route);
        }
    }

    /// <summary>The responder for a request; null when no route is for it.</summary>
    public Func<MockRequest, CancellationToken, Task<MockAnswer>>? Find(string method, string path)
    {
        List<Route> routes;
        lock (_gate)
            routes = [.. _routes];
        routes.Reverse();
        // A stable order: among equals the last one added comes first.
        return routes
            .Where(route => (route.Method is null || route.Method.Equals(method, StringComparison.OrdinalIgnoreCase)) && route.Path.Matches(path))
            .OrderBy(route => route.Path.IsRegex)
            .ThenBy(route => route.Method is null)
            .FirstOrDefault()?.Responder;
    }

    /// <summary>The method as it is compared: null for any, which is also written <c>*</c>.</summary>
    public static string? Normal(string? method) => method is null or "*" or "" ? null : method.ToUpperInvariant();

    private sealed record Route(string? Method, MockPath Path, Func<MockRequest, CancellationToken, Task<MockAnswer>> Responder);
}
