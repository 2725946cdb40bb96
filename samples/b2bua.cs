// Takes each call, makes it onward and links the two: hold, INFO, messages, transfers and the end of one leg are the other's.
// With a third argument, a folder, the audio is relayed here and each call recorded into it, caller left, called side right.
// Dial any user; the target has to be there, for instance samples/echo.cs on port 5070.
// dotnet run samples/b2bua.cs -- [udp://0.0.0.0:5060] [sip:bob@127.0.0.1:5070] [FOLDER]
#:project ../src/Parley/Parley.csproj
#:property PublishAot=false
using Parley.BackToBack;
using Parley.Dialogs;

var target = args.Length > 1 ? args[1] : "sip:bob@127.0.0.1:5070";
var folder = args.Length > 2 ? args[2] : null;
using var stop = new CancellationTokenSource();
Console.CancelKeyPress += (_, e) => { e.Cancel = true; stop.Cancel(); };

await using var agent = await DialogAgent.StartAsync(new() { Listen = [args is [] ? "udp://0.0.0.0:5060" : args[0]] });
Console.WriteLine($"Listening on {agent.Listeners[0]}");

var options = new B2buaOptions
{
    Media = folder is null ? null : new AnchorOptions(),
    PassRequestHeaders = HeaderPassing.AllExcept("X-Internal"),
    OnProgress = progress => Console.WriteLine($"The target says {progress.Status} {progress.Reason}"),
};

await agent.ServeAsync(new()
{
    OnInvite = async (invite, ct) =>
    {
        var (pair, status, reason, _) = await agent.TryCreateB2buaAsync(invite, [target], options, ct);
        if (pair is null)
        {
            Console.WriteLine($"{invite.FromUser} was refused as we were: {status} {reason}");
            return;
        }

        Console.WriteLine($"{invite.FromUser} talks to {pair.Uac.Remote.Uri.User}");
        await using (folder is null ? null : pair.Record(Path.Combine(folder, $"{Guid.NewGuid():N}.wav")))
            await pair.WaitForEndAsync(CancellationToken.None);
        Console.WriteLine($"{invite.FromUser}'s call is over: {await pair.WaitForEndAsync(CancellationToken.None)}");
    },
}, stop.Token);
