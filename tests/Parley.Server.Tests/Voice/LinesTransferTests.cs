using Parley.Server.Tests.Support;
using Parley.TestSupport;
using static Parley.Server.Tests.Voice.VoiceStage;

namespace Parley.Server.Tests.Voice;

/// <summary>Calls connected with somebody else: by the server, by the phone, with another session.</summary>
public sealed class LinesTransferTests
{
    [Fact]
    public async Task The_other_party_is_called_with_what_it_should_know_and_music_meanwhile()
    {
        await using var scene = await Scene.StartAsync();
        await scene.ReferAsync(""","options":{"moh":"tone:440","sip":{"headers":{"X-A":"1"},"hangup_headers":{"X-Bye":"{{session_id}}"}}}""");
        var invite = await scene.Other.RingAsync();
        Assert.Equal(
            (scene.Other.Uri, Scene.Caller, "main", "1", "ref-1-main"),
            (Wire.Header(invite, "X-Referred-To"), Wire.Header(invite, "X-Referred-From"), Wire.Header(invite, "X-Referred-Id"), Wire.Header(invite, "X-A"), Wire.Header(invite, "Call-ID")));
        var events = await UntilAsync(scene.Socket, "ringing");
        events.AddRange(await UntilIncludingAsync(scene.Socket, events, "trackStart"));
        Assert.Equal("music-on-hold", events.First(one => Name(one) == "trackStart").Text("playId"));
        scene.Other.Respond(invite, "200 OK", scene.Other.Sdp);
        await scene.Other.ExpectAsync("ACK");
        events = await UntilAsync(scene.Socket, "answer");
        Assert.Equal(("server-side-track", true, scene.Other.Sdp), (events[^1].Text("trackId"), events[^1].IsRefer(), events[^1].Text("sdp")));
        events.AddRange(await UntilIncludingAsync(scene.Socket, events, "trackEnd"));

        // What the other party does is told as its.
        scene.Other.Within(invite, "MESSAGE", 2, "hello", type: "text/plain");
        var text = await NextAsync(scene.Socket, "message");
        Assert.Equal(("hello", true), (text.Text("body"), text.IsRefer()));
        await scene.Socket.SendAsync("""{"command":"message","body":"to you","refer":true}""");
        scene.Other.Respond(await scene.Other.ExpectAsync("MESSAGE"), "200 OK");

        // Only this leg ends when that is asked for, whatever autoHangup says.
        await scene.Socket.SendAsync("""{"command":"hangup","refer":true,"reason":"enough"}""");
        Assert.Equal("main", Wire.Header(await scene.Other.ByeAsync(), "X-Bye"));
        var over = await NextAsync(scene.Socket, "hangup");
        Assert.Equal(("enough", true), (over.Text("reason"), over.IsRefer()));
        await scene.HangUpAsync("done");
    }

    [Fact]
    public async Task Nobody_answering_a_refer_is_408_and_the_call_goes_on()
    {
        await using var scene = await Scene.StartAsync();
        await scene.ReferAsync(""","options":{"timeout":1,"callId":"mine"}""");
        var invite = await scene.Other.RingAsync();
        Assert.Equal("mine", Wire.Header(invite, "Call-ID"));
        await scene.Other.CancelledAsync(invite);
        var reject = await NextAsync(scene.Socket, "reject");
        Assert.Equal((408, true), (reject.Number("code"), reject.IsRefer()));
        // And another attempt is a call of its own.
        await scene.ReferAsync();
        Assert.Equal("ref-1-main", Wire.Header(await scene.Other.RingAsync(), "Call-ID"));
        await scene.Socket.SendAsync("""{"command":"hangup","refer":true}""");
        var over = await NextAsync(scene.Socket, "hangup");
        Assert.Equal((487, true), (over.Number("code"), over.IsRefer()));
        await scene.HangUpAsync("done");
    }

