// The smallest useful program: everybody hears themselves.
// Dial any user.
// dotnet run samples/echo.cs -- [udp://0.0.0.0:5060]
#:project ../src/Parley/Parley.csproj
#:property PublishAot=false
using Parley;

using var stop = new CancellationTokenSource();
Console.CancelKeyPress += (_, e) => { e.Cancel = true; stop.Cancel(); };

await using var phone = await UserAgent.StartAsync(new() { Listen = args is [] ? ["udp://0.0.0.0:5060"] : args });
Console.WriteLine($"Listening on {phone.Listeners[0]}");

await phone.ServeAsync(async (call, ct) =>
{
    await call.AnswerAsync(cancel: ct);
    await call.EchoAsync(ct);
}, stop.Token);
