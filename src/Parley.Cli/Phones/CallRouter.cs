using Parley.Cli.Configuration;
using Parley.Cli.Extensions;
using Parley.Control;
using Parley.Services.Accounts;
using Parley.Services.Admission;
using Parley.Services.Locations;
using Parley.Services.Trunks;
using Parley.Sip.Messages;

namespace Parley.Cli.Phones;

/// <summary>Takes every incoming call where it belongs: to an extension, to a voice agent, to somebody's phones, out through a trunk, or nowhere.</summary>
internal sealed class CallRouter
{
    private readonly PhoneServices _services;
    private readonly Destinations _destinations;
    private readonly CallControl _control;
    private readonly CallAllowance _allowance;
    private readonly PhoneCalls _calls;
    private readonly SessionCalls _sessions;
    private readonly Switchboard _switchboard;

    public CallRouter(PhoneServices services, ExtensionServices extensions, Destinations destinations, CallAllowance allowance, CallControl control, PhoneCalls calls, SessionCalls sessions)
    {
        (_services, _destinations, _allowance, _control, _calls, _sessions) = (services, destinations, allowance, control, calls, sessions);
        _switchboard = new(extensions, control.Directory);
    }

    /// <summary>Serves one call to its end.</summary>
    public async Task HandleAsync(IncomingCall incoming, CancellationToken ended)
    {
        if (await _control.TryServeAsync(incoming, ended))
            return;
        var dialled = Switchboard.DialledUser(incoming);
        var session = _sessions.TryTake(incoming);
        if (session is null && _services.Trunks.From(incoming.RemoteEndpoint) is { } trunk)
            await _switchboard.HandleAsync(incoming, (call, over) => TakeFromTrunkAsync(call, trunk, over), ended);
        else if (session is not { Trunk: not null } && ExtensionTable.TryFind(dialled, out _, out _))
            await _switchboard.HandleAsync(incoming, ended);
        else if (session is not { Trunk: not null } && await AgentOfAsync(incoming, dialled, ended) is { } agent)
            await _switchboard.HandleAsync(incoming, (call, over) => TakeToAgentAsync(call, agent, over), ended);
        else if (session is var (whom, line))
            await _switchboard.HandleAsync(incoming, (call, over) => TakeFromSessionAsync(call, whom, line, over), ended);
        else if (await AdmitAsync(incoming, ended) is { } account)
            await _switchboard.HandleAsync(incoming, (call, over) => TakeFromPhoneAsync(call, account, over), ended);
    }

    /// <summary>Has a call that nothing was done with yet served by an extension or an account.</summary>
    public Task DivertAsync(IncomingCall incoming, string user, CancellationToken ended)
    {
        if (_switchboard.TryServe(incoming, user, ended) is { } extension)
            return extension;
        var who = new PartyIdentity(incoming.FromUser, default);
        return ConnectAsync(incoming, AccountUri(user), new(who, new(incoming.From.Uri, incoming.From.DisplayName), incoming), null, ended);
    }

    // Whoever takes the rest takes what leads nowhere else: to no account, whether its phones are there or not, and to no route.
    private async ValueTask<VoiceAgent?> AgentOfAsync(IncomingCall incoming, string dialled, CancellationToken ended)
    {
        if (_services.Agents.Find(dialled) is { } named)
            return named;
        if (_services.Agents.Rest is not { } rest || incoming.Replaces is not null || _services.Settings.Current.Routes.Any(route => route.Number.Apply(dialled) is not null))
            return null;
        var location = await _services.Locations.ResolveAsync(RequestUri(incoming), ended);
        return location.Outcome is LocationOutcome.NotServed or LocationOutcome.Unknown ? rest : null;
    }

    // It is a call of the system like any other, which commands see and can end; what else becomes of it is the agent's to say.
    private Task TakeToAgentAsync(IncomingCall incoming, VoiceAgent agent, CancellationToken ended)
    {
        _control.Directory.Admit(new RelayedLeg(incoming, incoming.FromUser), incoming.To.Uri.ToString());
        _services.Log.Write(incoming, $"is for the voice agent '{agent.Name}'");
        return _services.Agents.ServeAsync(incoming, agent, ended);
    }

    // What a program calls through the API of the voice agents is called on the server's behalf: whoever has its key may.
    private Task TakeFromSessionAsync(IncomingCall incoming, SipUri whom, string? trunk, CancellationToken ended)
    {
        var who = new PartyIdentity("a voice agent", default);
        return ConnectAsync(incoming, whom, new(who, new(incoming.From.Uri, incoming.From.DisplayName), incoming) { IsTrusted = true, Trunk = trunk }, null, ended);
    }

