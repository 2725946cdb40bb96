using Parley.TestSupport;
using System.Net;
using System.Net.Sockets;
using Parley.Samples.Tests.Support;
using Parley.Server.Voice;
using Xunit;

namespace Parley.Samples.Tests;

/// <summary>The samples of voice agents: what they say is heard, what is said to them is understood.</summary>
public sealed class VoiceSampleTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(40);

    [Fact]
    public async Task Voice_call_greets_understands_and_answers()
    {
        await using var model = await ModelServer.StartAsync("good morning");
        await using var server = await VoiceServer.StartAsync();
        await using var phone = await Phone.StartAsync();
        using var stop = new CancellationTokenSource();
        var done = new TaskCompletionSource();
        var serving = ServeAsync(phone, stop, done, async call =>
        {
            await call.HearsSpeechAsync("Hello, welcome to this call. How can I help you?");
            var hearing = call.HearsSpeechAsync("I received your message."); // which may begin in a pause
            await call.SayAsync("Good morning.");
            await hearing;
        });
        await using var sample = SampleProcess.Start("voice-call", $"sip:alice@{phone.Address()}", server.Address, model.Address);
        await done.Task.WaitAsync(Limit * 3);
        await sample.Says("He said: good morning");
        await sample.Says("Call ended: ByCallee");
        Assert.Equal(0, await sample.EndAsync());
        await stop.CancelAsync();
        await serving;
    }

    [Fact]
    public Task Voice_call_can_be_cut_short_and_ended_by_its_user() => Unhurried.PassesAsync(async () =>
    {
        await using var server = await VoiceServer.StartAsync();
        await using var phone = await Phone.StartAsync();
        using var stop = new CancellationTokenSource();
        var done = new TaskCompletionSource();
        var cut = new TaskCompletionSource();
        var serving = ServeAsync(phone, stop, done, async call =>
        {
            await Task.Delay(500);
            await call.SayAsync("No, listen to me now.");
            cut.SetResult();
            await call.WaitForEndAsync();
        });
        await using var sample = SampleProcess.Start("voice-call", $"sip:alice@{phone.Address()}", server.Address);
        await cut.Task.WaitAsync(Limit);
        await sample.Says(@"Cut in after \d+ ms of: Hello, welcome");
        await sample.StopAsync();
        await sample.Says("Call ended: user_interrupt");
        await done.Task.WaitAsync(Limit);
        await stop.CancelAsync();
        await serving;
    });

    [Fact]
    public Task Voice_answer_rings_greets_hears_keys_and_records_both_sides() => Unhurried.PassesAsync(async () =>
    {
        var recordings = Directory.CreateTempSubdirectory("parley-voice-").FullName;
        var port = FreePort();
        await using var server = await VoiceServer.StartAsync(new VoiceOptions
        {
            Recordings = recordings, Webhook = new() { Url = new($"http://127.0.0.1:{port}/webhook"), Secret = "s3cret" },
        });
        await using var sample = SampleProcess.Start("voice-answer", $"http://127.0.0.1:{port}", server.Address, "s3cret");
        await sample.Says($"Listening on http://127.0.0.1:{port}/webhook");
        await using var phone = await Phone.StartAsync();
        await using (var call = await phone.DialAsync(server.Uri).WaitAsync(Limit))
        {
            await call.HearsSpeechAsync("Hello, I am an intelligent assistant. Press any key.");
            await call.SayAsync("I am the caller.");
            var hearing = call.HearsSpeechAsync("You pressed 5.");
            await call.SendDigitsAsync("5");
            await hearing;
        }

        await sample.Says("sip:.* calls sip:bot@");
        await sample.Says("Call ended: ByCaller");
        await sample.StopAsync();
        var bytes = await File.ReadAllBytesAsync(Assert.Single(Directory.GetFiles(recordings, "*.wav")));
        Directory.Delete(recordings, recursive: true);
        Assert.Equal(2, bytes[22]); // channels
        Assert.True(Loudest(bytes, 0) > 2_000 && Loudest(bytes, 1) > 2_000, $"{Loudest(bytes, 0)} and {Loudest(bytes, 1)}");
    });

    [Fact]
    public async Task Voice_llm_says_the_models_reply()
    {
        const string Reply = "The library opens at nine in the morning.";
        await using var model = await ModelServer.StartAsync("when does the library open", Reply);
        await using var server = await VoiceServer.StartAsync();
        await using var phone = await Phone.StartAsync();
        using var stop = new CancellationTokenSource();
        var done = new TaskCompletionSource();
        var serving = ServeAsync(phone, stop, done, async call =>
        {
            await call.HearsSpeechAsync("Hello! What would you like to know?");
            var hearing = call.HearsSpeechAsync(Reply);
            await call.SayAsync("When does the library open?");
            await hearing;
        });
        await using var sample = SampleProcess.Start("voice-llm", $"sip:alice@{phone.Address()}", server.Address, model.Address, "small");
        await done.Task.WaitAsync(Limit * 3);
        await sample.Says("He said: when does the library open");
        await sample.Says("Call ended: ByCallee");
        Assert.Equal(0, await sample.EndAsync());
        Assert.True(model.Asked.TryDequeue(out var asked));
        Assert.Equal(("small", true), (asked.GetProperty("model").GetString(), asked.GetProperty("stream").GetBoolean()));
        Assert.Equal("when does the library open", asked.GetProperty("messages")[1].GetProperty("content").GetString());
        await stop.CancelAsync();
        await serving;
    }

    // The phone answers; what it meets becomes that of the test.
    private static Task ServeAsync(UserAgent phone, CancellationTokenSource stop, TaskCompletionSource done, Func<Call, Task> talk) => phone.ServeAsync(
        async (call, ended) =>
        {
            try
            {
                await call.RingAsync(ended);
                await call.AnswerAsync(cancel: ended);
                await talk(call);
                done.SetResult();
            }
            catch (Exception e) // boundary: the test waits for it
            {
                done.SetException(e);
            }
        },
        stop.Token);

    private static int Loudest(byte[] wav, int channel)
    {
        var loudest = 0;
        for (var at = 44 + (channel * 2); at + 1 < wav.Length; at += 4)
            loudest = Math.Max(loudest, Math.Abs((int)BitConverter.ToInt16(wav, at)));
        return loudest;
    }

    private static int FreePort()
    {
        using var probe = new TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        return ((IPEndPoint)probe.LocalEndpoint).Port;
    }
}
