using Parley.Sip.Forwarding;

namespace Parley.Services.Proxy;

/// <summary>How a proxy works.</summary>
public sealed record ProxyOptions
{
    /// <summary>
    /// What a request passes through, in order. Without a step of the application's that adds targets or says <see cref="ProxyVerdict.Forward"/>, only
    /// requests within dialogs that came through here are forwarded. Default <see cref="StandardSteps"/>.
    /// </summary>
    public IReadOnlyList<IProxyStep> Steps { get; init; } = StandardSteps;

    /// <summary>What responses pass through, in order. Default none.</summary>
    public IReadOnlyList<IProxyResponseStep> ResponseSteps { get; init; } = [];

    /// <summary>
    /// Host names and addresses by which this proxy is meant in Route and request-URI, besides those it listens on: <c>proxy.example.com</c>,
    /// <c>192.0.2.1:5070</c>. Without a port, the default one. Default none.
    /// </summary>
    public IReadOnlyList<string> Names { get; init; } = [];

    /// <summary>Stay on the path of dialogs (RFC 3261 §16.6 item 4). Default true. A step can decide otherwise for one request.</summary>
    public bool RecordRoute { get; init; } = true;

    /// <summary>Put a Path with a flow token into REGISTER requests that pass (RFC 3327, RFC 5626 §5.1). Default false.</summary>
    public bool AddPath { get; init; }

    /// <summary>In which order targets are tried. Default <see cref="ForkMode.ByQ"/>. A step can decide otherwise for one request.</summary>
    public ForkMode Forking { get; init; } = ForkMode.ByQ;

    /// <summary>
    /// How long an INVITE may ring at one target without any news of it (Timer C). Default 185 s: more than the three minutes RFC 3261 §16.6 item 11 asks.
    /// </summary>
    public TimeSpan TimerC { get; init; } = TimeSpan.FromSeconds(185);

    /// <summary>
    /// Signs what is put into Record-Route. Default: one for the life of the process, so that dialogs set up before a restart have to pass the application's
    /// steps again.
    /// </summary>
    public ForwardingKey Key { get; init; } = ForwardingKey.Random();

    /// <summary>Bounds of what one request may set off.</summary>
    public ProxyLimits Limits { get; init; } = new();

    /// <summary>Told of exceptions that steps threw; the request is answered 500. Called on lanes. Default nobody; they are counted in any case.</summary>
    public Action<Exception>? OnFault { get; init; }

    /// <summary>The checks RFC 3261 §16.3 asks for, then routing of what is within a dialog (§16.4).</summary>
    public static IReadOnlyList<IProxyStep> StandardSteps { get; } = [new SchemeStep(), new HopsStep(), new ExtensionsStep(), new RouteStep()];
}

/// <summary>Bounds of what one request may set off.</summary>
public sealed record ProxyLimits
{
    /// <summary>Targets of one request, those that redirections add included; further ones are left out. Default 32: phones of one person and their flows.</summary>
    public int MaxTargets { get; init; } = 32;

    /// <summary>Branches at a time, here and behind us together: the highest Max-Breadth let through. Default 60 (RFC 5393 §5.3.3).</summary>
    public int MaxBreadth { get; init; } = 60;
}
