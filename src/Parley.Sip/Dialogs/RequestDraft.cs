using System.Text;
using Parley.Net;
using Parley.Sip.Invites;
using Parley.Sip.Messages;
using Parley.Sip.Parsing;
using Parley.Sip.Transactions;

namespace Parley.Sip.Dialogs;

/// <summary>
/// A request of ours before it has a number and a Via: what stays the same when it is sent again with credentials, to another contact, or after a 423
/// (RFC 3261 §8.1.1, §12.2.1.1).
/// </summary>
internal sealed record RequestDraft
{
    private RequestDraft(SipMethod method) => Method = method;

    public SipMethod Method { get; }

    public ReadOnlySpan<byte> MethodName => SipMethods.Name(Method);

    public required byte[] RequestUri { get; init; }

    public required byte[] From { get; init; }

    public required byte[] To { get; init; }

    public required byte[] CallId { get; init; }

    /// <summary>Value of Route; empty for none.</summary>
    public required byte[] Route { get; init; }

    /// <summary>The URI whose host is located and sent to: the first route, else the request-URI (RFC 3261 §8.1.2).</summary>
    public required byte[] NextHop { get; init; }

    public SipBody Body { get; init; }

    public IReadOnlyList<SipHeader> Headers { get; init; } = [];

    /// <summary>Our Contact, for requests that make a dialog or refresh its target.</summary>
    public FlowContact? Contact { get; init; }

    /// <summary>True for the first request of a call: it says what we can do (RFC 3261 §13.2.1).</summary>
    public bool Capabilities { get; init; }

    /// <summary>What the request says of reliable provisional responses, where it says what we can do. Default: they are not asked for.</summary>
    public ReliableSupport Reliability { get; init; } = ReliableSupport.None;

    /// <summary>What the request says of session timers. Default nothing.</summary>
    public TimerOffer Timer { get; init; }

    /// <summary>Value of Max-Forwards. Default 70 (RFC 3261 §8.1.1.6).</summary>
    public int MaxForwards { get; init; } = 70;

    /// <summary>Value of Expires; negative for none.</summary>
    public int Expires { get; init; } = -1;

    /// <summary>A request outside any dialog.</summary>
    public static RequestDraft Outside(
        SipMethod method, SipUri target, SipAddress? to, SipAddress from, UInt128 localTag, string callId, byte[] route) =>
        new(method)
        {
            RequestUri = Encoding.UTF8.GetBytes(RequestUriOf(target)),
            From = Encoding.UTF8.GetBytes(from.ToString(Encoding.ASCII.GetString(DialogTag.ToBytes(localTag)))),
            To = Encoding.UTF8.GetBytes(to?.ToString() ?? $"<{target.Bare()}>"),
            CallId = Encoding.ASCII.GetBytes(callId),
            Route = route,
            NextHop = NextHopOf(route, Encoding.UTF8.GetBytes(target.ToString())),
        };

    /// <summary>The same request to another URI: the contact of a redirection (RFC 3261 §8.1.3.4).</summary>
    public RequestDraft Redirected(SipUri target) => this with
    {
        RequestUri = Encoding.UTF8.GetBytes(RequestUriOf(target)),
        NextHop = NextHopOf(Route, Encoding.UTF8.GetBytes(target.ToString())),
    };

    /// <summary>The same request to the same URI, sent to where another one points.</summary>
    public RequestDraft SentTo(SipUri next) => this with { NextHop = NextHopOf(Route, Encoding.UTF8.GetBytes(next.ToString())) };

    /// <summary>A request within a dialog (RFC 3261 §12.2.1.1).</summary>
    public static RequestDraft Within(Dialog dialog, SipMethod method, in SipBody body = default, IReadOnlyList<SipHeader>? headers = null)
    {
        var (uri, route) = Addressing(dialog);
        return new RequestDraft(method)
        {
            RequestUri = uri,
            From = dialog.LocalBytes.ToArray(),
            To = dialog.RemoteBytes.ToArray(),
            CallId = dialog.CallIdBytes.ToArray(),
            Route = route,
            NextHop = NextHopOf(dialog.RouteBytes.ToArray(), uri),
            Body = body.ToOwned(),
            Headers = headers ?? [],
        };
    }

