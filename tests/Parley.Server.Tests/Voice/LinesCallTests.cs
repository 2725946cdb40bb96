using System.Text.Json;
using Parley.Server.Tests.Support;
using Parley.TestSupport;
using static Parley.Server.Tests.Voice.VoiceStage;

namespace Parley.Server.Tests.Voice;

/// <summary>How calls begin and end: each with exactly one last event, whatever happens.</summary>
public sealed class LinesCallTests
{
    [Theory]
    [InlineData("486 Busy Here", 486, "Busy Here")]
    [InlineData("603 Decline", 603, "Decline")]
    [InlineData("404 Not Found", 404, "Not Found")]
    [InlineData("401 Unauthorized", 401, "Unauthorized")]
    public async Task A_refusal_is_a_reject_with_its_status_and_nothing_behind_it(string status, int code, string reason)
    {
        await using var stage = await StartAsync();
        await using var phone = new LinesPhone();
        var socket = await stage.BeginAsync(InviteOf(phone));
        var invite = await phone.ExpectAsync("INVITE");
        phone.Respond(invite, status, headers: code == 401 ? "WWW-Authenticate: Digest realm=\"r\", nonce=\"n\", qop=\"auth\"" : "");
        await phone.ExpectAsync("ACK");
        var events = await ToEndAsync(socket);
        Assert.Equal(["trackStart", "trackEnd", "reject"], events.Select(Name));
        Assert.Equal((code, reason), (events[^1].Number("code"), events[^1].Text("reason")));
    }

    [Fact]
    public async Task Ringing_just_before_a_refusal_is_told_before_it()
    {
        // What rings reaches the session late: whoever does not wait for it tells the end meanwhile.
        using var late = new ManualResetEventSlim();
        (string, DialOptions) Dial(string uri, DialOptions dial) => (uri, dial with
        {
            OnProgress = progress =>
            {
                late.Wait(TimeSpan.FromSeconds(30));
                dial.OnProgress!(progress);
            },
        });
        await using var stage = await StartAsync(new() { Dial = Dial });
        await using var phone = new LinesPhone();
        var socket = await stage.BeginAsync(InviteOf(phone));
        phone.Respond(await phone.RingAsync(), "486 Busy Here");
        await phone.ExpectAsync("ACK");
        await Task.Delay(200);
        late.Set();
        var events = await ToEndAsync(socket);
        Assert.Equal(["trackStart", "ringing", "trackEnd", "reject"], events.Select(Name));
        Assert.Equal(486, events[^1].Number("code"));
    }

    [Theory]
    [InlineData("\"1s\"")]
    [InlineData("1")]
    public async Task Nobody_answering_within_the_handshake_timeout_is_408(string timeout)
    {
        await using var stage = await StartAsync();
        await using var phone = new LinesPhone();
        var socket = await stage.BeginAsync(InviteOf(phone, $",\"handshakeTimeout\":{timeout}"));
        await phone.CancelledAsync(await phone.RingAsync());
        var events = await ToEndAsync(socket);
        Assert.Equal(["trackStart", "ringing", "trackEnd", "reject"], events.Select(Name));
        Assert.Equal(408, events[^1].Number("code"));
    }

    [Fact]
    public async Task A_hangup_while_it_rings_is_a_CANCEL_and_a_hangup()
    {
        await using var stage = await StartAsync();
        await using var phone = new LinesPhone();
        var socket = await stage.BeginAsync(InviteOf(phone));
        var invite = await phone.RingAsync();
        await UntilAsync(socket, "ringing");
        await socket.SendAsync("""{"command":"hangup"}""");
        await phone.CancelledAsync(invite);
        var events = await ToEndAsync(socket);
        Assert.Equal(["trackEnd", "hangup"], events.Select(Name));
        var last = events[^1];
        Assert.Equal(("Canceled", "system", 487), (last.Text("reason"), last.Text("initiator"), last.Number("code")));
        Assert.True(last.TryGetProperty("ringingTime", out _));
        Assert.False(last.TryGetProperty("answerTime", out _));
    }

    [Fact]
    public async Task What_cannot_be_reached_is_503()
    {
        await using var stage = await StartAsync();
        await using var socket = await stage.ConnectAsync();
        await socket.SendAsync("""{"command":"invite","option":{"callee":"sip:nobody@127.0.0.1:9;transport=tcp"}}""");
        var events = await ToEndAsync(socket);
        Assert.Equal(("reject", 503), (Name(events[^1]), events[^1].Number("code")));
    }

