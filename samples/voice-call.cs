// Calls a phone by way of a voice agents' server, greets whoever answers and answers to what he says; he may cut in.
// His words are recognised by a server that speaks OpenAI's protocol, if one is given (the voice agents' server needs `--voice-url-host` for its host); without, he is heard but not understood.
// dotnet run samples/voice-call.cs -- [sip:alice@192.0.2.10] [ws://127.0.0.1:8080] [http://127.0.0.1:8000/v1]
#:project ../src/Parley.Client/Parley.Client.csproj
#:property PublishAot=false
using Parley.Client.Voice;
using Parley.Contracts.Voice.Events;
using Parley.Contracts.Voice.Options;

var callee = args.Length > 0 ? args[0] : "sip:alice@127.0.0.1";
var server = new Uri(args.Length > 1 ? args[1] : "ws://127.0.0.1:8080");
var recognition = args.Length > 2 ? new AsrOption { Provider = "openai", Endpoint = args[2], SecretKey = Environment.GetEnvironmentVariable("OPENAI_API_KEY") } : null;

await using var call = await VoiceClient.ConnectAsync(new() { Server = server });
Console.CancelKeyPress += (_, e) => { e.Cancel = true; _ = call.ShutdownAsync("user_interrupt"); };

call.On<RingingEvent>(_ => Console.WriteLine("It rings"));
call.On<SpeakingEvent>(_ => call.InterruptAsync());
call.On<InterruptionEvent>(cut => Console.WriteLine($"Cut in after {cut.Current} ms of: {cut.Subtitle}"));
call.On<AsrFinalEvent>(async heard =>
{
    Console.WriteLine($"He said: {heard.Text}");
    await call.SpeakAsync("I received your message.", "response");
});
call.On<ErrorEvent>(error => Console.WriteLine($"{error.Sender}: {error.Error}"));

try
{
    await call.InviteAsync(new() { Callee = callee, Denoise = true, Vad = new() { Type = "ten", SilenceTimeout = 5_000 }, Asr = recognition });
    await call.SpeakAsync("Hello, welcome to this call. How can I help you?", "greeting");
    Console.WriteLine($"Call ended: {(await call.WaitForEndAsync()).Reason}");
}
catch (VoiceCallException e)
{
    Console.WriteLine($"No call: {e.Message}");
}
