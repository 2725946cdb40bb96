using Parley.Sip.Messages;

namespace Parley.Services.Proxy;

/// <summary>What an <see cref="IProxyStep"/> decides about a request; the default value is <see cref="Next"/>.</summary>
public readonly struct ProxyVerdict
{
    private ProxyVerdict(ProxyAction action, int status = 0, string? reason = null, IReadOnlyList<SipHeader>? headers = null)
    {
        Action = action;
        Status = status;
        Reason = reason;
        Headers = headers;
    }

    internal ProxyAction Action { get; }

    internal int Status { get; }

    internal string? Reason { get; }

    internal IReadOnlyList<SipHeader>? Headers { get; }

    /// <summary>No decision: the next step has its turn.</summary>
    public static ProxyVerdict Next => default;

    /// <summary>Forward it now, to the targets added, or where its Route and request-URI lead when there are none. No further step runs.</summary>
    public static ProxyVerdict Forward => new(ProxyAction.Forward);

    /// <summary>
    /// Not for the proxy: the endpoint's user agent is to have it. After a step that did not decide at once this is not possible any more, and the request is
    /// answered 404.
    /// </summary>
    public static ProxyVerdict Leave => new(ProxyAction.Leave);

    /// <summary>The step has answered it by <see cref="ProxyRequest.Respond"/>, or will.</summary>
    public static ProxyVerdict Answered => new(ProxyAction.Answered);

    /// <summary>Answer it with this.</summary>
    /// <param name="status">300 to 699.</param>
    /// <param name="reason">Reason phrase. Default: the standard one.</param>
    /// <param name="headers">Further headers. Default none.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="status"/> is not 300 to 699.</exception>
    public static ProxyVerdict Refuse(int status, string? reason = null, IReadOnlyList<SipHeader>? headers = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(status, 300);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(status, 699);
        return new(ProxyAction.Refuse, status, reason, headers);
    }
}

internal enum ProxyAction : byte
{
    Next,
    Forward,
    Leave,
    Answered,
    Refuse,
}
