using System.Text;
using Parley.Cli.Extensions;
using Parley.Services.Accounts;
using Parley.Services.Admission;
using Parley.Services.Locations;
using Parley.Services.Proxy;
using Parley.Services.Trunks;
using Parley.Sip.Messages;

namespace Parley.Cli.Phones;

/// <summary>
/// <c>"media": "direct"</c>: calls from phone to phone are proxied, with Record-Route, and their audio does not pass here. Everything else, extensions, trunks and whom nobody is
/// registered as, is left to the user agent.
/// </summary>
internal sealed class DirectCalls : IDisposable
{
    private readonly AccountDirectory _accounts;
    private readonly ILocationService _locations;
    private readonly IAdmission _admission;
    private readonly DirectLamps _lamps;
    private readonly Action<string> _log;
    private readonly Func<string, bool> _isAgent;
    private SessionCalls? _sessions;
    private TrunkSet? _trunks;
    private UserAgent? _agent;

    public DirectCalls(AccountDirectory accounts, ILocationService locations, IAdmission admission, DirectLamps lamps, VoiceAgents agents, Action<string> log)
    {
        _isAgent = user => agents.Find(user) is not null;
        (_accounts, _locations, _admission) = (accounts, locations, admission);
        (_lamps, _log) = (lamps, log);
        // What is within a dialog is seen on its way, before it goes where its route leads.
        Proxy = new(new() { Steps = [lamps, .. ProxyOptions.StandardSteps, new PolicyStep(DecideAsync)], OnFault = fault => log($"proxy: {fault.GetType().Name}: {fault.Message}") });
    }

    public SipProxy Proxy { get; }

    public void Dispose() => _lamps.Dispose();

    /// <summary>Begins to take calls.</summary>
    public void Begin(UserAgent agent, TrunkSet trunks, SessionCalls sessions) => (_trunks, _agent, _sessions) = (trunks, agent, sessions);

    private ValueTask<ProxyVerdict> DecideAsync(ProxyRequest request)
    {
        if (_agent is null || request.Method != SipMethod.Invite || !request.Message.TryGetRequestUri(out var view) || _trunks?.From(request.Flow.Remote) is not null
            || Uri.UnescapeDataString(Encoding.UTF8.GetString(view.User)) is var user && (ExtensionTable.TryFind(user, out _, out _) || _isAgent(user))
            || (request.Message.GetString("Call-ID") is { } id && _sessions!.IsOne(id)))
            return new(ProxyVerdict.Leave);
        // What is known of phones is in memory; only somebody who has none makes the accounts be asked, and is no matter of the proxy's.
        var look = _locations.ResolveAsync(SipUri.FromView(view));
        if (!look.IsCompletedSuccessfully || look.Result is not { Outcome: LocationOutcome.Found } found)
            return new(ProxyVerdict.Leave);
        var known = _accounts.FindAsync(found.Address.User, found.Address.Domain);
        if (known.IsCompletedSuccessfully && known.Result is null)
            return new(ProxyVerdict.Leave); // an account that was taken away; whom to call then is not the proxy's matter either
        var check = _admission.CheckAsync(request.Message, request.Flow, AdmissionRole.Proxy);
        return check.IsCompletedSuccessfully ? new(Forward(request, found, check.Result)) : WaitAsync(request, found, check);
    }

    private async ValueTask<ProxyVerdict> WaitAsync(ProxyRequest request, LocationAnswer found, ValueTask<AdmissionVerdict> check) =>
        Forward(request, found, await check);

    private ProxyVerdict Forward(ProxyRequest request, in LocationAnswer found, in AdmissionVerdict verdict)
    {
        if (!verdict.IsAllowed)
            return ProxyVerdict.Refuse(verdict.Status, null, verdict.Headers);
        if (verdict.Account is not { } account || !request.Message.TryGetFrom(out var from) || !SipAddress.TryFromView(from, out var caller)
            || !CallerIdentity.IsOwn(_locations.Domains, caller.Uri, account))
        {
            _log(RefusalLine.Of(request.Method, request.Flow, "not the caller's own address"));
            return ProxyVerdict.Refuse(403);
        }

        _lamps.Begin(request, AddressOfRecord.Create(account.Name, account.Realm), found.Address);
        request.RemoveHeader(HeaderId.ProxyAuthorization);
        foreach (var binding in found.Bindings.DistinctBy(one => one is { RegId: not 0, Instance: { } instance } ? instance : one.Id))
        {
            var flow = binding.Path.Count == 0 && binding.TryGetFlow(_agent!.Endpoint.Transport, out var open) ? open : (Sip.Transport.SipFlow?)null;
            request.AddTarget(new() { Uri = binding.Contact, Q = binding.Q, Route = binding.Path, Flow = flow });
        }

        return ProxyVerdict.Forward;
    }
}
