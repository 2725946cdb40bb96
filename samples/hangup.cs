// Both ways a call ends: the other side hangs up, or we do after three seconds. The end is one value either way.
// Somebody has to be there, for instance samples/serve.cs.
// dotnet run samples/hangup.cs -- [sip:echo@127.0.0.1:5060] [seconds]
#:project ../src/Parley/Parley.csproj
#:property PublishAot=false
using Parley;

await using var phone = await UserAgent.StartAsync(new() { Listen = [] });
await using var call = await phone.DialAsync(args is [] ? "sip:echo@127.0.0.1:5060" : args[0]);
Console.WriteLine("Answered");

call.Ended.Register(() => Console.WriteLine("The call's token fired"));
try
{
    await Task.Delay(TimeSpan.FromSeconds(args.Length > 1 ? double.Parse(args[1]) : 3), call.Ended);
}
catch (OperationCanceledException)
{
    Console.WriteLine("The other side was quicker");
}

var end = await call.HangUpAsync();
Console.WriteLine($"{end.Kind} by {end.By}: {end.Status} {end.Reason}");
