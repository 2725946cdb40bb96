// Refusing with code and reason, and sending a caller elsewhere.
// Dial sip:busy@HOST, sip:gone@HOST, or any other user to be redirected.
// dotnet run samples/reject-redirect.cs -- [udp://0.0.0.0:5060] [sip:operator@example.com]
#:project ../src/Parley/Parley.csproj
#:property PublishAot=false
using Parley;

var elsewhere = args.Length > 1 ? args[1] : "sip:operator@example.com";
using var stop = new CancellationTokenSource();
Console.CancelKeyPress += (_, e) => { e.Cancel = true; stop.Cancel(); };

await using var phone = await UserAgent.StartAsync(new() { Listen = [args is [] ? "udp://0.0.0.0:5060" : args[0]] });
Console.WriteLine($"Listening on {phone.Listeners[0]}");

await phone.ServeAsync((call, ct) => call.ToUser switch
{
    "busy" => call.RejectAsync(486, new() { Reason = "At lunch", Headers = [new("Retry-After", "1800")] }, ct),
    "gone" => call.RejectAsync(410, cancel: ct),
    _ => call.RedirectAsync([elsewhere], ct),
}, stop.Token);