    [Theory]
    [InlineData("home", true)]
    [InlineData("elsewhere", false)]
    public async Task A_challenge_of_the_accounts_realm_is_answered(string realm, bool answers)
    {
        await using var stage = await StartAsync();
        await using var phone = new LinesPhone();
        var socket = await stage.BeginAsync(InviteOf(phone, ""","sip":{"username":"bot","password":"secret","realm":"home","contact":"desk","headers":{"X-A":"1"}}"""), "call-1");
        var invite = await phone.ExpectAsync("INVITE");
        Assert.Equal(("call-1", "1"), (Wire.Header(invite, "Call-ID"), Wire.Header(invite, "X-A")));
        Assert.Contains("sip:bot@home", Wire.Header(invite, "From"), StringComparison.Ordinal);
        Assert.StartsWith("<sip:desk@", Wire.Header(invite, "Contact"), StringComparison.Ordinal);
        phone.Respond(invite, "407 Proxy Authentication Required", headers: $"Proxy-Authenticate: Digest realm=\"{realm}\", nonce=\"n\", qop=\"auth\"");
        if (!answers)
        {
            Assert.Equal(407, (await ToEndAsync(socket))[^1].Number("code"));
            return;
        }

        await phone.ExpectAsync("ACK");
        Assert.Contains("username=\"bot\"", Wire.Header(await phone.AnswerAsync(), "Proxy-Authorization"), StringComparison.Ordinal);
        await UntilAsync(socket, "mediaReady");
    }

    [Fact]
    public async Task The_answer_has_the_sdp_of_whoever_answered()
    {
        await using var hook = new Hook();
        await using var stage = await StartAsync(hook.Options());
        await using var phone = new LinesPhone();
        var outgoing = await stage.BeginAsync(InviteOf(phone, ""","codec":"pcma" """));
        var invite = await phone.AnswerAsync();
        Assert.Contains(" RTP/AVP 8 ", Body(invite), StringComparison.Ordinal); // the preferred one first
        Assert.Equal(phone.Sdp, (await NextAsync(outgoing, "answer")).Text("sdp"));

        await using var caller = new LinesPhone();
        var call = caller.Call(stage.ServerUri, "X-Account: 42\nSubject: Help\nP-Charging: x");
        await using var incoming = await stage.ClaimAsync(hook);
        await incoming.SendAsync("""{"command":"accept","option":{"sip":{"headers":{"X-Bot":"b"},"extract_headers":["Subject"]}}}""");
        var answer = await caller.ExpectAsync("200 INVITE");
        caller.Acknowledge(call, answer);
        var events = await UntilAsync(incoming, "mediaReady");
        Assert.Equal(["incoming", "trackStart", "answer", "mediaReady"], events.Select(Name));
        var headers = events[0].GetProperty("headers");
        Assert.Equal(("42", "Help"), (headers.Text("X-Account"), headers.Text("Subject")));
        Assert.False(headers.TryGetProperty("Call-ID", out _));
        Assert.Equal((Body(answer), "b"), (events[2].Text("sdp"), Wire.Header(answer, "X-Bot")));
        await incoming.SendAsync("""{"command":"accept","option":{}}""");
        Assert.Equal("accept", (await NextAsync(incoming, "error")).Text("sender"));
        await incoming.SendAsync(InviteOf(phone));
        Assert.Equal("invite", (await NextAsync(incoming, "error")).Text("sender"));
    }

    [Fact]
    public async Task Encryption_is_demanded_both_ways_and_its_keys_are_not_told()
    {
        await using var hook = new Hook();
        await using var stage = await StartAsync(hook.Options());
        stage.Serve(async call =>
        {
            await call.AnswerAsync(new() { MediaEncryption = Parley.Media.Srtp.MediaEncryption.Required });
            await call.WaitForEndAsync();
        });
        var outgoing = await stage.BeginAsync(stage.Invite(""","sip":{"enable_srtp":true}"""));
        var answer = (await NextAsync(outgoing, "answer")).Text("sdp");
        Assert.Contains("inline:***", answer, StringComparison.Ordinal);

        await using var caller = new LinesPhone();
        var call = caller.Call(stage.ServerUri);
        await using var incoming = await stage.ClaimAsync(hook);
        await incoming.SendAsync("""{"command":"accept","option":{"sip":{"enable_srtp":true}}}""");
        caller.Acknowledge(call, await caller.ExpectAsync("488 INVITE"));
        var events = await ToEndAsync(incoming);
        Assert.Equal(("hangup", "Rejected", 488), (Name(events[^1]), events[^1].Text("reason"), events[^1].Number("code")));
    }

