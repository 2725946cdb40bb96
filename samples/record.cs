// Records a call in stereo, the caller left and us right, while it echoes. The file can be played at any moment,
// even if this process dies; disposing the recording flushes it.
// Dial any user.
// dotnet run samples/record.cs -- [udp://0.0.0.0:5060] [recording.wav]
#:project ../src/Parley/Parley.csproj
#:property PublishAot=false
using Parley;

var file = args.Length > 1 ? args[1] : "recording.wav";
using var stop = new CancellationTokenSource();
Console.CancelKeyPress += (_, e) => { e.Cancel = true; stop.Cancel(); };

await using var phone = await UserAgent.StartAsync(new() { Listen = [args is [] ? "udp://0.0.0.0:5060" : args[0]] });
Console.WriteLine($"Listening on {phone.Listeners[0]}");

await phone.ServeAsync(async (call, ct) =>
{
    await call.AnswerAsync(cancel: ct);
    await using (var recording = call.Record(file))
    {
        await call.EchoAsync(CancellationToken.None); // until the call ends
        Console.WriteLine($"Recorded {recording.Length.TotalSeconds:0.0} s");
    }

    Console.WriteLine($"{file} is whole");
}, stop.Token);
