using Parley.Cli.Configuration;
using Parley.Cli.Extensions;
using Parley.Cli.Serving;
using Parley.Control;
using Parley.Services.Locations;
using Parley.Services.Trunks;
using Parley.Sip.Messages;
using Parley.Sip.Transport;

namespace Parley.Cli.Phones;

/// <summary>On whose behalf somebody is called, and how that is shown.</summary>
/// <param name="Identity">Whose call it is; only accounts reach trunks.</param>
/// <param name="From">What the called side is shown.</param>
/// <param name="Other">The call the new leg will be joined with; null when there is none yet.</param>
internal readonly record struct DialContext(PartyIdentity Identity, SipAddress From, Call? Other)
{
    /// <summary>Whoever wants it may call anybody, and pay for it: commands of the call-control server.</summary>
    public bool IsTrusted { get; init; }

    /// <summary>The trunk it has to go over; null for what the dial plan says.</summary>
    public string? Trunk { get; init; }

    /// <summary>Who has transferred the other party here; null for a call of its own.</summary>
    public PartyIdentity? Transferor { get; init; }

    /// <summary>True when the account's phone has redirected the call: what that costs counts as a call the account has made.</summary>
    public bool IsDiverted { get; init; }
}

/// <summary>
/// The dial plan: what is dialled is an extension, or a voice agent, or an account's phones, or a number with a route, or whoever takes the rest, in that order. Extensions and agents are rung
/// only for parties that are transferred to one; calls to them go there without a second leg.
/// </summary>
internal sealed class Destinations(PhoneServices services, CallAllowance allowance) : ICallDestinations
{
    /// <summary>Finds out for a command.</summary>
    public async ValueTask<RingPlan> FindAsync(SipUri uri, RingRequest request, CancellationToken cancel)
    {
        var identity = request.Owner is PartyIdentity known ? known
            : services.Locations.Domains.TryResolve(request.From.Uri, out var address) ? new(address.Text, address) : new(request.From.Uri.User, default);
        var who = new DialContext(identity, request.From, request.Beside) { IsTrusted = true };
        var plan = await FindAsync(uri, who with { Trunk = request.Trunk }, cancel);
        return plan with { Redirect = (by, response, stop) => Redirections.FollowAsync(this, who, PartyIdentity.Of(by), response, stop) };
    }

    /// <summary>Finds out.</summary>
    /// <param name="dialled">The request-URI, or the target of a transfer.</param>
    /// <param name="who">On whose behalf.</param>
    /// <param name="cancel">Gives up.</param>
    public async ValueTask<RingPlan> FindAsync(SipUri dialled, DialContext who, CancellationToken cancel)
    {
        if (who.Trunk is { } named)
            return ByTrunk(named, dialled.User, who);
        if (who.IsTrusted && IsElsewhere(dialled))
            return Found(new RingTarget(new RingWay(dialled.ToString(), Options(who, null), dialled.ToString())));
        if (ExtensionTable.TryFind(dialled.User, out var extension, out _))
            return Found(new RingTarget(new RingWay(ExtensionUri(dialled.User), Options(who, null), extension.Pattern)));
        if (services.Agents.Find(dialled.User) is { } agent)
            return Found(new RingTarget(new RingWay(ExtensionUri(dialled.User), Options(who, null), agent.Name)));
        if (dialled.Scheme != SipScheme.Tel && services.Locations.Domains.Find(dialled.Host) is null)
            return Rest(dialled.User, who) ?? new([], 404, $"{dialled.Host} is no domain of ours");
        var location = dialled.Scheme == SipScheme.Tel ? default : await services.Locations.ResolveAsync(dialled, cancel);
        if (location.Outcome == LocationOutcome.Found && await services.Accounts.FindAsync(location.Address.User, location.Address.Domain, cancel) is null)
        {
            // Its account was taken away, and with it the right to be called here.
            await services.Locations.RemoveAsync(location.Address);
            location = default;
        }

        return location.Outcome switch
        {
            LocationOutcome.Found => Found([.. Devices(location, dialled, who)]),
            LocationOutcome.Offline => new([], Ringing.Unavailable, $"{location.Address} has no phone registered"),
            _ => ByRoute(dialled.User, who),
        };
    }

    // Another host, or a port of this one at which somebody else listens: dialled as it is, whatever its user part is called here.
    public bool IsElsewhere(SipUri dialled) =>
        dialled.Scheme != SipScheme.Tel
        && (services.Locations.Domains.Find(dialled.Host) is null
            || (dialled.Port != 0 && services.Agent.Listeners.All(one => one.Local.Port != dialled.Port && one.AdvertisedPort != dialled.Port)));

    private static RingPlan Found(params IReadOnlyList<RingTarget> targets) => new(targets);

