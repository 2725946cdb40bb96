using System.Net;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using Parley.Server.Access;
using Parley.Server.Tests.Support;
using Parley.Sip.Invites;
using static Parley.Server.Tests.Voice.VoiceStage;

namespace Parley.Server.Tests.Voice;

/// <summary>Calls of voice agents, from the socket to a phone.</summary>
public sealed class CallTests
{
    [Fact]
    public async Task An_invite_that_is_answered_tells_its_events_in_order_and_numbered()
    {
        await using var stage = await StartAsync();
        var phone = stage.AnswerAll();
        await using var socket = await stage.ConnectAsync("/call/sip?id=s1");
        await socket.SendAsync(stage.Invite());
        var events = await UntilAsync(socket, "mediaReady");
        await (await phone).HangUpAsync();
        events.AddRange(await UntilAsync(socket, "hangup"));
        Assert.Null(await socket.TryReadAsync());
        Assert.Equal(["trackStart", "ringing", "answer", "mediaReady", "trackEnd", "hangup"], events.Select(Name));
        Assert.Equal(Enumerable.Range(1, events.Count), events.Select(one => one.GetProperty("seq").GetInt32()));
        Assert.StartsWith("v=0", events[2].GetProperty("sdp").GetString(), StringComparison.Ordinal);
        var last = events[^1];
        Assert.Equal(("ByCallee", "callee"), (last.GetProperty("reason").GetString(), last.GetProperty("initiator").GetString()));
        Assert.Equal("phone", last.GetProperty("to").GetProperty("username").GetString());
        Assert.Matches(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$", last.GetProperty("answerTime").GetString());
    }

    [Fact]
    public async Task A_refusal_is_one_reject_and_the_end()
    {
        await using var stage = await StartAsync();
        stage.Serve(call => call.RejectAsync(486));
        await using var socket = await stage.ConnectAsync();
        await socket.SendAsync(stage.Invite());
        var events = await UntilAsync(socket, "reject");
        Assert.Equal(486, events[^1].GetProperty("code").GetInt32());
        Assert.DoesNotContain("error", events.Select(Name));
        Assert.Null(await socket.TryReadAsync());
    }

    [Fact]
    public async Task What_is_wrong_with_an_option_is_told_behind_the_answer()
    {
        await using var stage = await StartAsync();
        _ = stage.AnswerAll();
        await using var socket = await stage.ConnectAsync();
        await socket.SendAsync(stage.Invite(""","agc":{},"vad":{"type":"loud","ratio":"x"}"""));
        var events = await UntilAsync(socket, "mediaReady");
        Assert.DoesNotContain("error", events.Select(Name));
        var errors = new[] { await socket.ReadAsync(), await socket.ReadAsync(), await socket.ReadAsync() }.Select(one => one.GetProperty("error").GetString()!).ToList();
        Assert.Contains(errors, error => error.Contains("option.vad.ratio", StringComparison.Ordinal));
        Assert.Contains(errors, error => error.Contains("option.agc", StringComparison.Ordinal));
        Assert.Contains(errors, error => error.Contains("'loud'", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Words_that_are_recognised_are_events_with_both_times()
    {
        await using var stage = await StartAsync();
        _ = stage.AnswerAll();
        await using var socket = await stage.ConnectAsync();
        await socket.SendAsync(stage.Invite(""","asr":{"provider":"scripted"}"""));
        var events = await UntilAsync(socket, "asrFinal");
        var (delta, final) = (Assert.Single(events, one => Name(one) == "asrDelta"), events[^1]);
        Assert.Equal(("hel", "hello"), (delta.GetProperty("text").GetString(), final.GetProperty("text").GetString()));
        Assert.True(final.TryGetProperty("startTime", out _) && final.TryGetProperty("endTime", out _));
    }

    [Fact]
    public async Task A_header_that_cannot_be_costs_itself_alone()
    {
        await using var stage = await StartAsync();
        var phone = stage.AnswerAll();
        await using var socket = await stage.ConnectAsync();
        await socket.SendAsync(stage.Invite(""","sip":{"headers":{"X-Good":"1","X-Bad":"a\r\nVia: x"}}"""));
        Assert.Contains("headers.X-Bad", (await UntilAsync(socket, "error"))[^1].GetProperty("error").GetString());
        var call = await phone;
        Assert.Equal(("1", null), (call.Header("X-Good"), call.Header("X-Bad")));
    }

    [Fact]
    public async Task Three_texts_of_one_playback_are_all_heard_and_then_it_hangs_up()
    {
        await using var stage = await StartAsync();
        _ = stage.AnswerAll();
        await using var socket = await stage.ConnectAsync();
        await socket.SendAsync(stage.Invite());
        // Sent before the answer: they wait for it.
        foreach (var text in (string[])["one", "two", "three"])
            await socket.SendAsync($$"""{"command":"tts","text":"{{text}}","playId":"g","autoHangup":true}""");
        var events = await UntilAsync(socket, "hangup");
        Assert.Single(events, one => Name(one) == "trackStart" && one.TryGetProperty("playId", out _));
        var end = Assert.Single(events, one => Name(one) == "trackEnd" && one.TryGetProperty("playId", out _));
        Assert.InRange(end.GetProperty("duration").GetInt32(), 200, 400); // 11 characters of 20 ms, with what lies between commands
        Assert.Equal("BySystem", events[^1].GetProperty("reason").GetString());
    }

    [Fact]
    public async Task An_interruption_tells_what_was_heard_before_the_track_ends()
    {
        await using var stage = await StartAsync();
        _ = stage.AnswerAll();
        await using var socket = await stage.ConnectAsync();
        await socket.SendAsync(stage.Invite());
        await UntilAsync(socket, "mediaReady");
        await socket.SendAsync($$"""{"command":"tts","text":"{{new string('a', 500)}}","playId":"long"}""");
        await UntilAsync(socket, "trackStart");
        await socket.SendAsync("""{"command":"interrupt"}""");
        var events = await UntilAsync(socket, "trackEnd");
        var cut = Assert.Single(events, one => Name(one) == "interruption");
        Assert.Equal("long", cut.GetProperty("playId").GetString());
        await socket.SendAsync("""{"command":"pause"}""");
        Assert.Contains("Nothing is played", (await UntilAsync(socket, "error"))[^1].GetProperty("error").GetString());
    }

    [Fact]
    public async Task Digits_of_the_phone_are_events_and_digits_for_it_arrive()
    {
        await using var stage = await StartAsync();
        var phone = stage.AnswerAll();
        await using var socket = await stage.ConnectAsync();
        await socket.SendAsync(stage.Invite());
        await UntilAsync(socket, "mediaReady");
        var call = await phone;
        await call.SendDigitsAsync("5");
        Assert.Equal("5", (await UntilAsync(socket, "dtmf"))[^1].GetProperty("digit").GetString());
        await socket.SendAsync("""{"command":"sendDtmf","digits":"7"}""");
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        await foreach (var digit in call.Digits(limit.Token))
        {
            Assert.Equal('7', digit.Symbol);
            break;
        }
    }

    [Fact]
    public async Task A_socket_that_breaks_ends_the_call()
    {
        await using var stage = await StartAsync();
        var phone = stage.AnswerAll();
        var socket = await stage.ConnectAsync();
        await socket.SendAsync(stage.Invite());
        await UntilAsync(socket, "mediaReady");
        socket.Socket.Abort();
        Assert.Equal(CallEndKind.Completed, (await (await phone).WaitForEndAsync().WaitAsync(TimeSpan.FromSeconds(30))).Kind);
        await ApiServer.UntilAsync(() => stage.Surface.Sessions == 0, "the session is gone");
    }

    [Fact]
    public async Task A_socket_that_breaks_while_it_rings_cancels_the_call()
    {
        await using var stage = await StartAsync();
        var ringing = new TaskCompletionSource<IncomingCall>(TaskCreationOptions.RunContinuationsAsynchronously);
        stage.Serve(async call =>
        {
            await call.RingAsync();
            ringing.SetResult(call);
            await call.WaitForEndAsync();
        });
        var socket = await stage.ConnectAsync();
        await socket.SendAsync(stage.Invite());
        var phone = await ringing.Task.WaitAsync(TimeSpan.FromSeconds(30));
        socket.Socket.Abort();
        Assert.Equal(CallEndKind.Cancelled, (await phone.WaitForEndAsync().WaitAsync(TimeSpan.FromSeconds(30))).Kind);
    }

    [Fact]
    public async Task Within_the_grace_time_a_socket_comes_back_and_loses_nothing()
    {
        await using var stage = await StartAsync(new() { Grace = TimeSpan.FromMinutes(1) });
        var phone = stage.AnswerAll();
        var socket = await stage.ConnectAsync("/call/sip?id=back");
        await socket.SendAsync(stage.Invite());
        await UntilAsync(socket, "mediaReady");
        socket.Socket.Abort();
        ApiSocket? second = null;
        await ApiServer.UntilAsync(() => second is not null || TryConnect(), "the session takes another socket");
        await (await phone).HangUpAsync();
        Assert.Equal("hangup", Name((await UntilAsync(second!, "hangup"))[^1]));
        await second!.DisposeAsync();

        bool TryConnect()
        {
            try
            {
                second = stage.ConnectAsync("/call/sip?id=back").GetAwaiter().GetResult();
            }
            catch (System.Net.WebSockets.WebSocketException)
            {
                // The server has not noticed yet.
            }

            return second is not null;
        }
    }

    [Fact]
    public async Task Past_the_grace_time_the_call_ends()
    {
        await using var stage = await StartAsync(new() { Grace = TimeSpan.FromMilliseconds(100) });
        var phone = stage.AnswerAll();
        var socket = await stage.ConnectAsync();
        await socket.SendAsync(stage.Invite());
        await UntilAsync(socket, "mediaReady");
        socket.Socket.Abort();
        Assert.Equal(CallEndKind.Completed, (await (await phone).WaitForEndAsync().WaitAsync(TimeSpan.FromSeconds(30))).Kind);
    }

    [Fact]
    public async Task What_is_not_served_says_so()
    {
        await using var stage = await StartAsync();
        await using var socket = await stage.ConnectAsync("/call/webrtc");
        await socket.SendAsync(stage.Invite());
        var error = await socket.ReadAsync();
        Assert.Equal(("error", "invite", 501), (Name(error), error.GetProperty("sender").GetString(), error.GetProperty("code").GetInt32()));
    }

    [Theory]
    [InlineData("//call/sip?id=a+b@c&dump=true")]
    [InlineData("/call/sip/?ping=0")]
    public async Task Bad_commands_are_named_and_good_ones_acknowledged(string path)
    {
        await using var stage = await StartAsync();
        await using var socket = await stage.ConnectAsync(path);
        await socket.SendAsync("""{"command":"sing"}""" + "\n");
        Assert.Contains("'sing'", (await socket.ReadAsync()).GetProperty("error").GetString());
        await socket.SendAsync("""{"command":"tts","text":"x"}""");
        Assert.Equal("tts", (await socket.ReadAsync()).GetProperty("sender").GetString());
        await socket.SendAsync("""{"command":"history","id":"h1","speaker":"bot","text":"hi","mood":"good"}""");
        Assert.Contains("mood", (await socket.ReadAsync()).GetProperty("error").GetString());
        Assert.Equal("h1", (await socket.ReadAsync()).GetProperty("id").GetString());
        Assert.Equal(("addHistory", "hi"), (Name(await socket.ReadAsync() is var told ? told : default), told.GetProperty("text").GetString()));
    }

    [Fact]
    public async Task A_key_that_opens_some_commands_or_calls_opens_no_voice_agents()
    {
        await using var stage = await StartAsync(host: host => host with { Keys = new([new("all", "whole"), new("few", "commands") { Commands = ["CallList"] }, new("own", "calls") { Calls = CallScope.Own }]) });
        using var http = new HttpClient();
        foreach (var (key, status) in new[] { ("whole", HttpStatusCode.OK), ("commands", HttpStatusCode.Forbidden), ("calls", HttpStatusCode.Forbidden), ("none", HttpStatusCode.Unauthorized) })
        {
            using var answer = await http.GetAsync(stage.Http($"/list?key={key}"));
            Assert.Equal(status, answer.StatusCode);
        }

        await using var socket = await stage.ConnectAsync("/call/sip?key=whole");
        var refused = await Assert.ThrowsAsync<WebSocketException>(() => stage.ConnectAsync("/call/sip?key=commands"));
        Assert.Contains("403", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Over_http_sessions_are_listed_commanded_followed_and_killed()
    {
        await using var stage = await StartAsync(new() { IceServers = [new() { Urls = ["stun:stun.example.com"] }] });
        var phone = stage.AnswerAll();
        await using var socket = await stage.ConnectAsync("/call/sip?id=web");
        await socket.SendAsync(stage.Invite());
        await UntilAsync(socket, "mediaReady");
        using var http = new HttpClient();
        var listed = JsonElement.Parse(await http.GetStringAsync(stage.Http("/list"))).GetProperty("active_calls")[0];
        Assert.Equal(("web", "sip"), (listed.GetProperty("id").GetString(), listed.GetProperty("callType").GetString()));
        using var events = await http.GetAsync(stage.Http("/events/web"), HttpCompletionOption.ResponseHeadersRead);
        using var reader = new StreamReader(await events.Content.ReadAsStreamAsync());
        using var sent = await http.PostAsync(stage.Http("/command/web"), new StringContent("""{"command":"history","speaker":"a","text":"b"}""", Encoding.UTF8));
        Assert.Equal("""{"status":"sent","id":"web"}""", await sent.Content.ReadAsStringAsync());
        var told = "";
        while (!told.Contains("addHistory", StringComparison.Ordinal))
            told = await reader.ReadLineAsync() ?? throw new EndOfStreamException();
        Assert.Contains("stun:stun.example.com", await http.GetStringAsync(stage.Http("/iceservers")));
        Assert.Contains("running", await http.GetStringAsync(stage.Http("/health")));
        Assert.Equal("""{"status":"killed","id":"web"}""", await http.GetStringAsync(stage.Http("/kill/web")));
        Assert.Equal("hangup", Name((await UntilAsync(socket, "hangup"))[^1]));
        Assert.Equal(CallEndKind.Completed, (await (await phone).WaitForEndAsync()).Kind);
        Assert.Equal(HttpStatusCode.NotFound, (await http.GetAsync(stage.Http("/kill/none"))).StatusCode);
    }
}
