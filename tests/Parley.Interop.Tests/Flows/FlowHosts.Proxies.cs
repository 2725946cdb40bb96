using Parley.Services.Proxy;
using Parley.Sip.Messages;

namespace Parley.Interop.Tests.Flows;

// Parley as a proxy between the parties (RFC 3261 §16).
internal static partial class FlowHosts
{
    private static FlowHost? WithProxy(string name, Func<string, string> uri, string[] words) => name switch
    {
        "proxy" => Proxies(new(), [.. words.Select(uri)]),
        "proxy-forking" => Proxies(new() { Forking = ForkMode.Parallel }, [.. words.Select(uri)]),
        "proxy-in-turn" => Proxies(new() { Forking = ForkMode.Sequential }, [.. words.Select(uri)]),
        "proxy-without-record-route" => Proxies(new() { RecordRoute = false }, [.. words.Select(uri)]),
        "proxy-following" => Proxies(new() { ResponseSteps = [new RedirectStep()] }, [.. words.Select(uri)]),
        // The first target does not answer at all: the next one is tried after this long, in milliseconds.
        "proxy-impatient" => Proxies(new() { Forking = ForkMode.Sequential }, [.. words[1..].Select(uri)], TimeSpan.FromMilliseconds(Number(words[0]))),
        _ => null,
    };

    private static FlowHost Proxies(ProxyOptions options, IReadOnlyList<string> targets, TimeSpan? patience = null)
    {
        var step = new PolicyStep(request =>
        {
            // What follows a Record-Route or a Route knows its way.
            if (request.IsWithinDialog || request.HasRoute)
                return ProxyVerdict.Forward;
            foreach (var target in targets)
                request.AddTarget(new() { Uri = SipUri.Parse(target), FinalTimeout = patience });
            return ProxyVerdict.Forward;
        });
        return new() { Options = agent => agent with { Router = new SipProxy(options with { Steps = [.. ProxyOptions.StandardSteps, step] }) } };
    }
}
