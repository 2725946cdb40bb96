// Calls a phone and lets whoever answers talk with a language model (OpenAI's protocol): its reply is said while it still comes, until he cuts in. The same host recognises what he says: `parley serve --voice-url-host` has to name it.
// dotnet run samples/voice-llm.cs -- [sip:alice@192.0.2.10] [ws://127.0.0.1:8080] [http://127.0.0.1:11434/v1] [model]
#:project ../src/Parley.Client/Parley.Client.csproj
#:property PublishAot=false
using System.Collections.Concurrent;
using System.Net.Http.Json;
using System.Text.Json;
using Parley.Client.Voice;
using Parley.Contracts.Voice.Events;

var callee = args.Length > 0 ? args[0] : "sip:alice@127.0.0.1";
var server = new Uri(args.Length > 1 ? args[1] : "ws://127.0.0.1:8080");
var model = (Server: args.Length > 2 ? args[2] : "http://127.0.0.1:11434/v1", Name: args.Length > 3 ? args[3] : "llama3.2");
var key = Environment.GetEnvironmentVariable("OPENAI_API_KEY");
using var http = new HttpClient();
if (key is not null)
    http.DefaultRequestHeaders.Authorization = new("Bearer", key);

var said = new ConcurrentQueue<object>([new { role = "system", content = "You are on the telephone. Answer in one or two short sentences." }]);
var replying = new CancellationTokenSource();
await using var call = await VoiceClient.ConnectAsync(new() { Server = server });
Console.CancelKeyPress += (_, e) => { e.Cancel = true; _ = call.ShutdownAsync("user_interrupt"); };
call.On<SpeakingEvent>(_ => Task.WhenAll(replying.CancelAsync(), call.InterruptAsync()));
call.On<AsrFinalEvent>(heard =>
{
    Console.WriteLine($"He said: {heard.Text}");
    said.Enqueue(new { role = "user", content = heard.Text });
    _ = ReplyAsync($"reply-{heard.Index}", (replying = new()).Token); // events go on meanwhile
});
await call.InviteAsync(new() { Callee = callee, Vad = new(), Asr = new() { Provider = "openai", Endpoint = model.Server, SecretKey = key } });
await call.SpeakAsync("Hello! What would you like to know?", "greeting");
Console.WriteLine($"Call ended: {(await call.WaitForEndAsync()).Reason}");

async Task ReplyAsync(string playId, CancellationToken cancel)
{
    try
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, $"{model.Server}/chat/completions") { Content = JsonContent.Create(new { model = model.Name, stream = true, messages = said.ToArray() }) };
        using var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancel);
        using var lines = new StreamReader(await response.EnsureSuccessStatusCode().Content.ReadAsStreamAsync(cancel));
        var reply = "";
        while (await lines.ReadLineAsync(cancel) is { } line)
        {
            if (!line.StartsWith("data: {", StringComparison.Ordinal))
                continue;
            var choices = JsonElement.Parse(line[6..]).GetProperty("choices");
            if (choices.GetArrayLength() == 0 || !choices[0].GetProperty("delta").TryGetProperty("content", out var piece) || piece.GetString() is not { Length: > 0 } words)
                continue;
            reply += words;
            await call.SpeakPieceAsync(words, playId, cancel: cancel);
        }

        await call.SpeakPieceAsync("", playId, isLast: true, cancel: cancel);
        said.Enqueue(new { role = "assistant", content = reply });
    }
    catch (Exception e) when (e is HttpRequestException or IOException or OperationCanceledException)
    {
        Console.WriteLine($"No whole reply: {e.Message}");
    }
}
