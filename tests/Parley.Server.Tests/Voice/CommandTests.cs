using System.Text.Json;
using Parley.Server.Tests.Support;
using Parley.Sip.Invites;
using static Parley.Server.Tests.Voice.VoiceStage;

namespace Parley.Server.Tests.Voice;

/// <summary>Commands within a call.</summary>
public sealed class CommandTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("parley-voice-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task A_refer_connects_with_somebody_else_and_ends_with_him()
    {
        await using var stage = await StartAsync();
        var (socket, first) = await stage.CallAsync();
        await socket.SendAsync($$$"""{"command":"refer","caller":"","callee":"{{{stage.PhoneUri}}}","options":{"moh":"tone:440"}}""");
        Assert.True((await NextAsync(socket, "answer")).IsRefer());
        var second = await stage.TakenAsync();
        await second.SendDigitsAsync("9");
        Assert.Equal('9', await DigitAsync(first)); // the two hear each other
        await second.HangUpAsync();
        Assert.True((await NextAsync(socket, "hangup")).IsRefer());
        Assert.Equal("ByRefer", (await NextAsync(socket, "hangup")).Text("reason"));
        Assert.Equal(CallEndKind.Completed, (await first.WaitForEndAsync().WaitAsync(TimeSpan.FromSeconds(30))).Kind);
    }

    [Fact]
    public async Task A_refer_that_is_refused_leaves_the_call()
    {
        await using var stage = await StartAsync();
        var calls = 0;
        stage.Serve(call => Interlocked.Increment(ref calls) == 1 ? stage.TakeAsync(call) : call.RejectAsync(486));
        var (socket, _) = await stage.CallAsync();
        await socket.SendAsync($$"""{"command":"refer","callee":"{{stage.PhoneUri}}"}""");
        var reject = await NextAsync(socket, "reject");
        Assert.Equal((486, true), (reject.Number("code"), reject.IsRefer()));
        await socket.SendAsync("""{"command":"hangup","reason":"done"}""");
        Assert.Equal("done", (await NextAsync(socket, "hangup")).Text("reason"));
    }

    [Fact]
    public async Task Recordings_and_dumps_stay_in_their_folders_and_secrets_out_of_them()
    {
        await using (var stage = await StartAsync(new() { Recordings = Path.Combine(_folder.FullName, "r"), Dumps = Path.Combine(_folder.FullName, "d") }))
        {
            var (socket, _) = await stage.CallAsync(""","recorder":{"recorderFile":"a/{id}.wav"},"asr":{"provider":"none","secretKey":"hush"}""", id: "rec");
            await socket.SendAsync("""{"command":"record","action":"stop"}""");
            await socket.SendAsync("""{"command":"record","recorder":{"recorderFile":"../out.wav"}}""");
            var errors = new List<string>();
            while (!errors.Any(error => error.Contains("out.wav", StringComparison.Ordinal)))
                errors.Add(await ErrorAsync(socket));
            await socket.SendAsync("""{"command":"hangup"}""");
            await UntilAsync(socket, "hangup");
            await stage.OverAsync();
        }

        Assert.True(File.Exists(Path.Combine(_folder.FullName, "r", "a", "rec.wav")));
        Assert.False(File.Exists(Path.Combine(_folder.FullName, "out.wav")));
        var lines = await File.ReadAllLinesAsync(Path.Combine(_folder.FullName, "d", "rec.events.jsonl"));
        Assert.DoesNotContain("hush", string.Concat(lines), StringComparison.Ordinal);
        Assert.Equal("command", JsonElement.Parse(lines[0]).Text("type"));
        Assert.Contains("hangup", lines[^1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_hold_is_asked_of_the_phone_and_ended()
    {
        await using var stage = await StartAsync();
        var (socket, call) = await stage.CallAsync();
        await socket.SendAsync("""{"command":"hold"}""");
        await ApiServer.UntilAsync(() => call.IsHeld, "the phone is on hold");
        await socket.SendAsync("""{"command":"hold","onHold":false}""");
        await ApiServer.UntilAsync(() => !call.IsHeld, "the phone is back");
    }

    [Fact]
    public async Task Digits_of_a_muted_phone_are_not_told()
    {
        await using var stage = await StartAsync();
        var (socket, call) = await stage.CallAsync(id: "quiet");
        await socket.SendAsync("""{"command":"mute","id":"m","trackId":"quiet"}""");
        await UntilAsync(socket, "ack");
        await call.SendInfoDigitsAsync("1");
        // Heard by the call, though not by the session.
        Assert.Equal('1', await DigitAsync(stage.Server.Calls.Single()));
        await socket.SendAsync("""{"command":"unmute","id":"u"}""");
        await UntilAsync(socket, "ack");
        await call.SendInfoDigitsAsync("2");
        Assert.Equal("2", (await NextAsync(socket, "dtmf")).Text("digit"));
        await socket.SendAsync("""{"command":"mute","trackId":"other"}""");
        Assert.Contains("'other'", await ErrorAsync(socket));
    }

    [Fact]
    public async Task Two_sessions_are_bridged_and_parted()
    {
        await using var stage = await StartAsync();
        var (one, first) = await stage.CallAsync(id: "one");
        var (_, second) = await stage.CallAsync(id: "two");
        await one.SendAsync("""{"command":"bridge","id":"b","targetSessionId":"two"}""");
        await UntilAsync(one, "ack");
        await second.SendDigitsAsync("3");
        Assert.Equal('3', await DigitAsync(first));
        await one.SendAsync("""{"command":"unbridge"}""");
        await one.SendAsync("""{"command":"bridge","targetSessionId":"none"}""");
        Assert.Contains("'none'", await ErrorAsync(one));
    }

    [Fact]
    public async Task Nothing_outside_the_folder_of_prompts_is_played()
    {
        await using var stage = await StartAsync(new() { Prompts = _folder.FullName });
        var (socket, _) = await stage.CallAsync();
        foreach (var url in (string[])["/etc/passwd", "../x.wav", "http://127.0.0.1/x.wav"])
        {
            await socket.SendAsync($$"""{"command":"play","url":"{{url}}"}""");
            Assert.Equal("play", (await NextAsync(socket, "error")).Text("sender"));
        }

        await socket.SendAsync("""{"command":"play","url":"tone:440","waitInputTimeout":100}""");
        var silence = await NextAsync(socket, "silence");
        Assert.Equal(("waitInput", 100), (silence.Text("kind"), silence.Number("duration")));
    }
}
