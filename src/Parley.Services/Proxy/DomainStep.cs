using Parley.Services.Locations;
using Parley.Sip.Messages;

namespace Parley.Services.Proxy;

/// <summary>
/// Tells our own from the rest (RFC 3261 §16.5): what is for one of our domains, or for this proxy itself, goes on to the next step; what is for elsewhere is forwarded
/// there when its sender has been admitted, and refused with 403 otherwise, so that nobody uses us to reach others.
/// </summary>
/// <param name="domains">The domains served.</param>
public sealed class DomainStep(ServedDomains domains) : IProxyStep
{
    /// <inheritdoc/>
    public ValueTask<ProxyVerdict> InvokeAsync(ProxyRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (!SipUriView.TryParse(request.RequestUri, out var uri))
            return new(ProxyVerdict.Refuse(400, "Request-URI cannot be read"));
        var isOurs = !request.HasRoute && (uri.Scheme is SipScheme.Tel || domains.Find(uri.Host) is not null || request.Proxy.IsOwn(uri));
        if (isOurs)
            return new(ProxyVerdict.Next);
        return new(request.IsAdmitted ? ProxyVerdict.Forward : ProxyVerdict.Refuse(403, "Not for this domain"));
    }
}
