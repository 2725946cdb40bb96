// Serves every call by the user it is for: the handler is the call, and returning from it hangs up.
// Dial sip:tone@HOST for two seconds of 440 Hz, sip:echo@HOST to hear yourself, anything else to be told 404.
// dotnet run samples/serve.cs -- [udp://0.0.0.0:5060]
#:project ../src/Parley/Parley.csproj
#:property PublishAot=false
using Parley;
using Parley.Media.Audio;

using var stop = new CancellationTokenSource();
Console.CancelKeyPress += (_, e) => { e.Cancel = true; stop.Cancel(); };

await using var phone = await UserAgent.StartAsync(new() { Listen = args is [] ? ["udp://0.0.0.0:5060"] : args });
Console.WriteLine($"Listening on {string.Join(", ", phone.Listeners)}");

await phone.ServeAsync(async (call, ct) =>
{
    Console.WriteLine($"{call.FromUser} calls {call.ToUser} over {call.Transport}");
    switch (call.ToUser)
    {
        case "tone":
            await call.AnswerAsync(cancel: ct);
            await call.PlayAsync(new ToneSource(440, 8000, TimeSpan.FromSeconds(2)), cancel: ct);
            break;
        case "echo":
            await call.AnswerAsync(cancel: ct);
            await call.EchoAsync(ct);
            break;
        default:
            await call.RejectAsync(404, cancel: ct);
            break;
    }
}, stop.Token);