    // A challenge is part of every call and no event; what is wrong with credentials is logged by admission.
    private async Task<Account?> AdmitAsync(IncomingCall incoming, CancellationToken ended)
    {
        var verdict = await _services.Admission.CheckAsync(incoming.Invite!, incoming.Flow, AdmissionRole.Proxy, ended);
        if (!verdict.IsAllowed)
            await incoming.RejectAsync(verdict.Status, new() { Headers = verdict.Headers }, ended);
        return verdict.Account;
    }

    private async Task TakeFromPhoneAsync(IncomingCall incoming, Account account, CancellationToken ended)
    {
        if (!CallerIdentity.IsOwn(_services.Locations.Domains, incoming.From.Uri, account))
        {
            await RefuseAsync(incoming, 403, $"{account} is not who the call says it is from", ended);
            return;
        }

        var address = AddressOfRecord.Create(account.Name, account.Realm);
        if (incoming.Replaces is { } replaced)
        {
            await TakePlaceAsync(incoming, replaced, address, ended);
            return;
        }

        using var place = _allowance.TryReserve(address, _services.Settings.Current.Limits.CallsPerAccount);
        if (place is null)
        {
            await RefuseAsync(incoming, 486, $"{address} has as many calls as it may have", ended);
            return;
        }

        using var lamp = _services.Lamps.Begin(address, incoming);
        var who = new DialContext(new(address.Text, address), new(incoming.From.Uri, account.DisplayName ?? incoming.From.DisplayName), incoming);
        await ConnectAsync(incoming, RequestUri(incoming), who, lamp, ended);
    }

    // RFC 3891 §3: a call is taken over by who has a right to it: its own account, from another phone.
    private async Task TakePlaceAsync(IncomingCall incoming, Call replaced, AddressOfRecord address, CancellationToken ended)
    {
        if (_calls.FindRinging(replaced) is var (waiting, rung))
        {
            await PickUpAsync(incoming, waiting, rung, address, ended);
            return;
        }

        if (_control.Directory.Find(replaced) is not var (call, party) || call.OtherThan(party) is not { IsAnswered: true })
        {
            await RefuseAsync(incoming, 481, "the call it wants to replace is not answered, or is to an extension", ended);
            return;
        }

        if (PartyIdentity.Of(party).Account != address)
        {
            await RefuseAsync(incoming, 403, $"{address} wants to replace a call of {party.Name}", ended);
            return;
        }

        using var turn = call.TryBegin(ended);
        if (turn is null)
        {
            await RefuseAsync(incoming, 491, "the call it wants to replace is being changed", ended);
            return;
        }

        await incoming.AnswerAsync(cancel: ended);
        using var lamp = _services.Lamps.Begin(address, incoming);
        lamp.Answer(incoming.Dialog);
        if (!await call.ExchangeAsync(party, PartyIdentity.Of(party).LegOf(incoming)))
            return;
        turn.Dispose();
        await party.ReleaseAsync();
        await incoming.WaitForEndAsync(CancellationToken.None);
    }

    // A call that rings for somebody is answered by somebody else.
    private async Task PickUpAsync(IncomingCall incoming, WaitingCall waiting, PartyIdentity rung, AddressOfRecord address, CancellationToken ended)
    {
        if (!rung.IsAccount || !_services.Settings.Current.MayPickUp(address, rung.Account))
        {
            await RefuseAsync(incoming, 403, $"{address} wants to pick up a call of {rung.Name}", ended);
            return;
        }

        await incoming.AnswerAsync(cancel: ended);
        using var lamp = _services.Lamps.Begin(address, incoming);
        lamp.Answer(incoming.Dialog);
        // Whoever was quicker has it: there is nothing left to talk to.
        if (!waiting.TryPickUp(new PartyIdentity(address.Text, address).LegOf(incoming)))
            return;
        _services.Log.Write(incoming, $"picks up a call of {rung.Name}");
        await incoming.WaitForEndAsync(CancellationToken.None);
    }

