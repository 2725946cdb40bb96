// A registrar for one domain: phones register with the password "secret", and a call for a user goes to wherever they are.
// Register as alice or bob, then dial the other one. Bindings live in memory; Parley.Storage keeps them in SQLite or PostgreSQL.
// dotnet run samples/registrar.cs -- [udp://0.0.0.0:5060] [127.0.0.1]
#:project ../src/Parley/Parley.csproj
#:project ../src/Parley.Services/Parley.Services.csproj
#:property PublishAot=false
using Parley;
using Parley.Dialogs;
using Parley.Services.Accounts;
using Parley.Services.Admission;
using Parley.Services.Locations;
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
await using var locations = await LocationService.StartAsync(null, domains, accounts: accounts);
using var watching = locations.Watch(new Watcher());
var registrar = new RegistrarService(locations, new AdmissionService(accounts, domains));

await using var phone = await UserAgent.StartAsync(new()
{
    Listen = [args is [] ? "udp://0.0.0.0:5060" : args[0]],
    Services = new Roles(registrar),
    Methods = [SipMethod.Register, SipMethod.Invite, SipMethod.Ack, SipMethod.Cancel, SipMethod.Bye, SipMethod.Options, SipMethod.Info, SipMethod.Update, SipMethod.Prack],
    Extensions = ["100rel", .. RegistrarService.Extensions],
});
Console.WriteLine($"Listening on {phone.Listeners[0]}");

await DialogAgent.On(phone).ServeAsync(new()
{
    OnInvite = async (invite, ct) =>
    {
        var bindings = await locations.FindAsync(AddressOfRecord.Create(invite.ToUser, domains.Default), ct);
        Console.WriteLine($"{invite.FromUser} calls {invite.ToUser}, who is at {bindings.Count} places");
        if (bindings.Count > 0)
            await invite.Agent.CreateB2buaAsync(invite, [.. bindings.Select(binding => binding.Contact.ToString())], new() { Forking = Parley.BackToBack.Forking.Parallel }, ct);
    },
}, stop.Token);

sealed class Roles(RegistrarService registrar) : ISipEndpointHandler
{
    public IInviteSessionHandler? OnInvite(IncomingInvite invite) => null;
    public void OnRequest(IncomingRequest request) => registrar.Handle(request);
}

sealed class Watcher : ILocationWatcher
{
    public void OnChanged(LocationChange change) => Console.WriteLine($"{change.Address.User} {(change.IsReachable ? "can be reached" : "is gone")}");
}
