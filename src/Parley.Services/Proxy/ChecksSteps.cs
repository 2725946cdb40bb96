using System.Text;
using Parley.Sip.Messages;

namespace Parley.Services.Proxy;

/// <summary>RFC 3261 §16.3 item 2: a request-URI of a scheme that can be routed; else 416.</summary>
public sealed class SchemeStep : IProxyStep
{
    /// <inheritdoc/>
    public ValueTask<ProxyVerdict> InvokeAsync(ProxyRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (!request.Message.TryGetRequestUri(out var uri))
            return new(ProxyVerdict.Refuse(400, "Request-URI cannot be read"));
        return new(uri.Scheme == SipScheme.Other ? ProxyVerdict.Refuse(416) : ProxyVerdict.Next);
    }
}

/// <summary>RFC 3261 §16.3 item 3: a request that has used up its hops gets 483. What has none given gets 70 when it is forwarded.</summary>
public sealed class HopsStep : IProxyStep
{
    /// <inheritdoc/>
    public ValueTask<ProxyVerdict> InvokeAsync(ProxyRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        return new(request.Message.TryGetMaxForwards(out var hops) && hops == 0 ? ProxyVerdict.Refuse(483) : ProxyVerdict.Next);
    }
}

/// <summary>RFC 3261 §16.3 item 5: what Proxy-Require names must be supported; else 420 with what is not.</summary>
/// <param name="supported">Option tags known. Default none.</param>
public sealed class ExtensionsStep(IReadOnlyList<string>? supported = null) : IProxyStep
{
    private readonly byte[][] _supported = [.. (supported ?? []).Select(Encoding.ASCII.GetBytes)];

    /// <inheritdoc/>
    public ValueTask<ProxyVerdict> InvokeAsync(ProxyRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (!request.Message.Has(HeaderId.ProxyRequire))
            return new(ProxyVerdict.Next);
        List<string> missing = [];
        foreach (var tag in request.Message.Values(HeaderId.ProxyRequire))
        {
            if (!Knows(tag))
                missing.Add(Encoding.UTF8.GetString(tag));
        }

        return new(missing.Count == 0
            ? ProxyVerdict.Next
            : ProxyVerdict.Refuse(420, headers: [new SipHeader("Unsupported", string.Join(", ", missing))]));
    }

    private bool Knows(ReadOnlySpan<byte> tag)
    {
        foreach (var known in _supported)
        {
            if (Ascii.EqualsIgnoreCase(known, tag))
                return true;
        }

        return false;
    }
}

/// <summary>
/// RFC 3261 §16.4: a request within a dialog that was set up through here goes where its route set leads, without being asked any further. It is
/// recognised by the signature in the Route value that our Record-Route put there.
/// </summary>
public sealed class RouteStep : IProxyStep
{
    /// <inheritdoc/>
    public ValueTask<ProxyVerdict> InvokeAsync(ProxyRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        return new(request.IsWithinDialog ? ProxyVerdict.Forward : ProxyVerdict.Next);
    }
}

/// <summary>RFC 3261 §16.5: a redirection is followed here instead of being passed back. Contacts already tried, and those past the limit, are not.</summary>
public sealed class RedirectStep : IProxyResponseStep
{
    /// <inheritdoc/>
    public bool Pass(ProxyRequest request, ProxyTarget? target, SipMessage response)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(response);
        if (response.StatusCode is < 300 or > 399)
            return true;
        var any = false;
        foreach (var value in response.Values(HeaderId.Contact))
        {
            if (!NameAddrView.TryParse(value, out var contact) || contact.IsStar || !contact.TryGetUri(out var uri) || uri.Scheme == SipScheme.Other)
                continue;
            var q = contact.TryGetParameter("q"u8, out var text) && System.Buffers.Text.Utf8Parser.TryParse(text, out double given, out _) ? given : 1;
            any |= request.AddTarget(new ProxyTarget { Uri = SipUri.FromView(uri), Q = double.Clamp(q, 0, 1) });
        }

        return !any;
    }
}
