// Dials, tells how it goes, and gives up after twenty seconds of ringing. Being refused is an answer too, not an exception.
// Somebody has to be there, for instance samples/serve.cs.
// dotnet run samples/dial.cs -- [sip:tone@127.0.0.1:5060] [sip:alice@example.com]
#:project ../src/Parley/Parley.csproj
#:property PublishAot=false
using Parley;

using var giveUp = new CancellationTokenSource();
Console.CancelKeyPress += (_, e) => { e.Cancel = true; giveUp.Cancel(); }; // while it rings, this sends CANCEL

await using var phone = await UserAgent.StartAsync(new() { Listen = [] });
var result = await phone.TryDialAsync(args is [] ? "sip:tone@127.0.0.1:5060" : args[0], new()
{
    Caller = args.Length > 1 ? args[1] : "\"Alice\" <sip:alice@example.com>",
    Headers = [new("X-Campaign", "spring")],
    RingTimeout = TimeSpan.FromSeconds(20),
    OnProgress = p => Console.WriteLine($"{p.Status} {p.Reason}{(p.EarlyMedia ? " with early media" : "")}"),
}, giveUp.Token);

if (result.Call is not { } call)
{
    Console.WriteLine($"No answer: {result.End}");
    return 1;
}

await using (call)
{
    Console.WriteLine($"Answered with {call.Codec?.Name}");
    Console.WriteLine($"The call ended: {await call.WaitForEndAsync(giveUp.Token)}");
}

return 0;
