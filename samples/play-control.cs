// A playback under control: the caller's keys mute (1), unmute (2), pause (3), resume (4) and stop (5) a tone.
// Dial any user.
// dotnet run samples/play-control.cs -- [udp://0.0.0.0:5060]
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
    var playback = call.StartPlayback(new ToneSource(440, 8000));
    await foreach (var digit in call.Digits(ct))
    {
        Action? act = digit.Symbol switch
        {
            '1' => playback.Mute,
            '2' => playback.Unmute,
            '3' => playback.Pause,
            '4' => playback.Resume,
            '5' => playback.Stop,
            _ => null,
        };
        act?.Invoke();
        if (digit.Symbol == '5')
            break;
    }

    var result = await playback.Completion;
    Console.WriteLine($"{result.End} after {result.Played.TotalSeconds:0.0} s");
}, stop.Token);
