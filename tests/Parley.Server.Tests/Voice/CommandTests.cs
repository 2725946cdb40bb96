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
        var calls = System.Threading.Channels.Channel.CreateUnbounded<IncomingCall>();
        stage.Serve(async call =>
        {
            await call.AnswerAsync();
            await calls.Writer.WriteAsync(call);
            await call.WaitForEndAsync();
        });
        await using var socket = await stage.ConnectAsync();
        await socket.SendAsync(stage.Invite());
        await UntilAsync(socket, "mediaReady");
        var first = await calls.Reader.ReadAsync();
        await socket.SendAsync($$$"""{"command":"refer","caller":"","callee":"{{{stage.PhoneUri}}}","options":{"moh":"tone:440"}}""");
        var answer = (await UntilAsync(socket, "answer"))[^1];
        Assert.True(answer.GetProperty("refer").GetBoolean());
        var second = await calls.Reader.ReadAsync();
        await second.SendDigitsAsync("9");
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        await foreach (var digit in first.Digits(limit.Token))
        {
            Assert.Equal('9', digit.Symbol); // the two hear each other
            break;
        }

        await second.HangUpAsync();
        var leg = (await UntilAsync(socket, "hangup"))[^1];
        Assert.True(leg.GetProperty("refer").GetBoolean());
        var own = (await UntilAsync(socket, "hangup"))[^1];
        Assert.Equal("ByRefer", own.GetProperty("reason").GetString());
        Assert.Equal(CallEndKind.Completed, (await first.WaitForEndAsync(limit.Token)).Kind);
    }

    [Fact]
    public async Task A_refer_that_is_refused_leaves_the_call()
    {
        await using var stage = await StartAsync();
        var isFirst = true;
        stage.Serve(async call =>
        {
            if (!isFirst)
            {
                await call.RejectAsync(486);
                return;
            }

            isFirst = false;
            await call.AnswerAsync();
            await call.WaitForEndAsync();
        });
        await using var socket = await stage.ConnectAsync();
        await socket.SendAsync(stage.Invite());
        await UntilAsync(socket, "mediaReady");
        await socket.SendAsync($$"""{"command":"refer","callee":"{{stage.PhoneUri}}"}""");
        var reject = (await UntilAsync(socket, "reject"))[^1];
        Assert.Equal((486, true), (reject.GetProperty("code").GetInt32(), reject.GetProperty("refer").GetBoolean()));
        await socket.SendAsync("""{"command":"hangup","reason":"done"}""");
        Assert.Equal("done", (await UntilAsync(socket, "hangup"))[^1].GetProperty("reason").GetString());
    }

    [Fact]
    public async Task Recordings_and_dumps_stay_in_their_folders_and_secrets_out_of_them()
    {
        await using (var stage = await StartAsync(new() { Recordings = Path.Combine(_folder.FullName, "r"), Dumps = Path.Combine(_folder.FullName, "d") }))
        {
            _ = stage.AnswerAll();
            await using var socket = await stage.ConnectAsync("/call/sip?id=rec");
            await socket.SendAsync(stage.Invite(""","recorder":{"recorderFile":"a/{id}.wav"},"asr":{"provider":"none","secretKey":"hush"}"""));
            await UntilAsync(socket, "mediaReady");
            await socket.SendAsync("""{"command":"record","action":"stop"}""");
            await socket.SendAsync("""{"command":"record","recorder":{"recorderFile":"../out.wav"}}""");
            var errors = new List<string>();
            while (!errors.Any(error => error.Contains("out.wav", StringComparison.Ordinal)))
                errors.Add((await UntilAsync(socket, "error"))[^1].GetProperty("error").GetString()!);
            await socket.SendAsync("""{"command":"hangup"}""");
            await UntilAsync(socket, "hangup");
            await ApiServer.UntilAsync(() => stage.Surface.Sessions == 0, "the session is gone");
        }

        Assert.True(File.Exists(Path.Combine(_folder.FullName, "r", "a", "rec.wav")));
        Assert.False(File.Exists(Path.Combine(_folder.FullName, "out.wav")));
        var lines = await File.ReadAllLinesAsync(Path.Combine(_folder.FullName, "d", "rec.events.jsonl"));
        Assert.DoesNotContain("hush", string.Concat(lines), StringComparison.Ordinal);
        Assert.Equal("command", JsonElement.Parse(lines[0]).GetProperty("type").GetString());
        Assert.Contains("hangup", lines[^1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_hold_is_asked_of_the_phone_and_ended()
    {
        await using var stage = await StartAsync();
        var phone = stage.AnswerAll();
        await using var socket = await stage.ConnectAsync();
        await socket.SendAsync(stage.Invite());
        await UntilAsync(socket, "mediaReady");
        var call = await phone;
        await socket.SendAsync("""{"command":"hold"}""");
        await ApiServer.UntilAsync(() => call.IsHeld, "the phone is on hold");
        await socket.SendAsync("""{"command":"hold","onHold":false}""");
        await ApiServer.UntilAsync(() => !call.IsHeld, "the phone is back");
    }

    [Fact]
    public async Task Digits_of_a_muted_phone_are_not_told()
    {
        await using var stage = await StartAsync();
        var phone = stage.AnswerAll();
        await using var socket = await stage.ConnectAsync("/call/sip?id=quiet");
        await socket.SendAsync(stage.Invite());
        await UntilAsync(socket, "mediaReady");
        var call = await phone;
        await socket.SendAsync("""{"command":"mute","id":"m","trackId":"quiet"}""");
        await UntilAsync(socket, "ack");
        await call.SendInfoDigitsAsync("1");
        // Heard by the call, though not by the session.
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        await foreach (var digit in stage.Server.Calls.Single().Digits(limit.Token))
        {
            Assert.Equal('1', digit.Symbol);
            break;
        }

        await socket.SendAsync("""{"command":"unmute","id":"u"}""");
        await UntilAsync(socket, "ack");
        await call.SendInfoDigitsAsync("2");
        Assert.Equal("2", (await UntilAsync(socket, "dtmf"))[^1].GetProperty("digit").GetString());
        await socket.SendAsync("""{"command":"mute","trackId":"other"}""");
        Assert.Contains("'other'", (await UntilAsync(socket, "error"))[^1].GetProperty("error").GetString());
    }

    [Fact]
    public async Task Two_sessions_are_bridged_and_parted()
    {
        await using var stage = await StartAsync();
        var calls = System.Threading.Channels.Channel.CreateUnbounded<IncomingCall>();
        stage.Serve(async call =>
        {
            await call.AnswerAsync();
            await calls.Writer.WriteAsync(call);
            await call.WaitForEndAsync();
        });
        await using var one = await stage.ConnectAsync("/call/sip?id=one");
        await one.SendAsync(stage.Invite());
        await UntilAsync(one, "mediaReady");
        await using var two = await stage.ConnectAsync("/call/sip?id=two");
        await two.SendAsync(stage.Invite());
        await UntilAsync(two, "mediaReady");
        var (first, second) = (await calls.Reader.ReadAsync(), await calls.Reader.ReadAsync());
        await one.SendAsync("""{"command":"bridge","id":"b","targetSessionId":"two"}""");
        await UntilAsync(one, "ack");
        await second.SendDigitsAsync("3");
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        await foreach (var digit in first.Digits(limit.Token))
        {
            Assert.Equal('3', digit.Symbol);
            break;
        }

        await one.SendAsync("""{"command":"unbridge"}""");
        await one.SendAsync("""{"command":"bridge","targetSessionId":"none"}""");
        Assert.Contains("'none'", (await UntilAsync(one, "error"))[^1].GetProperty("error").GetString());
    }

    [Fact]
    public async Task Nothing_outside_the_folder_of_prompts_is_played()
    {
        await using var stage = await StartAsync(new() { Prompts = _folder.FullName });
        _ = stage.AnswerAll();
        await using var socket = await stage.ConnectAsync();
        await socket.SendAsync(stage.Invite());
        await UntilAsync(socket, "mediaReady");
        foreach (var url in (string[])["/etc/passwd", "../x.wav", "http://127.0.0.1/x.wav"])
        {
            await socket.SendAsync($$"""{"command":"play","url":"{{url}}"}""");
            Assert.Equal("play", (await UntilAsync(socket, "error"))[^1].GetProperty("sender").GetString());
        }

        await socket.SendAsync("""{"command":"play","url":"tone:440","waitInputTimeout":100}""");
        var silence = (await UntilAsync(socket, "silence"))[^1];
        Assert.Equal(("waitInput", 100), (silence.GetProperty("kind").GetString(), silence.GetProperty("duration").GetInt32()));
    }
}