    [Fact]
    public async Task A_caller_who_goes_takes_the_other_party_with_him_and_each_has_one_last_event()
    {
        await using var scene = await Scene.StartAsync();
        await scene.ReferAsync();
        await scene.Other.AnswerAsync();
        await UntilAsync(scene.Socket, "answer");
        scene.Phone.Within(scene.Invite, "BYE", 2);
        await scene.Other.ByeAsync();
        var events = await ToEndAsync(scene.Socket);
        var ends = events.Where(one => Name(one) == "hangup").ToList();
        Assert.Equal([true, false], ends.Select(one => one.TryGetProperty("refer", out _)));
        Assert.Equal(("BySystem", "ByCallee"), (ends[0].Text("reason"), ends[1].Text("reason")));
        Assert.Equal("hangup", Name(events[^1]));
    }

    [Theory]
    [InlineData("true", true)]
    [InlineData("false", false)]
    [InlineData(null, true)]
    public async Task The_other_party_going_ends_the_call_unless_that_was_not_wanted(string? autoHangup, bool ends)
    {
        await using var scene = await Scene.StartAsync();
        await scene.ReferAsync(autoHangup is null ? "" : $",\"options\":{{\"autoHangup\":{autoHangup}}}");
        var invite = await scene.Other.AnswerAsync();
        await UntilAsync(scene.Socket, "answer");
        scene.Other.Within(invite, "BYE", 2);
        var leg = await NextAsync(scene.Socket, "hangup");
        Assert.True(leg.IsRefer());
        if (ends)
        {
            await scene.Phone.ByeAsync();
            Assert.Equal("ByRefer", (await NextAsync(scene.Socket, "hangup")).Text("reason"));
        }
        else
        {
            await scene.HangUpAsync("done");
        }
    }

    [Fact]
    public async Task What_is_said_while_two_are_connected_is_heard_and_digits_stay_here_if_that_is_wanted()
    {
        await using var stage = await StartAsync();
        var (socket, caller) = await stage.CallAsync();
        await socket.SendAsync($$$"""{"command":"refer","callee":"{{{stage.PhoneUri}}}","options":{"forwardDtmf":false,"asr":{"provider":"scripted"}} }""");
        await UntilAsync(socket, "answer");
        var other = await stage.TakenAsync();
        other.StartPlayback(new Parley.Media.Audio.ToneSource(440, 8000));
        var words = await NextAsync(socket, "asrFinal");
        Assert.Equal(("hello", true, "server-side-track"), (words.Text("text"), words.IsRefer(), words.Text("trackId")));
        await using var reader = caller.OpenReader();
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        var one = await LoudestAsync(reader, limit.Token);
        await socket.SendAsync($$"""{"command":"tts","text":"{{new string('a', 100)}}","playId":"over"}""");
        await UntilAsync(socket, "trackStart");
        // Both at once are louder than one of them.
        while (await LoudestAsync(reader, limit.Token) < one + 2_000)
        {
        }

        await other.SendDigitsAsync("4");
        var digit = await NextAsync(socket, "dtmf");
        Assert.Equal(("4", true), (digit.Text("digit"), digit.IsRefer()));
        await caller.SendDigitsAsync("5");
        digit = await NextAsync(socket, "dtmf");
        Assert.Equal(("5", false), (digit.Text("digit"), digit.TryGetProperty("refer", out _)));
        await socket.SendAsync("""{"command":"sendDtmf","digits":"6","refer":true}""");
        Assert.Equal('6', await DigitAsync(other)); // not the caller's 5
    }

