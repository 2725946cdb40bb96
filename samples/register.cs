// Keeps an address registered so that calls reach us, refreshing and trying again by itself; un-registers at the end.
// Dial that address at its registrar.
// dotnet run samples/register.cs -- [sip:alice@127.0.0.1:5070] [password] [udp://0.0.0.0:5060]
#:project ../src/Parley/Parley.csproj
#:property PublishAot=false
using Parley;
using Parley.Sip.Authentication;
using Parley.Sip.Messages;

using var stop = new CancellationTokenSource();
Console.CancelKeyPress += (_, e) => { e.Cancel = true; stop.Cancel(); };

await using var phone = await UserAgent.StartAsync(new() { Listen = [args.Length > 2 ? args[2] : "udp://0.0.0.0:5060"] });
var serving = phone.ServeAsync(async (call, ct) =>
{
    await call.AnswerAsync(cancel: ct);
    await call.EchoAsync(ct);
}, stop.Token);

var address = SipUri.Parse(args is [] ? "sip:alice@127.0.0.1:5070" : args[0]);
await using (var registration = phone.Register(new()
{
    Address = address,
    Credentials = args.Length > 1 ? new DigestCredentials { Username = address.User ?? "", Password = args[1] } : null,
}))
{
    try
    {
        await foreach (var status in registration.Changes(stop.Token))
            Console.WriteLine($"{status.State}: {status.Status} {status.Reason}, next attempt in {status.NextAttempt.TotalSeconds:0} s");
    }
    catch (OperationCanceledException)
    {
        Console.WriteLine("Un-registering");
    }
}

await serving;
