using System.Net;
using Microsoft.AspNetCore.Http;

namespace Parley.Server.Access;

/// <summary>Stands in front of every API of a host: who asks, from which page, with which key. What it does not let in it has answered.</summary>
public sealed class ApiGate
{
    private const string Scheme = "Bearer ";
    private readonly ApiKeyRing _keys;
    private readonly OriginPolicy _origins;

    internal ApiGate(ApiKeyRing keys, IEnumerable<string> origins) => (_keys, _origins) = (keys, new(origins));

    /// <summary>Looks who it is. Null when nobody who may come in: then the answer has been given.</summary>
    /// <param name="context">The request.</param>
    /// <param name="whole">Whether only keys that open everything do: those of an API that tells neither commands nor calls apart. Default: no.</param>
    public async Task<ApiPrincipal?> AdmitAsync(HttpContext context, bool whole = false)
    {
        ArgumentNullException.ThrowIfNull(context);
        // Without keys, a page may name this machine by a host name of its own and would then be of the same origin; it cannot by an IP address.
        if (_keys.IsEmpty && !IsLocal(context.Request.Host.Host))
            return await RefuseAsync(context, StatusCodes.Status403Forbidden, "Ask by IP address or as localhost.");
        if (!_origins.Admits(context.Request))
            return await RefuseAsync(context, StatusCodes.Status403Forbidden, $"Pages of {context.Request.Headers.Origin} may not connect: the server's list of origins does not name it.");
        if (_keys.Find(Presented(context.Request)) is { } principal)
        {
            return principal.IsWhole || !whole ? principal
                : await RefuseAsync(context, StatusCodes.Status403Forbidden, $"The key '{principal.Name}' opens some commands or calls only; here one is needed that opens all.");
        }

        context.Response.Headers.WWWAuthenticate = "Bearer realm=\"parley\"";
        return await RefuseAsync(context, StatusCodes.Status401Unauthorized, "A key is needed: 'Authorization: Bearer KEY', or '?key=KEY' where no header can be set.");
    }

    /// <summary>Answers a request that is not served.</summary>
    internal static async Task<ApiPrincipal?> RefuseAsync(HttpContext context, int status, string why)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "text/plain; charset=utf-8";
        await context.Response.WriteAsync(why + "\n", context.RequestAborted);
        return null;
    }

    private static string? Presented(HttpRequest request)
    {
        if (request.Headers.Authorization is [{ } header])
            return header.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase) ? header[Scheme.Length..].Trim() : null;
        return request.Query["key"] is [{ Length: > 0 } key] ? key : null;
    }

    private static bool IsLocal(string host) =>
        host.Equals("localhost", StringComparison.OrdinalIgnoreCase) || IPAddress.TryParse(host.Trim('[', ']'), out _);
}
