// Asks whether somebody is there: OPTIONS, the ping of SIP.
// Somebody has to be there, for instance samples/serve.cs.
// dotnet run samples/options.cs -- [sip:127.0.0.1:5060]
#:project ../src/Parley/Parley.csproj
#:property PublishAot=false
using Parley;

await using var phone = await UserAgent.StartAsync(new() { Listen = [] });
var answer = await phone.OptionsAsync(args is [] ? "sip:127.0.0.1:5060" : args[0]);
Console.WriteLine($"{answer.Status} {answer.Reason} after {answer.RoundTrip.TotalMilliseconds:0} ms");
Console.WriteLine($"Understands {answer.Message?.GetString("Allow") ?? "nothing it tells of"}");
return answer.IsSuccess ? 0 : 1;
