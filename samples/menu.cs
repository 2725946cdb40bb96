// A menu: each digit, by telephone-event or INFO, plays 300 + 100·digit Hz for half a second; # hangs up.
// Dial any user and press keys.
// dotnet run samples/menu.cs -- [udp://0.0.0.0:5060]
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
    await call.AnswerAsync(cancel: ct);
    await foreach (var digit in call.Digits(ct))
    {
        Console.WriteLine($"{digit.Symbol} by {digit.Source}");
        if (digit.Symbol == '#')
            break;
        if (char.IsAsciiDigit(digit.Symbol))
            await call.PlayAsync(new ToneSource(300 + (100 * (digit.Symbol - '0')), 8000, TimeSpan.FromSeconds(0.5)), cancel: ct);
    }
}, stop.Token);
