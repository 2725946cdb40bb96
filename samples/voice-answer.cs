// Answers the calls that a voice agents' server announces by its webhook: rings, records, greets, and tells the caller which keys he presses.
// Start the server with: parley serve --webhook http://127.0.0.1:9000/webhook --webhook-secret SECRET
// dotnet run samples/voice-answer.cs -- [http://127.0.0.1:9000] [ws://127.0.0.1:8080] [SECRET]
#:project ../src/Parley.Client.AspNetCore/Parley.Client.AspNetCore.csproj
#:property PublishAot=false
using Microsoft.AspNetCore.Builder;
using Parley.Client.AspNetCore;
using Parley.Contracts.Voice.Events;

var listen = args.Length > 0 ? args[0] : "http://127.0.0.1:9000";
var server = new Uri(args.Length > 1 ? args[1] : "ws://127.0.0.1:8080");
var secret = args.Length > 2 ? args[2] : null;

var app = WebApplication.CreateSlimBuilder().Build();
app.MapVoiceWebhook("/webhook", async (call, ended) =>
{
    Console.WriteLine($"{call.Caller} calls {call.Callee}");
    await call.RingAsync(recorder: new() { RecorderFile = $"{call.DialogId}.wav", Samplerate = 16_000 }, cancel: ended);
    await call.AcceptAsync(new() { Vad = new() }, ended);
    var client = call.Client;
    client.On<DtmfEvent>(key => client.SpeakAsync($"You pressed {key.Digit}."));
    client.On<HangupEvent>(end => Console.WriteLine($"Call ended: {end.Reason}"));

    await client.SpeakToEndAsync("Hello, I am an intelligent assistant. Press any key.", ended);
    await client.WaitForEndAsync(ended); // returning would hang up
}, new() { Client = new() { Server = server }, Secret = secret });

app.Lifetime.ApplicationStarted.Register(() => Console.WriteLine($"Listening on {listen}/webhook"));
app.Run(listen);