    [Theory]
    [InlineData("""{"command":"reject","reason":"busy right now"}""", 486, "busy right now")]
    [InlineData("""{"command":"reject","reason":"no"}""", 603, "no")]
    [InlineData("""{"command":"reject","reason":"a\r\nVia: x","code":480}""", 480, "a  Via: x")]
    [InlineData("""{"command":"hangup"}""", 603, "Decline")]
    public async Task A_caller_is_refused_with_the_status_and_phrase_that_fit(string command, int status, string phrase)
    {
        await using var hook = new Hook();
        await using var stage = await StartAsync(hook.Options());
        await using var caller = new LinesPhone();
        var call = caller.Call(stage.ServerUri);
        await using var socket = await stage.ClaimAsync(hook);
        await socket.SendAsync(command);
        var refusal = await caller.ExpectAsync($"{status} INVITE");
        Assert.StartsWith($"SIP/2.0 {status} {phrase}\r\n", refusal, StringComparison.Ordinal);
        caller.Acknowledge(call, refusal);
        Assert.Equal(status, (await ToEndAsync(socket))[^1].Number("code"));
    }

    [Fact]
    public async Task A_caller_who_gives_up_is_a_hangup_by_him()
    {
        await using var hook = new Hook();
        await using var stage = await StartAsync(hook.Options());
        using var giveUp = new CancellationTokenSource();
        var dialling = stage.Phone.TryDialAsync(stage.ServerUri, null, giveUp.Token);
        await using var socket = await stage.ClaimAsync(hook);
        await socket.SendAsync("""{"command":"ringing"}""");
        await UntilAsync(socket, "trackStart");
        await giveUp.CancelAsync();
        var last = (await ToEndAsync(socket))[^1];
        Assert.Equal(("Canceled", "caller", 487), (last.Text("reason"), last.Text("initiator"), last.Number("code")));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => dialling);
    }

    [Fact]
    public async Task A_call_killed_before_there_was_anything_of_it_is_told_all_the_same()
    {
        await using var stage = await StartAsync();
        await using var socket = await stage.ConnectAsync();
        // Looking this name up takes longer than the hangup, or fails at once: either way there is one end.
        await socket.SendAsync("""{"command":"invite","option":{"callee":"sip:x@name.invalid"}}""");
        await socket.SendAsync("""{"command":"hangup"}""");
        var events = await ToEndAsync(socket);
        Assert.Single(events, one => Name(one) is "hangup" or "reject");
    }

    [Fact]
    public async Task A_call_that_is_hung_up_as_it_is_answered_was_answered()
    {
        await using var stage = await StartAsync();
        for (var i = 0; i < 20; i++)
        {
            await using var phone = new LinesPhone();
            var socket = await stage.BeginAsync(InviteOf(phone));
            var invite = await phone.AnswerAsync();
            phone.Within(invite, "BYE", 2);
            var events = await ToEndAsync(socket);
            Assert.Single(events, one => Name(one) == "answer");
            Assert.Equal(("hangup", "ByCallee"), (Name(events[^1]), events[^1].Text("reason")));
            Assert.Single(events, one => Name(one) is "hangup" or "reject");
        }
    }

    [Fact]
    public async Task An_address_of_IPv6_is_not_called_where_that_is_not_wanted()
    {
        await using var stage = await StartAsync();
        await using var socket = await stage.ConnectAsync();
        await socket.SendAsync("""{"command":"invite","option":{"callee":"sip:x@[::1]:5060","enableIpv6":false}}""");
        Assert.Contains("option.enableIpv6", await ErrorAsync(socket), StringComparison.Ordinal);
    }

    [Fact]
    public async Task However_its_ends_race_a_call_has_one_last_event()
    {
        await using var stage = await StartAsync();
        using var http = new HttpClient();
        for (var i = 0; i < 30; i++)
        {
            await using var phone = new LinesPhone();
            var socket = await stage.BeginAsync(InviteOf(phone), $"race{i}");
            var isAnswered = i % 3 != 0;
            var invite = isAnswered ? await phone.AnswerAsync() : await phone.RingAsync();
            if (isAnswered)
                await UntilAsync(socket, "mediaReady");
            var order = i % 2 == 0;
            var kill = Task.Run(() => http.GetAsync(stage.Http($"/kill/race{i}")));
            var hangup = socket.SendAsync("""{"command":"hangup","reason":"done"}""");
            if (isAnswered)
                phone.Within(invite, "BYE", 2);
            else if (order)
                phone.Respond(invite, "486 Busy Here");
            else
                phone.Respond(invite, "200 OK", phone.Sdp);
            await hangup;
            (await kill).Dispose();
            var events = await ToEndAsync(socket);
            Assert.Single(events, one => Name(one) is "hangup" or "reject");
            Assert.True(Name(events[^1]) is "hangup" or "reject", $"The last event is {Name(events[^1])}");
        }

        await stage.OverAsync();
    }

    private static string Body(string message) => message[(message.IndexOf("\r\n\r\n", StringComparison.Ordinal) + 4)..];
}