    [Fact]
    public async Task A_phone_that_does_the_transfer_itself_is_let_go_when_it_has()
    {
        await using var scene = await Scene.StartAsync();
        await scene.ReferAsync(""","options":{"method":"refer","moh":"tone:440","sip":{"headers":{"X-A":"1"}}}""");
        Assert.Contains("options.moh", await ErrorAsync(scene.Socket), StringComparison.Ordinal);
        var refer = await scene.Phone.ExpectAsync("REFER");
        Assert.Equal(($"<{scene.Other.Uri}>", $"<{Scene.Caller}>", "1"), (Wire.Header(refer, "Refer-To"), Wire.Header(refer, "Referred-By"), Wire.Header(refer, "X-A")));
        scene.Phone.Respond(refer, "202 Accepted");
        await scene.NotifyAsync(2, "SIP/2.0 180 Ringing", "active;expires=60");
        Assert.True((await NextAsync(scene.Socket, "ringing")).IsRefer());
        await scene.NotifyAsync(3, "SIP/2.0 200 OK", "terminated;reason=noresource");
        await scene.Phone.ByeAsync();
        var events = await ToEndAsync(scene.Socket);
        Assert.Equal(["answer", "trackEnd", "hangup"], events.Select(Name));
        Assert.Equal(("ByRefer", "system"), (events[^1].Text("reason"), events[^1].Text("initiator")));
    }

    [Theory]
    [InlineData("202 Accepted", "SIP/2.0 486 Busy Here", 486)]
    [InlineData("405 Method Not Allowed", null, 405)]
    public async Task A_transfer_that_fails_leaves_the_call(string response, string? report, int code)
    {
        await using var scene = await Scene.StartAsync();
        await scene.ReferAsync(""","options":{"method":"refer"}""");
        scene.Phone.Respond(await scene.Phone.ExpectAsync("REFER"), response);
        if (report is not null)
            await scene.NotifyAsync(2, report, "terminated;reason=noresource");
        var reject = await NextAsync(scene.Socket, "reject");
        Assert.Equal((code, true), (reject.Number("code"), reject.IsRefer()));
        await scene.HangUpAsync("done");
    }

    [Fact]
    public async Task A_phone_that_goes_while_it_transfers_itself_is_one_that_was_referred()
    {
        await using var scene = await Scene.StartAsync();
        await scene.ReferAsync(""","options":{"method":"refer"}""");
        scene.Phone.Respond(await scene.Phone.ExpectAsync("REFER"), "202 Accepted");
        scene.Phone.Within(scene.Invite, "BYE", 2);
        var events = await ToEndAsync(scene.Socket);
        Assert.Equal(("ByRefer", "callee"), (events[^1].Text("reason"), events[^1].Text("initiator")));
        Assert.Single(events, one => Name(one) == "hangup");
    }

    [Fact]
    public async Task Two_sessions_calls_become_one_by_REFER_with_Replaces()
    {
        await using var scene = await Scene.StartAsync();
        var (second, _) = await scene.Stage.CallAsync(scene.Other, id: "second");
        await scene.Socket.SendAsync("""{"command":"refer","callee":"","options":{"method":"refer","targetSessionId":"nobody"}}""");
        Assert.Contains("'nobody'", await ErrorAsync(scene.Socket), StringComparison.Ordinal);
        await scene.Socket.SendAsync("""{"command":"refer","callee":"","options":{"method":"refer","targetSessionId":"second"}}""");
        var refer = await scene.Phone.ExpectAsync("REFER");
        Assert.Contains($"<{scene.Other.Uri}?Replaces=second%3", Wire.Header(refer, "Refer-To"), StringComparison.OrdinalIgnoreCase);
        scene.Phone.Respond(refer, "202 Accepted");
        await scene.NotifyAsync(2, "SIP/2.0 200 OK", "terminated;reason=noresource");
        await scene.Phone.ByeAsync();
        await scene.Other.ByeAsync();
        Assert.Equal("ByRefer", (await NextAsync(scene.Socket, "hangup")).Text("reason"));
        Assert.Equal("ByRefer", (await NextAsync(second, "hangup")).Text("reason"));
    }

