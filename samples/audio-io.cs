// PCM in and out: reads what the caller says frame by frame and says it back at half the loudness.
// Nothing is decoded before the reader is opened or after it is disposed.
// Dial any user.
// dotnet run samples/audio-io.cs -- [udp://0.0.0.0:5060]
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
    await using var reader = call.OpenReader(new() { SampleRate = 16_000 });
    await using var writer = call.OpenWriter(new() { SampleRate = 16_000 });
    var reply = new short[320];
    var frames = 0;
    await foreach (var frame in reader.FramesAsync(milliseconds: 20, CancellationToken.None))
    {
        for (var i = 0; i < frame.Length; i++)
            reply[i] = (short)(frame.Span[i] / 2);
        await writer.WriteAsync(reply, CancellationToken.None);
        frames++;
    }

    Console.WriteLine($"{frames} frames of 20 ms");
}, stop.Token);
