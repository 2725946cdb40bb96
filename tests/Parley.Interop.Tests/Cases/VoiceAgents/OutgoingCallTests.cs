using Parley.Client.Voice;
using Parley.Contracts.Voice.Commands;
using Parley.Contracts.Voice.Events;
using Parley.Interop.Tests.Harness;

namespace Parley.Interop.Tests.Cases.VoiceAgents;

/// <summary>A program calls a phone by way of `parley serve`.</summary>
public sealed class OutgoingCallTests
{
    private const string Greeting = "This is a call from your voice agent, how are you today?";
    private const string Callee = "I am very well, thank you for asking.";

    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task A_phone_is_called_spoken_to_heard_interrupted_recorded_and_transferred()
    {
        await using var program = await AgentProgram.StartAsync(secret: null);
        await using var server = await ServeProcess.StartAsync("--voice-api", program.ApiAddress);
        await using var phone = await Baresip.StartAsync(new() { Microphone = Speech.Recurring(Callee, pause: 4), Answer = "manual" });
        await using var colleague = await Baresip.StartAsync(new() { ToneHz = 900 });
        await using var call = await VoiceClient.ConnectAsync(program.Client);
        var inviting = call.InviteAsync(new()
        {
            Callee = phone.Uri, Caller = "sip:agent@127.0.0.1", HandshakeTimeout = 20, Vad = new(), Amd = new(), Recorder = new() { RecorderFile = "out-{id}.wav" },
        });
        await phone.WaitForIncomingAsync(Soon);
        await phone.AcceptAsync();
        Assert.StartsWith("v=0", (await inviting.WaitAsync(Soon)).Sdp, StringComparison.Ordinal);
        var judged = call.WaitForAsync<AnswerMachineDetectionEvent>();

        await call.SpeakToEndAsync(Greeting).WaitAsync(Soon);
        await call.SendDigitsAsync("42#");
        await phone.WaitForDigitsAsync("42#", Soon);
        Assert.Equal("42#", phone.Digits);
        var key = call.WaitForAsync<DtmfEvent>();
        await phone.SendDigitsAsync("7", TimeSpan.FromSeconds(0.3));
        Assert.Equal("7", (await key.WaitAsync(Soon)).Digit);

        await PlayAsync(call, phone);
        await InterruptAsync(call);
        Assert.NotEmpty((await judged.WaitAsync(Soon)).Text!);

        var answered = call.WaitForAsync<AnswerEvent>(answer => answer.Refer == true);
        await call.ReferAsync(colleague.Uri);
        await answered.WaitAsync(Soon);
        await phone.AssertHearsAsync(900);
        await phone.HangUpAsync();
        var end = Assert.IsType<HangupEvent>((await call.WaitForEndAsync().WaitAsync(Soon)).Last);
        Assert.Equal(("ByCallee", "callee", "agent", "phone"), (end.Reason, end.Initiator, end.From!.Username, end.To!.Username));
        await colleague.WaitForEndAsync(Soon);

        string[] expected = ["trackStart", "ringing", "answer", "mediaReady", "trackEnd", "dtmf", "speaking", "silence", "interruption", "answerMachineDetection", "metrics", "hangup"];
        Assert.Empty(expected.Except(program.Events.Select(one => one.Event)));
        Speech.AssertHeard(Greeting, phone.HeardSoFar(), 8_000);
        var recording = Wav.Read(Path.Combine(server.DataFolder, "voice-recordings", $"out-{call.Id}.wav"));
        Speech.AssertHeard(Callee, recording.Channels[0], recording.Rate);
        Speech.AssertHeard(Greeting, recording.Channels[1], recording.Rate);
    }

    [Fact]
    public async Task A_phone_that_refuses_is_told_with_its_status()
    {
        await using var program = await AgentProgram.StartAsync(secret: null);
        await using var server = await ServeProcess.StartAsync("--voice-api", program.ApiAddress);
        await using var phone = await Baresip.StartAsync(new() { Answer = "manual" });
        await using var call = await VoiceClient.ConnectAsync(program.Client);
        var inviting = call.InviteAsync(new() { Callee = phone.Uri });
        await phone.WaitForIncomingAsync(Soon);
        await phone.HangUpAsync();
        var refused = await Assert.ThrowsAsync<VoiceCallException>(() => inviting.WaitAsync(Soon));
        Assert.InRange(refused.Code!.Value, 400, 699);
        Assert.Equal(["reject"], program.Events.Where(one => one is RejectEvent or HangupEvent).Select(one => one.Event));
    }

    [Fact]
    public async Task A_program_that_goes_hangs_up()
    {
        await using var program = await AgentProgram.StartAsync(secret: null);
        await using var server = await ServeProcess.StartAsync("--voice-api", program.ApiAddress);
        await using var phone = await Baresip.StartAsync();
        var call = await VoiceClient.ConnectAsync(program.Client);
        await call.InviteAsync(new() { Callee = phone.Uri }).WaitAsync(Soon);
        await call.DisposeAsync();
        await phone.WaitForEndAsync(Soon);
        Assert.IsType<HangupEvent>(program.Events.Last());
    }

    private static async Task PlayAsync(VoiceClient call, Baresip phone)
    {
        var hearing = phone.AssertHearsAsync(600);
        Assert.InRange((await call.PlayToEndAsync("tone:600").WaitAsync(Soon)).Duration, 900, 1_100);
        await hearing;
    }

    private static async Task InterruptAsync(VoiceClient call)
    {
        var speaking = call.WaitForAsync<SpeakingEvent>();
        var cut = call.WaitForAsync<InterruptionEvent>();
        await call.SpeakAsync("Now comes a long story about a fisherman and his wife, who lived together in a small house close by the sea, and every day he went out to catch fish.", "story");
        await speaking.WaitAsync(Soon);
        await call.InterruptAsync(new InterruptCommand { FadeOutMs = 50 });
        Assert.Equal("story", (await cut.WaitAsync(Soon)).PlayId);
        await call.WaitForAsync<SilenceEvent>().WaitAsync(Soon);
    }
}
