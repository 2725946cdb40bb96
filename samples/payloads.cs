// The codec's payloads in and out, never decoded: what the caller says comes back a second later, bit by bit the same.
// Dial any user.
// dotnet run samples/payloads.cs -- [udp://0.0.0.0:5060]
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
    await using var reader = call.OpenEncodedReader();
    await using var writer = call.OpenEncodedWriter();
    var waiting = new Queue<byte[]>();
    var payload = new byte[1500];
    while (await reader.ReadAsync(payload, CancellationToken.None) is { } frame)
    {
        waiting.Enqueue(payload[..frame.Length]);
        if (waiting.Count > 50) // a second of 20 ms
            await writer.WriteAsync(waiting.Dequeue(), CancellationToken.None);
    }

    Console.WriteLine($"{call.Codec?.Name} went back as it came");
}, stop.Token);
