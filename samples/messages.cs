// A message server: what alice and bob (password "secret") write to each other reaches all their phones, or waits until they register.
// Register as bob, send a MESSAGE to sip:bob@127.0.0.1 as alice. Messages wait in memory; a store that outlives the process is an interface away.
// dotnet run samples/messages.cs -- [udp://0.0.0.0:5060] [127.0.0.1]
#:project ../src/Parley/Parley.csproj
#:project ../src/Parley.Services/Parley.Services.csproj
#:property PublishAot=false
using Parley;
using Parley.Services.Accounts;
using Parley.Services.Admission;
using Parley.Services.Locations;
using Parley.Services.Messaging;
using Parley.Services.Registrar;
using Parley.Sip.Dialogs;
using Parley.Sip.Endpoint;
using Parley.Sip.Invites;
using Parley.Sip.Messages;

using var stop = new CancellationTokenSource();
Console.CancelKeyPress += (_, e) => { e.Cancel = true; stop.Cancel(); };

var domains = new ServedDomains(args.Length > 1 ? args[1] : "127.0.0.1");
var accounts = new AccountDirectory(new MemoryAccountStore(
    from name in (string[])["alice", "bob"] select Account.Create(name, domains.Default, "secret")));
var admission = new AdmissionService(accounts, domains);
await using var locations = await LocationService.StartAsync(null, domains, accounts: accounts);
await using var store = new MemoryMessageStore();
await using var messages = new MessageService(locations, store, admission);

await using var phone = await UserAgent.StartAsync(new()
{
    Listen = [args is [] ? "udp://0.0.0.0:5060" : args[0]],
    Services = new Roles(new RegistrarService(locations, admission), messages),
    Methods = [SipMethod.Register, SipMethod.Message, SipMethod.Options],
    Extensions = RegistrarService.Extensions,
});
await messages.StartAsync(phone.Endpoint);
Console.WriteLine($"Listening on {phone.Listeners[0]}");
try
{
    await Task.Delay(Timeout.Infinite, stop.Token);
}
catch (OperationCanceledException)
{
    var done = messages.Counters;
    Console.WriteLine($"{done.Delivered} delivered at once, {done.DeliveredLater} later, {done.Stored - done.DeliveredLater} waiting");
}

sealed class Roles(RegistrarService registrar, MessageService messages) : ISipEndpointHandler
{
    public IInviteSessionHandler? OnInvite(IncomingInvite invite) => null;
    public void OnRequest(IncomingRequest request)
    {
        Console.WriteLine($"{request.Method} from {request.Flow.Remote}");
        if (request.Method == SipMethod.Register)
            registrar.Handle(request);
        else
            messages.Handle(request);
    }
}
