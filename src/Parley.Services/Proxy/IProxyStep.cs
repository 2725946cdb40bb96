using Parley.Sip.Messages;

namespace Parley.Services.Proxy;

/// <summary>
/// One step of the way a request takes through the proxy. It looks, adds targets or headers, and gives a verdict. Called on the request's lane; must not
/// block. A step that can decide at once returns a finished <see cref="ValueTask{TResult}"/>, which costs nothing.
/// </summary>
public interface IProxyStep
{
    /// <summary>Looks at a request. After an await the code runs on the thread pool; the request is continued on its lane.</summary>
    ValueTask<ProxyVerdict> InvokeAsync(ProxyRequest request);
}

/// <summary>One step of the way a response takes back. Called on the request's lane; must not block.</summary>
public interface IProxyResponseStep
{
    /// <summary>Looks at a response other than 100 and 2xx.</summary>
    /// <param name="request">The request it answers; targets may be added to it.</param>
    /// <param name="target">Who sent it; null when the request went where its Route or request-URI led.</param>
    /// <param name="response">The response, lent for the call.</param>
    /// <returns>False takes it out: a 1xx is not forwarded, a final one does not count as an outcome of its target.</returns>
    bool Pass(ProxyRequest request, ProxyTarget? target, SipMessage response);
}

/// <summary>A step made of a delegate: the policy that decides about targets, most of the time.</summary>
/// <param name="policy">Called for each request; see <see cref="IProxyStep.InvokeAsync"/>.</param>
public sealed class PolicyStep(Func<ProxyRequest, ValueTask<ProxyVerdict>> policy) : IProxyStep
{
    /// <summary>A policy that always decides at once.</summary>
    public PolicyStep(Func<ProxyRequest, ProxyVerdict> policy)
        : this(request => new ValueTask<ProxyVerdict>(policy(request)))
    {
    }

    /// <inheritdoc/>
    public ValueTask<ProxyVerdict> InvokeAsync(ProxyRequest request) => policy(request);
}
