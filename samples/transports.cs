// Listens on every transport: each is one address. A certificate of our own making serves TLS and WSS.
// Dial any user over any of them, such as sip:me@HOST:5061;transport=tls; one second of 440 Hz is what you get.
// dotnet run samples/transports.cs -- [udp://0.0.0.0:5060 tcp://… tls://… ws://… wss://…]
#:project ../src/Parley/Parley.csproj
#:property PublishAot=false
using Parley;
using Parley.Media.Audio;
using Parley.Net;

using var stop = new CancellationTokenSource();
Console.CancelKeyPress += (_, e) => { e.Cancel = true; stop.Cancel(); };

using var certificate = TlsCertificates.SelfSigned("localhost", "127.0.0.1");
await using var phone = await UserAgent.StartAsync(new()
{
    Listen = args is [] ? ["udp://0.0.0.0:5060", "tcp://0.0.0.0:5060", "tls://0.0.0.0:5061", "ws://0.0.0.0:8088", "wss://0.0.0.0:8089"] : args,
    Certificate = certificate,
});
foreach (var listener in phone.Listeners)
    Console.WriteLine($"Listening on {listener}");

await phone.ServeAsync(async (call, ct) =>
{
    Console.WriteLine($"A call over {call.Transport} from {call.RemoteEndpoint}");
    await call.AnswerAsync(cancel: ct);
    await call.PlayAsync(new ToneSource(440, 8000, TimeSpan.FromSeconds(1)), cancel: ct);
}, stop.Token);