    [Fact]
    public async Task A_bridge_can_be_left_from_either_side_and_ends_with_either_call()
    {
        await using var scene = await Scene.StartAsync();
        var (second, invite) = await scene.Stage.CallAsync(scene.Other, id: "second");
        await scene.Socket.SendAsync("""{"command":"unbridge"}""");
        Assert.Contains("bridged with no", await ErrorAsync(scene.Socket), StringComparison.Ordinal);
        await scene.Socket.SendAsync("""{"command":"bridge","targetSessionId":"second"}""");
        await scene.Socket.SendAsync("""{"command":"bridge","targetSessionId":"second"}""");
        Assert.Contains("connected with another already", await ErrorAsync(scene.Socket), StringComparison.Ordinal);
        await second.SendAsync("""{"command":"unbridge","targetSessionId":"other"}""");
        Assert.Contains("bridged with 'main'", await ErrorAsync(second), StringComparison.Ordinal);
        await second.SendAsync("""{"command":"unbridge","id":"u"}""");
        await UntilAsync(second, "ack");
        // Once it has left, each of them can be bridged again.
        await second.SendAsync("""{"command":"bridge","id":"b","targetSessionId":"main"}""");
        await UntilAsync(second, "ack");
        scene.Other.Within(invite, "BYE", 2);
        await UntilAsync(second, "hangup");
        await scene.Socket.SendAsync("""{"command":"refer","callee":"","caller":""}""");
        Assert.Contains("callee", await LastErrorAsync(scene.Socket), StringComparison.Ordinal);
        await scene.HangUpAsync("done");
    }

    // The other session tells this one that it has left a moment after its own event.
    private static async Task<string> LastErrorAsync(ApiSocket socket)
    {
        var error = await ErrorAsync(socket);
        for (var i = 0; i < 100 && error.Contains("already", StringComparison.Ordinal); i++)
        {
            await Task.Delay(20);
            await socket.SendAsync("""{"command":"refer","callee":"","caller":""}""");
            error = await ErrorAsync(socket);
        }

        return error;
    }

    private static async Task<int> LoudestAsync(Parley.Media.Playback.AudioReader reader, CancellationToken cancel)
    {
        var room = new short[160];
        var (loudest, read) = (0, 0);
        while (read < 3_200)
        {
            var count = await reader.ReadAsync(room, cancel);
            Assert.True(count > 0, "The call has ended.");
            read += count;
            foreach (var sample in room.AsSpan(0, count))
                loudest = Math.Max(loudest, Math.Abs((int)sample));
        }

        return loudest;
    }

    private static async Task<List<System.Text.Json.JsonElement>> UntilIncludingAsync(ApiSocket socket, List<System.Text.Json.JsonElement> events, string name) =>
        events.Any(one => Name(one) == name) ? [] : await UntilAsync(socket, name);

    /// <summary>A session with its call to a phone, and somebody to connect it with.</summary>
    private sealed class Scene : IAsyncDisposable
    {
        public required VoiceStage Stage { get; init; }

        public ApiSocket Socket { get; private set; } = null!;

        public LinesPhone Phone { get; } = new();

        public LinesPhone Other { get; } = new();

        public const string Caller = "sip:bot@127.0.0.1";

        public string Invite { get; private set; } = "";

        public static async Task<Scene> StartAsync()
        {
            var scene = new Scene { Stage = await VoiceStage.StartAsync() };
            (scene.Socket, scene.Invite) = await scene.Stage.CallAsync(scene.Phone, $",\"caller\":\"{Caller}\"", "main");
            return scene;
        }

        public Task ReferAsync(string more = "") => Socket.SendAsync($$$"""{"command":"refer","caller":"","callee":"{{{Other.Uri}}}"{{{more}}} }""");

        public async Task NotifyAsync(int cseq, string line, string state)
        {
            Phone.Within(Invite, "NOTIFY", cseq, line + "\r\n", $"Event: refer\nSubscription-State: {state}", "message/sipfrag");
            await Phone.ExpectAsync("200 NOTIFY");
        }

        public async Task HangUpAsync(string reason)
        {
            await Socket.SendAsync($$"""{"command":"hangup","reason":"{{reason}}"}""");
            await Phone.ByeAsync();
            var last = await NextAsync(Socket, "hangup");
            Assert.Equal((reason, false), (last.Text("reason"), last.TryGetProperty("refer", out _)));
        }

        public async ValueTask DisposeAsync()
        {
            await Stage.DisposeAsync();
            await Phone.DisposeAsync();
            await Other.DisposeAsync();
        }
    }
}
