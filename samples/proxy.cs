// A stateful proxy: calls for "sales" ring everywhere at once, the rest goes to the first target; the dialogs stay routed through here.
// A policy is one step of the chain; the ones before it check the request as RFC 3261 §16.3 asks.
// dotnet run samples/proxy.cs -- [udp://0.0.0.0:5060] [sip:127.0.0.1:5070] [sip:127.0.0.1:5080]
#:project ../src/Parley/Parley.csproj
#:project ../src/Parley.Services/Parley.Services.csproj
#:property PublishAot=false
using System.Text;
using Parley;
using Parley.Services.Proxy;
using Parley.Sip.Messages;

SipUri[] targets = [.. (args.Length > 1 ? args[1..] : ["sip:127.0.0.1:5070"]).Select(SipUri.Parse)];
using var stop = new CancellationTokenSource();
Console.CancelKeyPress += (_, e) => { e.Cancel = true; stop.Cancel(); };

var route = new PolicyStep(request =>
{
    if (!request.Message.TryGetRequestUri(out var uri))
        return ProxyVerdict.Refuse(400);
    var user = Encoding.UTF8.GetString(uri.User);
    Console.WriteLine($"{request.Method} for {user}");
    foreach (var target in user == "sales" ? targets : targets[..1])
        request.AddTarget(new ProxyTarget { Uri = target.WithUser(user) });
    request.Fork(ForkMode.Parallel);
    return ProxyVerdict.Forward;
});

var proxy = new SipProxy(new() { Steps = [.. ProxyOptions.StandardSteps, route] });
await using var phone = await UserAgent.StartAsync(new() { Listen = [args is [] ? "udp://0.0.0.0:5060" : args[0]], Router = proxy });
Console.WriteLine($"Listening on {phone.Listeners[0]}");
try
{
    await Task.Delay(Timeout.Infinite, stop.Token);
}
catch (OperationCanceledException)
{
    Console.WriteLine($"Forwarded {proxy.Counters.Requests} requests");
}
