using Parley.Samples.Tests.Support;
using Parley.Sip.Invites;
using Parley.TestSupport.Speech;
using Xunit;

namespace Parley.Samples.Tests;

/// <summary>The bot of the samples, served by the command as its description says; only the addresses of recogniser and model are those of the test.</summary>
public sealed class BotSampleTests : IDisposable
{
    private const string Greeting = "Good morning, how can I help you?";
    private const string Reply = "We have rye bread and fresh rolls today.";
    private const string Farewell = "You are welcome, have a very nice day.";

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(40);

    private readonly string _folder = Directory.CreateTempSubdirectory("parley-bot-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Bot_greets_understands_answers_and_hangs_up_when_the_model_says_so(bool isInFile)
    {
        await using var model = await ChatServer.StartOpenAsync([Reply], [Farewell, """TOOL hang_up {"reason":"all is said"}"""]);
        await using var recogniser = await SentenceServer.StartAsync("What bread do you have?", "Thank you.");
        var bot = await WriteAsync("bot.json", (await File.ReadAllTextAsync(Path.Combine(Repository.Samples, "bot.json")))
            .Put("ws://127.0.0.1:8000", recogniser.Address).Put("http://127.0.0.1:11434/v1", $"{model.Http}v1"));
        string[] options = isInFile
            ? ["--config", await WriteAsync("parley.json", $$"""{ "voice": { "bots": { "bakery": "{{bot}}" }, "agents": { "desk": { "users": "*", "bot": "bakery" } } } }""")]
            : ["--voice-bot", bot];
        await using var server = SampleProcess.Start(
            "Parley.Cli", ["serve", "--sip", "udp:127.0.0.1:0", "--http", "127.0.0.1:0", "--call-api", "off", "--media-ports", "25500-25599", "--data", _folder, .. options]);
        await server.Says("Ready");
        var port = await server.Says(@"udp:127\.0\.0\.1:(\d+)");
        await using var phone = await Phone.StartAsync();
        await using (var call = await phone.DialAsync($"sip:bot@127.0.0.1:{port}").WaitAsync(Limit))
        {
            await call.HearsSpeechAsync(Greeting);
            var hearing = call.HearsSpeechAsync(Reply);
            await call.SayAsync("What bread do you have?");
            await hearing;
            hearing = call.HearsSpeechAsync(Farewell);
            await call.SayAsync("Thank you very much indeed.");
            await hearing;
            Assert.Equal(CallEndKind.Completed, (await call.WaitForEndAsync().WaitAsync(Limit)).Kind);
        }

        Assert.StartsWith("system:You answer the phone of a bakery, in one or two short sentences. It is ", model.Messages(1), StringComparison.Ordinal);
        Assert.EndsWith($"|assistant:{Greeting}|user:What bread do you have?|assistant:{Reply}|user:Thank you.", model.Messages(1), StringComparison.Ordinal);
        Assert.Equal(["hang_up", "transfer", "ask_for_digits"], model.Question(0).GetProperty("tools").EnumerateArray().Select(tool => tool.GetProperty("function").GetProperty("name").GetString()));
        Assert.Equal(["llama3.2", "llama3.2"], Enumerable.Range(0, model.Count).Select(index => model.Question(index).GetProperty("model").GetString()));
        await server.StopAsync();
    }

    private async Task<string> WriteAsync(string name, string text)
    {
        var path = Path.Combine(_folder, name);
        await File.WriteAllTextAsync(path, text);
        return path;
    }
}

/// <summary>Changes of a sample's text.</summary>
internal static class SampleText
{
    /// <summary>Puts something else in the place of what has to be there.</summary>
    public static string Put(this string text, string old, string other)
    {
        Assert.Contains(old, text, StringComparison.Ordinal);
        return text.Replace(old, other, StringComparison.Ordinal);
    }
}
