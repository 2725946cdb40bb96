// Trying, ringing, answering; then whoever hangs up first: the caller, or we after ten seconds.
// Dial any user.
// dotnet run samples/answer.cs -- [udp://0.0.0.0:5060] [seconds]
#:project ../src/Parley/Parley.csproj
#:property PublishAot=false
using Parley;

var most = TimeSpan.FromSeconds(args.Length > 1 ? double.Parse(args[1]) : 10);
using var stop = new CancellationTokenSource();
Console.CancelKeyPress += (_, e) => { e.Cancel = true; stop.Cancel(); };

await using var phone = await UserAgent.StartAsync(new() { Listen = [args is [] ? "udp://0.0.0.0:5060" : args[0]] });
Console.WriteLine($"Listening on {phone.Listeners[0]}");

await phone.ServeAsync(async (call, ct) =>
{
    await call.TryingAsync(ct);
    await call.RingAsync(ct);
    await Task.Delay(500, ct);
    await call.AnswerAsync(cancel: ct);

    var first = await Task.WhenAny(call.WaitForEndAsync(CancellationToken.None), Task.Delay(most, CancellationToken.None));
    var end = first is Task<Parley.Sip.Invites.CallEnd> theirs ? await theirs : await call.HangUpAsync(CancellationToken.None);
    Console.WriteLine($"The call ended: {end}");
}, stop.Token);
