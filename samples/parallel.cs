// One user agent serves and dials at the same time: it calls itself twenty times at once, and every call is up together.
// Nothing to dial; it ends by itself.
// dotnet run samples/parallel.cs -- [udp://127.0.0.1:5060] [20]
#:project ../src/Parley/Parley.csproj
#:property PublishAot=false
using Parley;

var count = args.Length > 1 ? int.Parse(args[1]) : 20;
using var stop = new CancellationTokenSource();
await using var phone = await UserAgent.StartAsync(new() { Listen = [args is [] ? "udp://127.0.0.1:5060" : args[0]] });

var serving = phone.ServeAsync(async (call, ct) =>
{
    await call.AnswerAsync(cancel: ct);
    await call.EchoAsync(ct);
}, stop.Token);

var self = phone.Listeners[0].Local;
var calls = await Task.WhenAll(Enumerable.Range(1, count).Select(n => phone.DialAsync($"sip:{n}@{self}")));
Console.WriteLine($"{calls.Length} calls dialled and {phone.Calls.Count(call => call.IsIncoming)} served at once");

await Task.WhenAll(calls.Select(call => call.HangUpAsync()));
foreach (var call in calls)
    await call.DisposeAsync();
await stop.CancelAsync();
await serving;
