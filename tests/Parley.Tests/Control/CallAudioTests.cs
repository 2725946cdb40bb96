using Parley.Control;
using Parley.Media.Files;
using Parley.Tests.Support;

namespace Parley.Tests.Control;

/// <summary>What commands let parties hear, record and press.</summary>
public sealed class CallAudioTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("parley-control");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void Both_hear_what_is_played_and_each_other_afterwards() => ControlStage.Run(async stage =>
    {
        var (call, alice, bob) = await stage.TalkAsync();
        var playing = stage.RunAsync(new PlayToCall { Call = call.Id, Source = "tone:700/2" });
        Assert.True(await Tones.HeardAsync(alice, 700));
        Assert.True(await Tones.HeardAsync(bob, 700));
        Assert.True((await playing).IsSuccess);
        Assert.Equal("PlayStarted", stage.Told);
        await ControlStage.HearEachOtherAsync(alice, bob);
    });

    [Fact]
    public void One_hears_it_until_it_is_stopped() => ControlStage.Run(async stage =>
    {
        var (call, alice, bob) = await stage.TalkAsync();
        var playing = stage.RunAsync(new PlayToCall { Call = call.Id, Source = "tone:700/0.5", Leg = CallSide.Callee, Repeat = 0 });
        Assert.True(await Tones.HeardAsync(bob, 700, seconds: 3));
        Assert.False(playing.IsCompleted);
        Assert.True((await stage.RunAsync(new StopPlaying { Call = call.Id, Leg = CallSide.Caller })).IsSuccess);
        Assert.False(playing.IsCompleted);
        Assert.True((await stage.RunAsync(new StopPlaying { Call = call.Id })).IsSuccess);
        Assert.True((await playing).IsSuccess);
        await ControlStage.HearEachOtherAsync(alice, bob);
    });

    [Fact]
    public void The_end_of_the_call_ends_what_is_played() => ControlStage.Run(async stage =>
    {
        var (call, alice, _) = await stage.TalkAsync();
        var playing = stage.RunAsync(new PlayToCall { Call = call.Id, Source = "tone:700" });
        await stage.Stage.Delay(1);
        await alice.HangUpAsync();
        Assert.Equal(487, (await playing).Code);
    });

    [Fact]
    public void Only_files_of_the_folder_are_played() => ControlStage.Run(
        async stage =>
        {
            using (var recorder = WavWriter.Create(Path.Combine(_folder.FullName, "hello.wav"), 8000, 1))
            {
                var pcm = new short[8000];
                Tones.Of(700).Read(pcm);
                recorder.Write(pcm);
            }

            var (call, _, bob) = await stage.TalkAsync();
            Assert.Equal(403, await PlayAsync("../secret.wav"));
            Assert.Equal(403, await PlayAsync("/etc/passwd"));
            Assert.Equal(403, await PlayAsync("http://10.0.0.1/x.wav"));
            Assert.Equal(404, await PlayAsync("nothing.wav"));
            Assert.Equal(400, await PlayAsync("tone:loud"));
            var playing = PlayAsync("hello.wav");
            Assert.True(await Tones.HeardAsync(bob, 700));
            Assert.Equal(200, await playing);

            async Task<int> PlayAsync(string source) => (await stage.RunAsync(new PlayToCall { Call = call.Id, Source = source })).Code;
        },
        options => options with { Prompts = _folder.FullName });

    [Fact]
    public void A_call_is_recorded_until_that_is_stopped() => ControlStage.Run(
        async stage =>
        {
            await stage.AnswererAsync("10.0.0.7");
            var bob = await stage.AnswererAsync("10.0.0.8");
            var outcome = await stage.RunAsync(new StartCall { Caller = ControlStage.Caller, Callee = ControlStage.Callee, Record = "call-1" });
            Assert.Equal("CallerAnswered Transferring TransferStart CalleeAnswered RecordStarted", stage.Told);
            Assert.Equal(Path.Combine(_folder.FullName, "call-1.wav"), outcome.File);
            Assert.True(outcome.Call!.IsRecording);
            (await bob).StartPlayback(Tones.Of(500));
            await stage.Stage.Delay(2);
            Assert.Equal(480, (await stage.RunAsync(new RecordCall { Call = outcome.Call.Id })).Code);
            Assert.Equal(outcome.File, (await stage.RunAsync(new RecordCall { Call = outcome.Call.Id, Stop = true })).File);
            Assert.Equal(480, (await stage.RunAsync(new RecordCall { Call = outcome.Call.Id, Stop = true })).Code);
            var clip = AudioFile.Load(outcome.File!);
            Assert.InRange(clip.Duration.TotalSeconds, 1.5, 3);
            Assert.Equal(403, (await stage.RunAsync(new RecordCall { Call = outcome.Call.Id, File = "call-1" })).Code);
            Assert.Equal(403, (await stage.RunAsync(new RecordCall { Call = outcome.Call.Id, File = "../x" })).Code);
            var made = await stage.RunAsync(new RecordCall { Call = outcome.Call.Id });
            Assert.True(made.IsSuccess, made.Text);
            await stage.RunAsync(new EndCall { Call = outcome.Call.Id });
            Assert.True(File.Exists(made.File));
        },
        options => options with { Recordings = _folder.FullName });

    [Fact]
    public void Without_a_folder_nothing_is_recorded() => ControlStage.Run(async stage =>
    {
        Assert.Equal(403, (await stage.RunAsync(new StartCall { Caller = ControlStage.Caller, Callee = ControlStage.Callee, Record = "" })).Code);
        Assert.Equal(0, stage.Control.Directory.Count);
    });

    [Fact]
    public void Digits_that_a_party_presses_are_events_and_reach_the_other() => ControlStage.Run(async stage =>
    {
        var (call, alice, bob) = await stage.TalkAsync();
        await alice.SendDigitsAsync("12");
        await alice.SendInfoDigitsAsync("#");
        var digits = bob.Digits().GetAsyncEnumerator();
        await digits.MoveNextAsync();
        Assert.Equal('1', digits.Current.Symbol);
        await stage.Stage.Delay(1);
        var heard = new List<(char?, CallSide?)>();
        while (stage.Events.TryRead(out var happened))
        {
            if (happened.Kind == CallEventKind.Digit)
                heard.Add((happened.Digit, happened.Leg));
        }

        Assert.Equal([('1', CallSide.Caller), ('2', CallSide.Caller), ('#', CallSide.Caller)], heard);
        Assert.Equal(CallStage.Answered, stage.Control.Directory.Find(call.Id)!.Stage);
    });

    [Theory]
    [InlineData(DigitMethod.Rtp)]
    [InlineData(DigitMethod.Info)]
    public void Digits_are_pressed_towards_a_party(DigitMethod method) => ControlStage.Run(async stage =>
    {
        var (call, _, bob) = await stage.TalkAsync();
        Assert.True((await stage.RunAsync(new SendDigits { Call = call.Id, Leg = CallSide.Callee, Digits = "4*", Method = method })).IsSuccess);
        var pressed = "";
        await foreach (var digit in bob.Digits())
        {
            pressed += digit.Symbol;
            if (pressed.Length == 2)
                break;
        }

        Assert.Equal("4*", pressed);
        Assert.Equal("Digits", (await Assert.ThrowsAnyAsync<ArgumentException>(() => stage.RunAsync(new SendDigits { Call = call.Id, Leg = CallSide.Callee, Digits = "4x" }))).ParamName);
    });

    [Fact]
    public void What_needs_audio_is_not_done_before_there_is_some() => ControlStage.Run(async stage =>
    {
        stage.Phone.Send(Wire.Invite(Wire.Sdp));
        await stage.Phone.Expect("180 INVITE");
        Assert.Equal(410, (await stage.RunAsync(new PlayToCall { Call = "raw-1", Source = "tone:440" })).Code);
        Assert.Equal(410, (await stage.RunAsync(new SendDigits { Call = "raw-1", Leg = CallSide.Caller, Digits = "1" })).Code);
        Assert.Equal("404 Dialog not found", (await stage.RunAsync(new PlayToCall { Call = "nobody", Source = "tone:440" })).Text);
        Assert.True((await stage.RunAsync(new EndCall { Call = "raw-1" })).IsSuccess);
        await stage.Phone.Expect("487 INVITE");
    });
}
