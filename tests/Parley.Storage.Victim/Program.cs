// Usage: Parley.Storage.Victim sqlite|postgres FILE|CONNECTION
// Serves REGISTER for example.com on a free UDP port of 127.0.0.1, which it prints, until it is killed. Everybody may register everybody.
using Parley.Net;
using Parley.Services.Locations;
using Parley.Services.Registrar;
using Parley.Sip.Endpoint;
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
    Handler = new RegistrarHandler(registrar),
    Methods = [SipMethod.Register],
    Extensions = RegistrarService.Extensions,
});
Console.WriteLine(endpoint.Listeners[0].Local.Port);
await Task.Delay(Timeout.Infinite);
