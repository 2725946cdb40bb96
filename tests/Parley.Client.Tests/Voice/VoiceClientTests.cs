using System.Collections.Concurrent;
using System.Net.WebSockets;
using System.Text.Json;
using Parley.Client.Tests.Support;
using Parley.Client.Voice;
using Parley.Contracts.Voice;
using Parley.Contracts.Voice.Commands;
using Parley.Contracts.Voice.Events;

namespace Parley.Client.Tests.Voice;

/// <summary>What a program sees of its call: commands, outcomes, events, the end.</summary>
public sealed class VoiceClientTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    [Fact]
    public async Task There_is_a_method_for_every_command()
    {
        await using var server = await FakeVoiceServer.StartAsync((socket, command) => command.GetProperty("command").GetString() is "invite" or "accept" ? socket.TellAsync("""{"event":"answer"}""") : Task.CompletedTask);
        await using var call = await ConnectAsync(server);
        await call.InviteAsync(new() { Callee = "sip:a@x" }).WaitAsync(Limit);
        await call.AcceptAsync().WaitAsync(Limit);
        await call.RingAsync("ring.wav", new() { RecorderFile = "r.wav" });
        await call.SpeakAsync("hello", "p", autoHangup: true);
        await call.SpeakPieceAsync("hel", "p");
        await call.PlayAsync("tone:440");
        await call.InterruptAsync(graceful: true);
        await call.MarkAsync("m");
        await call.ReturnFunctionAsync("c", "{}");
        await call.PauseAsync();
        await call.ResumeAsync("p");
        await call.SetVolumeAsync("p", -6);
        await call.MuteAsync();
        await call.UnmuteAsync("t");
        await call.SendDigitsAsync("12#");
        await call.RecordAsync();
        await call.HoldAsync("tone:350");
        await call.UnholdAsync();
        await call.ReferAsync("sip:b@x");
        await call.ReportTransferAsync(200);
        await call.BridgeAsync("other");
        await call.UnbridgeAsync();
        await call.SendMessageAsync("text");
        await call.AddHistoryAsync("user", "hi");
        await call.SendCustomAsync(JsonElement.Parse("1"));
        await call.AddIceCandidateAsync(new() { Candidate = "c" });
        await call.RejectAsync("busy", 486);
        await call.WaitForEndAsync().WaitAsync(Limit);
        Assert.Empty(VoiceWire.CommandNames.Except(server.CommandNames).Except(["hangup"]));
        Assert.Equal("""{"command":"tts","text":"hello","playId":"p","autoHangup":true,"endOfStream":true}""", (await server.CommandAsync("tts")).GetRawText());
        Assert.Equal("""{"command":"refer","caller":"","callee":"sip:b@x"}""", (await server.CommandAsync("refer")).GetRawText());
    }

    [Theory]
    [InlineData("""{"event":"reject","reason":"Busy Here","code":486}""", "Busy Here", 486)]
    [InlineData("""{"event":"hangup","reason":"Canceled","code":487}""", "Canceled", 487)]
    [InlineData("""{"event":"error","sender":"invite","error":"No such host"}""", "No such host", null)]
    public async Task An_invite_that_fails_throws_with_the_reason(string told, string reason, int? code)
    {
        await using var server = await FakeVoiceServer.StartAsync((socket, _) => socket.TellAsync("""{"event":"error","sender":"asr","error":"beside it"}""", told));
        await using var call = await ConnectAsync(server);
        var failed = await Assert.ThrowsAsync<VoiceCallException>(() => call.InviteAsync(new() { Callee = "sip:a@x" }).WaitAsync(Limit));
        Assert.Equal((reason, code), (failed.Reason, failed.Code));
    }

    [Fact]
    public async Task An_invite_is_over_with_its_connection()
    {
        await using var server = await FakeVoiceServer.StartAsync((socket, _) =>
        {
            socket.Abort();
            return Task.CompletedTask;
        });
        await using var call = await ConnectAsync(server);
        await Assert.ThrowsAsync<VoiceCallException>(() => call.InviteAsync(new() { Callee = "sip:a@x" }).WaitAsync(Limit));
        Assert.Null((await call.WaitForEndAsync().WaitAsync(Limit)).Last);
        await Assert.ThrowsAsync<IOException>(() => call.SpeakAsync("too late").WaitAsync(Limit));
    }

    [Fact]
    public async Task An_invite_that_is_given_up_hangs_up()
    {
        await using var server = await FakeVoiceServer.StartAsync();
        await using var call = await ConnectAsync(server);
        using var giveUp = new CancellationTokenSource();
        var inviting = call.InviteAsync(new() { Callee = "sip:a@x" }, giveUp.Token);
        await server.CommandAsync("invite");
        await giveUp.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => inviting.WaitAsync(Limit));
        await server.CommandAsync("hangup");
    }

    [Theory]
    [InlineData(VoiceCallType.Sip, "/call/sip")]
    [InlineData(VoiceCallType.WebRtc, "/call/webrtc")]
    [InlineData(VoiceCallType.WebSocket, "/call")]
    public async Task Options_are_the_query(VoiceCallType type, string path)
    {
        await using var server = await FakeVoiceServer.StartAsync();
        var http = new UriBuilder(server.Address) { Scheme = "http", Path = "/" }.Uri;
        var options = new VoiceClientOptions { Server = http, CallType = type, Id = "a+b@c", Key = "k", Dump = false, Ping = TimeSpan.FromSeconds(5), PingEvents = true, ServerSideTrack = "bot", BinaryHeader = true };
        await using (await VoiceClient.ConnectAsync(options).WaitAsync(Limit))
            Assert.Equal($"{path}?id=a%2Bb%40c&dump=false&ping=5&jsonPing=true&serverSideTrack=bot&binaryHeader=1", Assert.Single(server.Asked));
        Assert.Equal("Bearer k", Assert.Single(server.Keys));
    }

    [Fact]
    public async Task A_call_that_is_gone_and_an_id_that_is_none_are_told_at_once()
    {
        await using var server = await FakeVoiceServer.StartAsync();
        server.Refusal = 404;
        var options = new VoiceClientOptions { Server = server.Address, Id = "x", OnlyExisting = true };
        Assert.Equal(404, (await Assert.ThrowsAsync<VoiceCallException>(() => VoiceClient.ConnectAsync(options).WaitAsync(Limit))).Code);
        Assert.EndsWith("&forward=true", Assert.Single(server.Asked), StringComparison.Ordinal);
        server.Refusal = 401;
        await Assert.ThrowsAsync<WebSocketException>(() => VoiceClient.ConnectAsync(options).WaitAsync(Limit));
        await Assert.ThrowsAsync<ArgumentException>(() => VoiceClient.ConnectAsync(options with { Id = "a\r\nb" }));
    }

    [Fact]
    public async Task Handlers_see_events_in_order_one_after_the_other()
    {
        var told = new ConcurrentQueue<string>();
        await using var server = await FakeVoiceServer.StartAsync((socket, command) => command.GetProperty("command").GetString() switch
        {
            "invite" => socket.TellAsync("""{"event":"trackStart","seq":1}""", """{"event":"ringing","seq":2}""", """{"event":"answer","seq":3,"sdp":"v=0"}""", """{"event":"dtmf","seq":4,"digit":"5"}""", """{"event":"later"}"""),
            _ => socket.TellAsync($$"""{"event":"trackEnd","playId":"{{command.GetProperty("playId").GetString()}}"}"""),
        });
        var messages = new ConcurrentQueue<string>();
        await using var call = await ConnectAsync(server, options => options with { OnMessage = (name, json) => messages.Enqueue(name + json) });
        call.On<RingingEvent>(async _ =>
        {
            await Task.Delay(50);
            told.Enqueue("ringing");
        });
        call.On<RingingEvent>(_ => throw new InvalidOperationException("must not matter"));
        call.On<LegEvent>(leg => told.Enqueue($"leg {leg.Event}"));
        call.On<DtmfEvent>(async key =>
        {
            told.Enqueue($"key {key.Digit}");
            await call.SpeakToEndAsync("x"); // waits for an event that comes meanwhile
            told.Enqueue("heard");
        });
        call.On<UnknownEvent>(_ => told.Enqueue("unknown"));
        var heard = call.WaitForAsync<TrackEndEvent>();
        Assert.Equal("v=0", (await call.InviteAsync(new() { Callee = "sip:a@x" }).WaitAsync(Limit)).Sdp);
        await heard.WaitAsync(Limit);
        await call.HangUpAsync();
        await call.DisposeAsync();
        Assert.Equal(["ringing", "leg ringing", "leg answer", "leg dtmf", "key 5", "heard", "unknown", "leg hangup"], told);
        Assert.Contains("""later{"event":"later"}""", messages);
    }

    [Fact]
    public async Task A_handler_may_end_the_session_it_is_told_by()
    {
        await using var server = await FakeVoiceServer.StartAsync((socket, _) => socket.TellAsync("""{"event":"answer"}"""));
        var call = await ConnectAsync(server);
        var done = new TaskCompletionSource();
        call.On<AnswerEvent>(async _ =>
        {
            await call.ShutdownAsync("enough");
            done.SetResult();
        });
        await call.InviteAsync(new() { Callee = "sip:a@x" }).WaitAsync(Limit);
        await done.Task.WaitAsync(Limit);
        Assert.Equal("enough", (await call.WaitForEndAsync().WaitAsync(Limit)).Reason);
    }

    [Fact]
    public async Task A_reader_who_is_too_slow_is_told_what_he_missed()
    {
        await using var server = await FakeVoiceServer.StartAsync((socket, _) => socket.EndAsync("""{"event":"hangup","seq":12}"""));
        await using var call = await ConnectAsync(server, options => options with { MaxEvents = 2 });
        var socket = await server.NextAsync();
        await socket.TellAsync([.. Enumerable.Range(1, 11).Select(i => $$"""{"event":"dtmf","seq":{{i}},"digit":"{{i % 10}}"}""")]);
        await call.SpeakAsync("x");
        await call.WaitForEndAsync().WaitAsync(Limit);
        var read = new List<VoiceEvent>();
        await foreach (var happened in call.ReadAllAsync())
            read.Add(happened);
        Assert.Equal(10, Assert.IsType<MissedEvent>(read[0]).Count);
        Assert.Equal(["dtmf", "hangup"], read.Skip(1).Select(one => one.Event));
    }

    [Fact]
    public async Task Shutdown_ends_the_call_and_waits_for_its_last_event()
    {
        await using var server = await FakeVoiceServer.StartAsync((socket, _) => socket.TellAsync("""{"event":"answer"}"""));
        var closed = new List<VoiceEnd>();
        var call = await ConnectAsync(server, options => options with { OnClosed = closed.Add });
        await call.InviteAsync(new() { Callee = "sip:a@x" }).WaitAsync(Limit);
        await call.ShutdownAsync("closing time").WaitAsync(Limit);
        Assert.Equal("closing time", Assert.IsType<HangupEvent>(Assert.Single(closed).Last).Reason);
        Assert.True(call.Ended.IsCancellationRequested);
        await call.DisposeAsync();
        Assert.Equal(["invite", "hangup"], server.CommandNames);
    }

    [Fact]
    public async Task The_token_of_the_options_ends_the_session()
    {
        await using var server = await FakeVoiceServer.StartAsync((socket, _) => socket.TellAsync("""{"event":"answer"}"""));
        using var stop = new CancellationTokenSource();
        await using var call = await ConnectAsync(server, options => options with { Cancel = stop.Token });
        await call.InviteAsync(new() { Callee = "sip:a@x" }).WaitAsync(Limit);
        await stop.CancelAsync();
        Assert.IsType<HangupEvent>((await call.WaitForEndAsync().WaitAsync(Limit)).Last);
    }

    [Fact]
    public async Task Dump_and_log_hold_no_secrets()
    {
        var file = Path.Combine(Path.GetTempPath(), $"parley-dump-{Guid.NewGuid():N}", "call.jsonl");
        var log = new ConcurrentQueue<string>();
        await using var server = await FakeVoiceServer.StartAsync((socket, _) => socket.TellAsync("""{"event":"answer"}"""));
        await using (var call = await ConnectAsync(server, options => options with { Key = "k3y", DumpFile = file, Log = (level, line) => log.Enqueue($"{level} {line}") }))
        {
            await call.InviteAsync(new()
            {
                Callee = "sip:a@x", Asr = new() { SecretKey = "hidden1", Extra = new Dictionary<string, string> { ["token"] = "hidden2" } }, Sip = new() { Password = "hidden3" },
            }).WaitAsync(Limit);
        }

        var lines = await File.ReadAllLinesAsync(file);
        Directory.Delete(Path.GetDirectoryName(file)!, recursive: true);
        Assert.Equal(["command", "event", "command", "event"], lines.Select(line => JsonElement.Parse(line).GetProperty("type").GetString()));
        Assert.Contains("sip:a@x", lines[0], StringComparison.Ordinal);
        Assert.Contains("Debug Session", string.Concat(log), StringComparison.Ordinal);
        Assert.DoesNotContain(lines.Concat(log), line => line.Contains("hidden", StringComparison.Ordinal) || line.Contains("k3y", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_command_can_be_confirmed()
    {
        await using var server = await FakeVoiceServer.StartAsync((socket, command) => socket.TellAsync(
            $$"""{"event":"ack","id":"{{command.GetProperty("id").GetString()}}","command":"pause","accepted":{{(command.GetProperty("command").GetString() == "pause" ? "true" : "false")}}}"""));
        await using var call = await ConnectAsync(server);
        Assert.True((await call.ConfirmAsync(new PauseCommand()).WaitAsync(Limit)).Accepted);
        await Assert.ThrowsAsync<VoiceCallException>(() => call.ConfirmAsync(new ResumeCommand { Id = "mine" }).WaitAsync(Limit));
    }

    [Theory]
    [InlineData(VoiceCallType.WebSocket, false, false)]
    [InlineData(VoiceCallType.WebSocket, true, true)]
    [InlineData(VoiceCallType.Sip, false, true)]
    public async Task Audio_comes_and_goes(VoiceCallType type, bool header, bool hasTrack)
    {
        await using var server = await FakeVoiceServer.StartAsync();
        await using var call = await ConnectAsync(server, options => options with { CallType = type, BinaryHeader = header });
        var socket = await server.NextAsync();
        await socket.SendAudioAsync(1, 2, 3);
        await foreach (var audio in call.ReadAudioAsync())
        {
            Assert.Equal(hasTrack ? 1 : (int?)null, audio.Track);
            Assert.Equal(hasTrack ? [2, 3] : [1, 2, 3], audio.Data.ToArray());
            break;
        }

        await call.SendAudioAsync(new byte[] { 9, 8 });
        for (var i = 0; i < 500 && socket.Audio.IsEmpty; i++)
            await Task.Delay(10);
        Assert.Equal([9, 8], Assert.Single(socket.Audio));
    }

    internal static Task<VoiceClient> ConnectAsync(FakeVoiceServer server, Func<VoiceClientOptions, VoiceClientOptions>? change = null)
    {
        var options = new VoiceClientOptions { Server = server.Address };
        return VoiceClient.ConnectAsync(change?.Invoke(options) ?? options).WaitAsync(Limit);
    }
}