    private async Task TakeFromTrunkAsync(IncomingCall incoming, Trunk trunk, CancellationToken ended)
    {
        var name = trunk.Options.Name;
        var number = Switchboard.DialledUser(incoming);
        IReadOnlyList<InboundSettings> inbound = _services.Settings.Current.Trunks.TryGetValue(name, out var settings) ? settings.Inbound : [];
        var route = inbound.FirstOrDefault(one => one.Number.Apply(number) is not null) ?? inbound.FirstOrDefault(one => one.Number.Apply(incoming.To.Uri.User) is not null);
        var agent = route is null ? _services.Agents.Rest : _services.Agents.Find(route.To);
        if (route is null && agent is null)
        {
            await RefuseAsync(incoming, 404, $"no inbound route of trunk {name} takes '{number}'", ended);
            return;
        }

        if (!trunk.TryTakeLine(out var line))
        {
            await RefuseAsync(incoming, 503, $"trunk {name} has as many calls as it may have", ended);
            return;
        }

        using var held = line;
        if (route is not null && _switchboard.TryServe(incoming, route.To, ended) is { } extension)
        {
            await extension;
            return;
        }

        if (agent is not null)
        {
            await TakeToAgentAsync(incoming, agent, ended);
            return;
        }

        var who = new PartyIdentity($"{incoming.FromUser} via {name}", default);
        await ConnectAsync(incoming, AccountUri(route!.To), new(who, new(incoming.From.Uri, incoming.From.DisplayName), incoming), null, ended);
    }

    // From here on it is a call of the system, which commands may take out of our hands.
    private async Task ConnectAsync(IncomingCall incoming, SipUri dialled, DialContext who, BusyLamps.Lamp? lamp, CancellationToken ended)
    {
        var call = _control.Directory.Admit(who.Identity.LegOf(incoming), dialled.ToString());
        using var hands = CancellationTokenSource.CreateLinkedTokenSource(ended, call.Taken);
        try
        {
            await ConnectAsync(call, incoming, dialled, who, lamp, hands.Token);
        }
        catch (Exception e) when (call.IsTaken && !ended.IsCancellationRequested && e is OperationCanceledException or InvalidOperationException)
        {
            // What was about to be done with it is not our business any more.
        }

        // After a transfer the caller may go on in another conversation, which ends it.
        await incoming.WaitForEndAsync(CancellationToken.None);
    }

    private async Task ConnectAsync(LogicalCall call, IncomingCall incoming, SipUri dialled, DialContext who, BusyLamps.Lamp? lamp, CancellationToken stop)
    {
        var found = await _destinations.FindAsync(dialled, who, stop);
        if (found.Targets.Count == 0)
        {
            await RefuseAsync(incoming, found.Status, found.Reason, stop);
            return;
        }

        await using var line = new CallerLine(incoming);
        var waiting = _calls.Wait(call.Leg(CallSide.Caller) ?? who.Identity.LegOf(incoming), who);
        RingResult result;
        try
        {
            (result, var isCallers) = await waiting.RunAsync(found.Targets, step => TellAsync(call, line, lamp, step, incoming, stop), line.DisposeAsync, stop);
            if (!isCallers)
                result = new(null, result.Answered is null ? result.Status : 487, default);
        }
        finally
        {
            _calls.Forget(waiting);
        }

        if (result.Answered is not { } answered)
        {
            await RefuseAsync(incoming, result.Status, $"{dialled.User} does not take the call", stop);
            return;
        }

        if (!call.TryConnect(answered))
        {
            await answered.ReleaseAsync();
            return;
        }

        await line.AnswerAsync(answered.Call!, incoming.Ended);
        if (!call.Join())
            return;
        lamp?.Answer(incoming.Dialog);
        _services.Log.Write(incoming, $"talks to {answered.Name}");
    }

    private static async ValueTask TellAsync(LogicalCall call, CallerLine line, BusyLamps.Lamp? lamp, RingProgress step, IncomingCall incoming, CancellationToken ended)
    {
        if (step.Progress is null)
            call.Ring(step.Leg);
        await line.TellAsync(step, ended);
        if (incoming.State is CallState.Ringing or CallState.EarlyMedia)
            lamp?.Ring(incoming.Dialog);
    }

    private Task RefuseAsync(IncomingCall incoming, int status, string why, CancellationToken cancel)
    {
        _services.Log.Write(incoming, $"refused with {status}: {why}");
        if (status == 403)
            _services.Log.Write(RefusalLine.Of(SipMethod.Invite, incoming.Flow, "not allowed to the caller"));
        return incoming.RejectAsync(status, null, cancel);
    }

    private SipUri AccountUri(string text) =>
        SipUri.Parse(text.Contains('@', StringComparison.Ordinal) ? $"sip:{text}" : $"sip:{text}@{_services.Locations.Domains.Default}");

    private static SipUri RequestUri(IncomingCall incoming) => incoming.Invite!.TryGetRequestUri(out var uri) ? SipUri.FromView(uri) : incoming.To.Uri;
}
