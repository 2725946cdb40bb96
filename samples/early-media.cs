// Early media, then the answer: the caller hears two seconds of 440 Hz while still being rung, then 880 Hz in the call.
// Dial any user.
// dotnet run samples/early-media.cs -- [udp://0.0.0.0:5060]
#:project ../src/Parley/Parley.csproj
#:property PublishAot=false
using Parley;
using Parley.Media.Audio;

using var stop = new CancellationTokenSource();
Console.CancelKeyPress += (_, e) => { e.Cancel = true; stop.Cancel(); };

await using var phone = await UserAgent.StartAsync(new() { Listen = args is [] ? ["udp://0.0.0.0:5060"] : args });
Console.WriteLine($"Listening on {phone.Listeners[0]}");

await phone.ServeAsync(async (call, ct) =>
{
    await call.StartEarlyMediaAsync(cancel: ct); // 183 with a session description
    await call.PlayAsync(new ToneSource(440, 8000, TimeSpan.FromSeconds(2)), cancel: ct);
    await call.AnswerAsync(cancel: ct); // the same audio goes on
    await call.PlayAsync(new ToneSource(880, 8000, TimeSpan.FromSeconds(2)), cancel: ct);
}, stop.Token);
