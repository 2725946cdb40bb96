// Usage: Parley.Storage.Victim sqlite|postgres FILE|CONNECTION
// Serves REGISTER for example.com on a free UDP port of 127.0.0.1, which it prints, until it is killed. Everybody may register everybody.
using Parley.Net;
using Parley.Services.Admission;
using Parley.Services.Locations;
using Parley.Services.Registrar;
using Parley.Sip.Dialogs;
using Parley.Sip.Endpoint;
using Parley.Sip.Invites;
using Parley.Sip.Messages;
using Parley.Sip.Transport;
using Parley.Storage.Postgres;
using Parley.Storage.Sqlite;

ILocationStore store = args[0] == "sqlite" ? (await SqliteStorage.OpenAsync(args[1])).Locations : (await PostgresStorage.OpenAsync(args[1])).Locations;
await using var network = new SystemNetwork();
await using var locations = await LocationService.StartAsync(store, new ServedDomains("example.com"));
var registrar = new RegistrarService(locations, new OpenDoor());
await using var endpoint = await SipEndpoint.StartAsync(network, new SipEndpointOptions
{
    Transport = new SipTransportOptions { Listen = ["udp:127.0.0.1:0"] },
    Handler = new Handler(registrar),
    Methods = [SipMethod.Register],
    Extensions = RegistrarService.Extensions,
});
Console.WriteLine(endpoint.Listeners[0].Local.Port);
await Task.Delay(Timeout.Infinite);

internal sealed class Handler(RegistrarService registrar) : ISipEndpointHandler
{
    public IInviteSessionHandler? OnInvite(IncomingInvite invite) => null;

    public void OnRequest(IncomingRequest request) => registrar.Handle(request);
}

internal sealed class OpenDoor : IAdmission
{
    public ValueTask<AdmissionVerdict> CheckAsync(SipMessage request, SipFlow flow, AdmissionRole role, CancellationToken cancel = default) => default;
}