    private RingPlan ByRoute(string number, DialContext who)
    {
        var settings = services.Settings.Current;
        foreach (var route in settings.Routes)
        {
            if (route.Number.Apply(number) is not { } rewritten)
                continue;
            if (!who.Identity.IsAccount && !who.IsTrusted)
                return new([], 403, $"only accounts reach the trunks that '{number}' goes to");
            var ways = services.Trunks.Choose(route.Trunks).Select(trunk => WayTo(trunk, settings.Trunks[trunk.Options.Name], rewritten, who)).ToList();
            return ways.Count > 0 ? Found(new RingTarget(ways)) : new([], 503, $"no trunk that '{number}' goes to has a line free");
        }

        return Rest(number, who) ?? new([], 404, $"nobody is called '{number}', and no route takes it");
    }

    private RingPlan? Rest(string user, DialContext who) =>
        services.Agents.Rest is { } agent ? Found(new RingTarget(new RingWay(ExtensionUri(user), Options(who, null), agent.Name))) : null;

    // Who names a trunk has rewritten the number already.
    private RingPlan ByTrunk(string name, string number, DialContext who)
    {
        if (!services.Settings.Current.Trunks.TryGetValue(name, out var settings))
            return new([], 404, $"there is no trunk '{name}'");
        return services.Trunks.Choose([name]) is [var trunk, ..] ? Found(new RingTarget([WayTo(trunk, settings, number, who)])) : new([], 503, $"the trunk '{name}' has no line free");
    }

    // Trunks are tried one after the other, as the flows of a phone are.
    private RingWay WayTo(Trunk trunk, TrunkSettings settings, string number, DialContext who)
    {
        var caller = who.Identity.Account;
        var user = caller.HasValue ? caller.User : who.From.Uri.User;
        var from = settings.From ?? new SipAddress(SipUri.Create(user, trunk.Options.Target.Host, trunk.Options.Target.Port));
        var options = Options(who, null);
        options = options with
        {
            Caller = from.ToString(),
            UserName = settings.User,
            Password = settings.Password,
            Headers = settings.AssertsIdentity && caller.HasValue ? [.. options.Headers, new SipHeader("P-Asserted-Identity", $"<{caller.ToUri()}>")] : options.Headers,
        };
        return new(trunk.Options.UriFor(number).ToString(), options, $"{number} via {trunk.Options.Name}")
        {
            Reserve = () => Reserve(trunk, who),
        };
    }

    // A line, and where nobody else pays for the call already, one of the account's calls.
    private IDisposable? Reserve(Trunk trunk, in DialContext who)
    {
        IDisposable? place = null;
        if (who.IsDiverted && (place = allowance.TryReserve(who.Identity.Account, services.Settings.Current.Limits.CallsPerAccount)) is null)
            return null;
        if (trunk.TryTakeLine(out var line) && line is not null)
            return place is null ? line : new Both(line, place);
        place?.Dispose();
        return null;
    }

    private sealed class Both(IDisposable one, IDisposable other) : IDisposable
    {
        public void Dispose()
        {
            one.Dispose();
            other.Dispose();
        }
    }

    private IEnumerable<RingTarget> Devices(LocationAnswer location, SipUri dialled, DialContext who)
    {
        var to = new SipAddress(dialled.WithoutHeaders()).ToString();
        var devices = location.Bindings.GroupBy(binding => binding is { RegId: not 0, Instance: { } instance } ? instance : binding.Id);
        foreach (var flows in devices)
        {
            var ways = flows.Select(binding => WayTo(location.Address, binding, Options(who, to))).ToList();
            yield return new(ways, flows.Max(binding => binding.Q));
        }
    }

    private RingWay WayTo(AddressOfRecord address, Binding binding, DialOptions options)
    {
        var way = new RingWay(binding.Contact.ToString(), options, address.Text) { Account = address.Text, Tag = new PartyIdentity(address.Text, address) };
        // A device that keeps a flow open for us is not to be reached in another way (RFC 5626 §5.3.1).
        if (binding.Path.Count == 0 && binding.TryGetFlow(services.Agent.Endpoint.Transport, out var flow))
            options = options with { Flow = flow };
        else if (binding.Path.Count == 0 && binding is { IsOutbound: true, Source.HasValue: true })
            return way with { Reserve = () => null, Failed = _ => services.Locations.FlowFailedAsync(address, binding) };
        return way with
        {
            Options = options with { Route = binding.Path },
            Indicator = leg => services.Lamps.Begin(address, leg),
            Failed = status => status == 430 ? services.Locations.FlowFailedAsync(address, binding) : default,
        };
    }

    private static DialOptions Options(DialContext who, string? to) => new()
    {
        Caller = who.From.ToString(),
        To = to,
        BridgeWith = who.Other,
        Headers = who.Transferor is { Account.HasValue: true } by ? [new SipHeader("Referred-By", $"<{by.Account.ToUri()}>")] : [],
    };

    // A party that is transferred to an extension is called back to ourselves: an extension serves a call, not an audio stream.
    private string ExtensionUri(string dialled)
    {
        var listeners = services.Agent.Listeners;
        var listener = listeners.FirstOrDefault(one => one.Transport == SipTransport.Udp) ?? listeners[0];
        return DialAddress.LocalUriOf(dialled, listener);
    }
}
