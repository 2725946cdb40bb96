// Calls somebody for the caller and joins the two. The caller's codec is offered, so that packets pass untouched;
// for sip:transcode@HOST the other side gets A-law whatever the caller speaks, and each hears the other all the same.
// Dial any user; a target has to be there, for instance samples/echo.cs on port 5070.
// dotnet run samples/bridge.cs -- [udp://0.0.0.0:5060] [sip:bob@127.0.0.1:5070]
#:project ../src/Parley/Parley.csproj
#:property PublishAot=false
using Parley;
using Parley.Media.Codecs;

var target = args.Length > 1 ? args[1] : "sip:bob@127.0.0.1:5070";
using var stop = new CancellationTokenSource();
Console.CancelKeyPress += (_, e) => { e.Cancel = true; stop.Cancel(); };

await using var phone = await UserAgent.StartAsync(new() { Listen = [args is [] ? "udp://0.0.0.0:5060" : args[0]] });
Console.WriteLine($"Listening on {phone.Listeners[0]}");

await phone.ServeAsync(async (call, ct) =>
{
    var transcode = call.ToUser == "transcode";
    await call.AnswerAsync(cancel: ct);
    var dialled = await phone.TryDialAsync(target, new() { BridgeWith = call, Codecs = transcode ? [AudioCodecs.Pcma] : null }, ct);
    if (dialled.Call is not { } other)
    {
        Console.WriteLine($"Nobody to talk to: {dialled.End}");
        return;
    }

    await using (other)
    {
        Console.WriteLine($"{call.Codec?.Name} meets {other.Codec?.Name}");
        await call.BridgeAsync(other, new() { Transcode = transcode }, CancellationToken.None); // until either hangs up
    }
}, stop.Token);
