using Parley.Dialogs;
using Parley.Services.Accounts;
using Parley.Services.Admission;
using Parley.Services.Locations;
using Parley.Services.Proxy;
using Parley.Services.Registrar;
using Parley.Sip.Endpoint;
using Parley.Sip.Messages;

namespace Parley.Interop.Tests.Flows;

// Parley as a proxy between the parties (RFC 3261 §16), as registrar and as redirect server.
internal static partial class FlowHosts
{
    private static readonly ServedDomains Domains = new("example.test", "127.0.0.1");

    private static FlowHost? WithProxy(string name, Func<string, string> uri, string[] words) => name switch
    {
        "proxy" => Proxies(new(), [.. words.Select(uri)]),
        "proxy-forking" => Proxies(new() { Forking = ForkMode.Parallel }, [.. words.Select(uri)]),
        "proxy-in-turn" => Proxies(new() { Forking = ForkMode.Sequential }, [.. words.Select(uri)]),
        "proxy-following" => Proxies(new() { ResponseSteps = [new RedirectStep()] }, [.. words.Select(uri)]),
        // A target that does not answer is given up after this long, in milliseconds, and the next one is tried.
        "proxy-impatient" => Proxies(new() { Forking = ForkMode.Sequential }, [.. words[1..].Select(uri)], TimeSpan.FromMilliseconds(Number(words[0]))),
        "two-proxies" => ProxiesTwice(uri(words[0])),
        "proxy-with-accounts" => ProxiesFor(Admission(), uri(words[0])),
        "redirects-and-proxies" => RedirectsAndProxies(uri(words[0])),
        "registrar" => Registers(),
        _ => null,
    };

    private static FlowHost Proxies(ProxyOptions options, IReadOnlyList<string> targets, TimeSpan? patience = null)
        => new() { Options = agent => agent with { Router = Proxy(options, () => targets, patience) } };

    private static SipProxy Proxy(ProxyOptions options, Func<IReadOnlyList<string>> targets, TimeSpan? patience = null) => Proxy(options, request =>
    {
        foreach (var target in targets())
            request.AddTarget(new() { Uri = SipUri.Parse(target), FinalTimeout = patience });
        return ProxyVerdict.Forward;
    });

    private static SipProxy Proxy(ProxyOptions options, Func<ProxyRequest, ProxyVerdict> decide) => new(options with
    {
        Steps =
        [
            .. ProxyOptions.StandardSteps,
            // What follows a Record-Route or a Route knows its way.
            new PolicyStep(request => request.IsWithinDialog || request.HasRoute ? ProxyVerdict.Forward : ProxyVerdict.Next),
            new PolicyStep(decide),
        ],
    });

    private static FlowHost ProxiesTwice(string target)
    {
        var second = "";
        return new()
        {
            Options = agent => agent with { Router = Proxy(new ProxyOptions(), () => [second]) },
            Before = async stage =>
            {
                var agent = stage.Own(await DialogAgent.StartAsync(new() { Listen = ["udp://127.0.0.1:0"], Router = Proxy(new ProxyOptions(), () => [target]) }));
                second = $"sip:service@127.0.0.1:{agent.Listeners[0].Local.Port}";
            },
        };
    }

    private static FlowHost ProxiesFor(AdmissionService admission, string target)
    {
        var check = new PolicyStep(async request =>
        {
            if (request.IsWithinDialog || request.Method == SipMethod.Ack)
                return ProxyVerdict.Forward;
            var verdict = await admission.CheckAsync(request.Message, request.Flow, AdmissionRole.Proxy);
            if (!verdict.IsAllowed)
                return ProxyVerdict.Refuse(verdict.Status, null, verdict.Headers);
            request.RemoveHeader(HeaderId.ProxyAuthorization);
            request.AddTarget(new() { Uri = SipUri.Parse(target) });
            return ProxyVerdict.Forward;
        });
        return new() { Options = agent => agent with { Router = new SipProxy(new() { Steps = [.. ProxyOptions.StandardSteps, check] }) } };
    }

    private static FlowHost RedirectsAndProxies(string target) => new()
    {
        Options = agent => agent with
        {
            Router = Proxy(new ProxyOptions(), request =>
            {
                if (!SipUri.Parse(System.Text.Encoding.UTF8.GetString(request.RequestUri)).User!.Equals("moved", StringComparison.Ordinal))
                    return ProxyVerdict.Leave;
                request.AddTarget(new() { Uri = SipUri.Parse(target) });
                return ProxyVerdict.Forward;
            }),
        },
        Routes = stage => new() { OnInvite = stage.Guarded<InviteRequest>((invite, _) => invite.RedirectAsync([$"sip:moved@127.0.0.1:{stage.Port}"])) },
    };

    private static AdmissionService Admission()
    {
        // What SIPp can answer.
        var options = new AdmissionOptions { Algorithms = [Sip.Authentication.DigestAlgorithm.Md5] };
        Account[] accounts = [Account.Create("alice", "example.test", "secret"), Account.Create("bob", "example.test", "secret")];
        return new(new AccountDirectory(new MemoryAccountStore(accounts)), Domains, options: options);
    }

    private static FlowHost Registers()
    {
        var role = new RegistrarRole();
        return new()
        {
            Options = agent => agent with { Services = role },
            Before = async stage => role.Registrar = new(stage.Own(await LocationService.StartAsync(null, Domains, new LocationOptions(), TimeProvider.System, null)), Admission()),
        };
    }

    private sealed class RegistrarRole : ISipEndpointHandler
    {
        public RegistrarService? Registrar { get; set; }

        public Sip.Invites.IInviteSessionHandler? OnInvite(Sip.Invites.IncomingInvite invite) => null;

        public void OnRequest(Sip.Dialogs.IncomingRequest request) => Registrar!.Handle(request);
    }
}
