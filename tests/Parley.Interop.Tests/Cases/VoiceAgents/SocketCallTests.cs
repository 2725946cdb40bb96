using System.Runtime.InteropServices;
using Parley.Client.Voice;
using Parley.Contracts.Voice.Events;
using Parley.Interop.Tests.Harness;
using Parley.Media.Audio;

namespace Parley.Interop.Tests.Cases.VoiceAgents;

/// <summary>A program has the audio itself: it sends what somebody says and gets what he is to hear, in binary frames of the session's socket.</summary>
public sealed class SocketCallTests
{
    private const int Rate = 16_000;
    private const int Frame = Rate / 50;
    private const string Greeting = "Welcome to the test of voice agents, please say something.";
    private const string Caller = "Good morning, I would like to know when you open.";
    private const string NeverHeard = "Nobody ever hears the last of these two sentences.";
    private const string Long = "This text is so long that nobody will listen to the whole of it, because he has something to say himself, and so it is cut somewhere, we shall see where. " + NeverHeard;

    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task Somebody_behind_the_socket_is_greeted_heard_interrupted_and_recorded()
    {
        await using var recogniser = await RecogniserServer.StartAsync("good morning");
        await using var program = await AgentProgram.StartAsync(secret: null);
        await using var server = await ServeProcess.StartAsync("--voice-api", program.ApiAddress, "--voice-url-host", recogniser.Host);
        var heard = new List<byte>();
        await using var call = await VoiceClient.ConnectAsync(program.Client with { CallType = VoiceCallType.WebSocket, OnAudio = frame => Keep(heard, frame) });
        var answer = await call.InviteAsync(new()
        {
            Vad = new(), Asr = new() { Provider = "deepgram", Endpoint = recogniser.Endpoint, SecretKey = "key" }, Recorder = new() { RecorderFile = "socket.wav" },
        }).WaitAsync(Soon);
        Assert.Equal("", answer.Sdp);
        using var stop = new CancellationTokenSource();
        var pressed = call.WaitForAsync<DtmfEvent>(key => key.Digit == "#");
        var speaking = SpeakAsync(call, stop.Token);

        await call.SpeakToEndAsync(Greeting).WaitAsync(Soon);
        await pressed.WaitAsync(Soon);
        var began = await call.WaitForAsync<SpeakingEvent>().WaitAsync(Soon);
        Assert.Equal(call.Id, began.TrackId);
        Assert.Equal("speechEnd", (await call.WaitForAsync<SilenceEvent>().WaitAsync(Soon)).Kind);
        var again = call.WaitForAsync<SpeakingEvent>();
        var cut = call.WaitForAsync<InterruptionEvent>();
        await call.SpeakAsync(Long, "long");
        await again.WaitAsync(Soon);
        await call.InterruptAsync();
        Assert.Equal("long", (await cut.WaitAsync(Soon)).PlayId);
        var error = call.WaitForAsync<ErrorEvent>();
        await call.ReferAsync("sip:nobody@127.0.0.1");
        Assert.Equal("refer", (await error.WaitAsync(Soon)).Sender);

        await call.HangUpAsync("all is said");
        Assert.Equal("all is said", (await call.WaitForEndAsync().WaitAsync(Soon)).Reason);
        await stop.CancelAsync();
        await speaking;
        string[] expected = ["trackStart", "answer", "speaking", "silence", "asrDelta", "asrFinal", "interruption", "trackEnd", "metrics", "error", "hangup"];
        Assert.Empty(expected.Except(program.Events.Select(one => one.Event)));
        Assert.Equal("good morning", program.Of<AsrFinalEvent>()[0].Text);
        Assert.Equal("15#", string.Concat(program.Of<DtmfEvent>().Select(key => key.Digit)));

        var samples = Samples(heard);
        Speech.AssertHeard(Greeting, samples, Rate);
        Speech.AssertNotHeard(NeverHeard, samples, Rate);
        var recording = Wav.Read(Path.Combine(server.DataFolder, "voice-recordings", "socket.wav"));
        Speech.AssertHeard(Caller, recording.Channels[0], recording.Rate);
        Speech.AssertHeard(Greeting, recording.Channels[1], recording.Rate);
    }

    // As a microphone does: 20 ms of audio every 20 ms.
    private static async Task SpeakAsync(VoiceClient call, CancellationToken stop)
    {
        var said = Speech.Recurring(Caller, pause: 4);
        Speech.PressKeys(said.AsSpan(8_000), "15#");
        var samples = Resampler.Convert(said, 8_000, Rate);
        using var clock = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        try
        {
            for (var at = 0; at + Frame <= samples.Length && await clock.WaitForNextTickAsync(stop); at += Frame)
                await call.SendAudioAsync(MemoryMarshal.AsBytes(samples.AsSpan(at, Frame)).ToArray(), stop);
        }
        catch (Exception e) when (e is OperationCanceledException or IOException)
        {
            // The call is over.
        }
    }

    private static void Keep(List<byte> heard, VoiceAudio frame)
    {
        Assert.Null(frame.Track);
        lock (heard)
            heard.AddRange(frame.Data.Span);
    }

    private static float[] Samples(List<byte> heard)
    {
        lock (heard)
            return [.. MemoryMarshal.Cast<byte, short>(CollectionsMarshal.AsSpan(heard)).ToArray().Select(sample => sample / 32_768f)];
    }
}
