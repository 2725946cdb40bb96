// A presence server: what phones publish about their users, those who subscribe see, at once and at every change.
// Publish as sip:bob@127.0.0.1, subscribe to it as somebody else. Nobody is asked who they are: for a network where nobody lies.
// dotnet run samples/presence.cs -- [udp://0.0.0.0:5060] [127.0.0.1]
#:project ../src/Parley/Parley.csproj
#:project ../src/Parley.Services/Parley.Services.csproj
#:property PublishAot=false
using Parley;
using Parley.Services.Locations;
using Parley.Services.Presence;
using Parley.Sip.Dialogs;
using Parley.Sip.Endpoint;
using Parley.Sip.Invites;
using Parley.Sip.Messages;
using Parley.Sip.Subscriptions;

using var stop = new CancellationTokenSource();
Console.CancelKeyPress += (_, e) => { e.Cancel = true; stop.Cancel(); };

using var presence = new PresencePackage();
using var events = new EventService(
    new EventServiceOptions { Domains = new ServedDomains(args.Length > 1 ? args[1] : "127.0.0.1"), Policy = Judge }, presence, new WatcherInfoPackage("presence"));
await using var phone = await UserAgent.StartAsync(new()
{
    Listen = [args is [] ? "udp://0.0.0.0:5060" : args[0]],
    Services = new Roles(events),
    Methods = [SipMethod.Subscribe, SipMethod.Notify, SipMethod.Publish, SipMethod.Options],
    Events = events.Events,
});
Console.WriteLine($"Listening on {phone.Listeners[0]}");
try
{
    await Task.Delay(Timeout.Infinite, stop.Token);
}
catch (OperationCanceledException)
{
    Console.WriteLine($"{events.Watchers} were watching");
}

// Whoever is called mallory sees nobody.
static WatcherDecision Judge(WatcherRequest request)
{
    Console.WriteLine($"{request.Watcher.User} wants to see {request.Resource.User}");
    return request.Watcher.User == "mallory" ? WatcherDecision.Block : WatcherDecision.Allow;
}

sealed class Roles(EventService events) : ISipEndpointHandler
{
    public IInviteSessionHandler? OnInvite(IncomingInvite invite) => null;
    public void OnRequest(IncomingRequest request) => events.Handle(request);
    public void OnSubscribe(IncomingSubscription subscription) => events.Handle(subscription);
}