    /// <summary>The request with its number and, after a challenge, its credentials; the caller owns it.</summary>
    public OutgoingRequest Build(UserAgentLane ua, uint cseq, IReadOnlyList<SipHeader> credentials)
    {
        var writer = new SipWriter(ua.Lane.Pool);
        writer.RequestLine(MethodName, RequestUri);
        writer.Header(HeaderId.MaxForwards, MaxForwards);
        if (Route.Length > 0)
            writer.Header(HeaderId.Route, Route);
        writer.Header(HeaderId.From, From);
        writer.Header(HeaderId.To, To);
        writer.Header(HeaderId.CallId, CallId);
        writer.Begin(HeaderId.CSeq);
        writer.Append(cseq);
        writer.Append(" "u8);
        writer.Append(MethodName);
        writer.EndLine();
        foreach (var line in credentials)
            writer.Header(line);
        WriteRest(ref writer, ua.Profile);
        ResponseBuilder.WriteBody(ref writer, Body);
        return new OutgoingRequest(writer.Finish(), Method) { FlowHeaders = Contact };
    }

    private void WriteRest(ref SipWriter writer, UserAgentProfile profile)
    {
        if (Expires >= 0)
            writer.Header(HeaderId.Expires, Expires);
        if (Capabilities)
        {
            writer.Header(HeaderId.Allow, profile.Allow);
            if (profile.Accept.Length > 0)
                writer.Header(HeaderId.Accept, profile.Accept);
            if (profile.AllowEvents.Length > 0)
                writer.Header(HeaderId.AllowEvents, profile.AllowEvents);
        }

        // RFC 3261 §8.1.1.9: whatever we support is named in every request that may need it.
        var supported = Reliability == ReliableSupport.None ? profile.SupportedUnreliable : profile.Supported;
        if (Capabilities && supported.Length > 0)
            writer.Header(HeaderId.Supported, supported);
        if (Reliability == ReliableSupport.Required)
            writer.Header(HeaderId.Require, "100rel"u8);
        if (!Timer.Expires.IsNone)
            writer.Header(HeaderId.SessionExpires, Encoding.ASCII.GetBytes(Timer.Expires.ToString()));
        if (Timer.Minimum > 0)
            writer.Header(HeaderId.MinSE, Timer.Minimum);
        foreach (var header in Headers)
            writer.Header(header);
        if (profile.UserAgent.Length > 0)
            writer.Header(HeaderId.UserAgent, profile.UserAgent);
    }

    // RFC 3261 §12.2.1.1: with a loose first router the target is the request-URI and the set is sent as it is; a strict one takes the request-URI's
    // place, and the target goes to the end of the set.
    private static (byte[] Uri, byte[] Route) Addressing(Dialog dialog)
    {
        var set = dialog.RouteBytes;
        if (set.IsEmpty || !RouteSet.TryGetFirst(set, out var first, out var rest) || RouteSet.IsLoose(first))
            return (dialog.TargetBytes.ToArray(), set.ToArray());
        byte[] route = rest.IsEmpty
            ? [(byte)'<', .. dialog.TargetBytes, (byte)'>']
            : [.. rest, .. ", <"u8, .. dialog.TargetBytes, (byte)'>'];
        return (first.ToArray(), route);
    }

    private static byte[] NextHopOf(byte[] route, byte[] requestUri) =>
        RouteSet.TryGetFirst(route, out var first, out _) ? first.ToArray() : requestUri;

    // Headers and the method parameter have no place in a request-URI (RFC 3261 §19.1.1, table 1).
    private static string RequestUriOf(SipUri target) => target.Scheme is SipScheme.Sip or SipScheme.Sips
        ? target.WithoutHeaders().WithoutParameter("method").ToString()
        : target.ToString();
}
