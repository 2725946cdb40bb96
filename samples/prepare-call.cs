// Builds the dialog and its media first and sends the INVITE later: Call-ID and RTP port are known, and a listener
// is in place before the first packet of early media can come.
// Somebody has to be there, for instance samples/early-media.cs.
// dotnet run samples/prepare-call.cs -- [sip:bob@127.0.0.1:5060]
#:project ../src/Parley/Parley.csproj
#:property PublishAot=false
using Parley;

await using var phone = await UserAgent.StartAsync(new() { Listen = [] });
await using var call = await phone.CreateCallAsync(args is [] ? "sip:bob@127.0.0.1:5060" : args[0]);
Console.WriteLine($"Call {call.Id} will take audio on port {call.Audio.Local.Port}");

await using var reader = call.Audio.OpenReader();
var listening = ListenAsync();
await call.InviteAsync();
Console.WriteLine("Answered");
await Task.WhenAny(Task.Delay(TimeSpan.FromSeconds(1)), call.WaitForEndAsync());
await call.HangUpAsync();
Console.WriteLine($"Heard {await listening} frames with something in them");

async Task<int> ListenAsync()
{
    var loud = 0;
    await foreach (var frame in reader.FramesAsync())
    {
        if (frame.Span.ContainsAnyExceptInRange((short)-500, (short)500))
            loud++;
    }

    return loud;
}
