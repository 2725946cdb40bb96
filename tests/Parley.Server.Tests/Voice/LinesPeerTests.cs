using Parley.Server.Tests.Support;
using Parley.TestSupport;
using static Parley.Server.Tests.Voice.VoiceStage;

namespace Parley.Server.Tests.Voice;

/// <summary>What the other side does within a call, and what it is told at its end.</summary>
public sealed class LinesPeerTests
{
    [Theory]
    [InlineData("INVITE", "a=sendonly\r\n", false)]
    [InlineData("INVITE", "a=inactive\r\n", false)]
    [InlineData("INVITE", "", true)]
    [InlineData("UPDATE", "a=sendonly\r\n", false)]
    public async Task A_hold_by_the_phone_is_told_when_it_changes(string method, string direction, bool noAddress)
    {
        await using var stage = await StartAsync();
        await using var phone = new LinesPhone();
        var (socket, invite) = await stage.CallAsync(phone, id: "held");
        var held = (noAddress ? phone.Sdp.Replace("c=IN IP4 127.0.0.1", "c=IN IP4 0.0.0.0", StringComparison.Ordinal) : phone.Sdp) + direction;
        foreach (var (cseq, sdp) in new[] { (2, held), (3, held), (4, phone.Sdp), (5, phone.Sdp) })
        {
            phone.Within(invite, method, cseq, sdp);
            await phone.ExpectAsync($"200 {method}");
            if (method == "INVITE")
                phone.AcknowledgeChange(invite, cseq);
        }

        await socket.SendAsync("""{"command":"history","speaker":"a","text":"b"}""");
        var events = await UntilAsync(socket, "addHistory");
        events.AddRange(await LaterAsync(socket, events, "hold", 2));
        Assert.Equal([true, false], events.Where(one => Name(one) == "hold").Select(one => one.GetProperty("onHold").GetBoolean()));
        Assert.Equal("held", events.First(one => Name(one) == "hold").Text("trackId"));
    }

    [Fact]
    public async Task A_text_is_told_and_texts_are_sent_or_their_failure_is()
    {
        await using var stage = await StartAsync();
        await using var phone = new LinesPhone();
        var (socket, invite) = await stage.CallAsync(phone);
        phone.Within(invite, "MESSAGE", 2, "{\"a\":1}", type: "application/json");
        await phone.ExpectAsync("200 MESSAGE");
        var told = await NextAsync(socket, "message");
        Assert.Equal(("{\"a\":1}", "application/json"), (told.Text("body"), told.Text("contentType")));

        await socket.SendAsync("""{"command":"message","body":"hi","headers":{"X-A":"1","Via":"x"}}""");
        var message = await phone.ExpectAsync("MESSAGE");
        Assert.Equal(("1", "text/plain;charset=utf-8"), (Wire.Header(message, "X-A"), Wire.Header(message, "Content-Type")));
        Assert.EndsWith("\r\n\r\nhi", message, StringComparison.Ordinal);
        Assert.Contains("headers.Via", await ErrorAsync(socket), StringComparison.Ordinal);
        phone.Respond(message, "480 Temporarily Unavailable");
        var error = await NextAsync(socket, "error");
        Assert.Equal(("message", 480), (error.Text("sender"), error.Number("code")));
    }

    [Fact]
    public async Task A_transfer_the_phone_asks_for_is_told_and_reported_on_as_the_program_says()
    {
        await using var stage = await StartAsync();
        await using var phone = new LinesPhone();
        var (socket, invite) = await stage.CallAsync(phone);
        phone.Within(invite, "REFER", 2, headers: "Refer-To: <sip:carol@example.com>\nReferred-By: <sip:raw@example.com>");
        await phone.ExpectAsync("202 REFER");
        Assert.Equal("SIP/2.0 100 Trying", await NotifiedAsync(phone));
        var told = await NextAsync(socket, "transferRequest");
        Assert.Equal(("<sip:carol@example.com>", "<sip:raw@example.com>"), (told.Text("referTo"), told.Text("referredBy")));

        // One at a time.
        phone.Within(invite, "REFER", 3, headers: "Refer-To: <sip:dave@example.com>");
        await phone.ExpectAsync("486 REFER");
        await socket.SendAsync("""{"command":"reportTransfer","code":180}""");
        Assert.Equal("SIP/2.0 180 Ringing", await NotifiedAsync(phone));
        await socket.SendAsync("""{"command":"reportTransfer","code":1}""");
        Assert.Contains("1 is no status", await ErrorAsync(socket), StringComparison.Ordinal);
        await socket.SendAsync("""{"command":"reportTransfer","code":486,"reason":"Not now"}""");
        Assert.Equal("SIP/2.0 486 Not now", await NotifiedAsync(phone));
        await socket.SendAsync("""{"command":"reportTransfer","code":200}""");
        Assert.Contains("waits for no report", await ErrorAsync(socket), StringComparison.Ordinal);

        // The end of the call is the end of what it asked for.
        phone.Within(invite, "REFER", 4, headers: "Refer-To: <sip:dave@example.com>");
        await phone.ExpectAsync("202 REFER");
        await NotifiedAsync(phone);
        await UntilAsync(socket, "transferRequest");
        await socket.SendAsync("""{"command":"hangup"}""");
        Assert.Equal("SIP/2.0 487 The call has ended", await NotifiedAsync(phone));
    }

    [Fact]
    public async Task A_transfer_nobody_decides_on_is_reported_as_that()
    {
        var clock = new LinesClock(TimeSpan.FromMinutes(3));
        await using var stage = await StartAsync(new() { Time = clock });
        await using var phone = new LinesPhone();
        var (socket, invite) = await stage.CallAsync(phone);
        phone.Within(invite, "REFER", 2, headers: "Refer-To: <sip:carol@example.com>");
        await NotifiedAsync(phone);
        await UntilAsync(socket, "transferRequest");
        clock.RunOut();
        Assert.Equal("SIP/2.0 408 Nobody decided", await NotifiedAsync(phone));
        // And then the next one may ask.
        phone.Within(invite, "REFER", 3, headers: "Refer-To: <sip:dave@example.com>");
        await phone.ExpectAsync("202 REFER");
    }

    [Fact]
    public async Task A_BYE_has_the_headers_of_options_and_command_and_the_phones_are_told()
    {
        await using var stage = await StartAsync();
        await using var phone = new LinesPhone();
        var socket = await stage.BeginAsync(InviteOf(phone, ""","extra":{"order":"7"},"sip":{"hangup_headers":{"X-Id":"{{session_id}}/{{order}}","X-Tag":"{{sip[\"X-Answer\"]}}","X-Both":"option"},"extract_headers":["X-Answer"]}"""), "bye");
        await phone.AnswerAsync("X-Answer: a1");
        await UntilAsync(socket, "mediaReady");
        await socket.SendAsync("""{"command":"hangup","reason":"bye","initiator":"caller","headers":{"X-Both":"command"}}""");
        var bye = await phone.ByeAsync();
        Assert.Equal(("bye/7", "a1"), (Wire.Header(bye, "X-Id"), Wire.Header(bye, "X-Tag")));
        Assert.Equal(["command"], Wire.Headers(bye, "X-Both"));
        var last = await NextAsync(socket, "hangup");
        Assert.Equal(("ByCaller", "caller"), (last.Text("reason"), last.Text("initiator")));
        Assert.Equal(("a1", "7"), (last.GetProperty("extra").Text("X-Answer"), last.GetProperty("extra").Text("order")));

        var (second, invite) = await stage.CallAsync(phone, ""","sip":{"extract_headers":["X-Rating","Reason"]}""");
        phone.Within(invite, "BYE", 2, headers: "X-Rating: 5\nReason: Q.850;cause=17");
        await phone.ExpectAsync("200 BYE");
        last = await NextAsync(second, "hangup");
        Assert.Equal(("Rejected", "callee", "5"), (last.Text("reason"), last.Text("initiator"), last.GetProperty("extra").Text("X-Rating")));
        Assert.Equal("Q.850;cause=17", last.GetProperty("extra").Text("Reason"));
    }

    [Fact]
    public async Task The_other_sides_track_ends_with_its_number_in_RTP()
    {
        await using var stage = await StartAsync();
        var (socket, phone) = await stage.CallAsync();
        phone.StartPlayback(new Parley.Media.Audio.ToneSource(440, 8000));
        var stream = stage.Server.Calls.Single().Audio;
        await ApiServer.UntilAsync(() => stream.RemoteSsrc is not null, "audio has come");
        await phone.HangUpAsync();
        var end = (await UntilAsync(socket, "hangup")).Single(one => Name(one) == "trackEnd");
        Assert.Equal(stream.RemoteSsrc, end.GetProperty("ssrc").GetUInt32());
    }

    [Theory]
    [InlineData("rfc4733", Parley.Media.Rtp.DtmfSource.Rtp)]
    [InlineData("info", Parley.Media.Rtp.DtmfSource.Info)]
    [InlineData("inband", Parley.Media.Rtp.DtmfSource.InBand)]
    public async Task Digits_are_sent_as_was_asked_with_their_pauses(string method, Parley.Media.Rtp.DtmfSource source)
    {
        await using var stage = await StartAsync();
        var (socket, answered) = await stage.CallAsync();
        using var detecting = source == Parley.Media.Rtp.DtmfSource.InBand ? answered.Audio.DetectTones() : null;
        await socket.SendAsync($$"""{"command":"sendDtmf","digits":"12","method":"{{method}}","duration":60,"gap":80}""");
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        var heard = "";
        await foreach (var digit in answered.Digits(limit.Token))
        {
            Assert.Equal(source, digit.Source);
            heard += digit.Symbol;
            if (heard.Length == 2)
                break;
        }

        Assert.Equal("12", heard);
        await socket.SendAsync("""{"command":"sendDtmf","digits":"1","method":"smoke"}""");
        Assert.Contains("'smoke'", await ErrorAsync(socket), StringComparison.Ordinal);
        await socket.SendAsync("""{"command":"sendDtmf","digits":"1","refer":true}""");
        Assert.Contains("no other call", await ErrorAsync(socket), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_hold_the_phone_refuses_is_an_error_and_no_music()
    {
        await using var stage = await StartAsync();
        await using var phone = new LinesPhone();
        var (socket, invite) = await stage.CallAsync(phone);
        await socket.SendAsync("""{"command":"hold","music":"tone:440"}""");
        var change = await phone.ExpectAsync("INVITE");
        Assert.Contains("a=sendonly", change, StringComparison.Ordinal);
        phone.Respond(change, "488 Not Acceptable Here");
        await phone.ExpectAsync("ACK");
        var events = await UntilAsync(socket, "error");
        Assert.Contains("488", events[^1].Text("error"), StringComparison.Ordinal);
        Assert.DoesNotContain("trackStart", events.Select(Name));
        await socket.SendAsync("""{"command":"hold","music":"tone:440"}""");
        change = await phone.ExpectAsync("INVITE");
        phone.Respond(change, "200 OK", phone.Sdp + "a=recvonly\r\n");
        await phone.ExpectAsync("ACK");
        Assert.Equal("music-on-hold", (await NextAsync(socket, "trackStart")).Text("playId"));
        await socket.SendAsync("""{"command":"hold","onHold":false}""");
        change = await phone.ExpectAsync("INVITE");
        Assert.DoesNotContain("a=sendonly", change, StringComparison.Ordinal);
        phone.Respond(change, "200 OK", phone.Sdp);
        Assert.Equal("music-on-hold", (await NextAsync(socket, "trackEnd")).Text("playId"));
        phone.Within(invite, "BYE", 9);
        await UntilAsync(socket, "hangup");
    }

    // What is told beside the order of commands may come behind them.
    private static async Task<List<System.Text.Json.JsonElement>> LaterAsync(ApiSocket socket, List<System.Text.Json.JsonElement> events, string name, int count)
    {
        var more = new List<System.Text.Json.JsonElement>();
        while (events.Concat(more).Count(one => Name(one) == name) < count)
            more.Add(await socket.ReadAsync());
        return more;
    }

    private static async Task<string> NotifiedAsync(LinesPhone phone)
    {
        var notify = await phone.ExpectAsync("NOTIFY");
        phone.Respond(notify, "200 OK");
        return notify[(notify.IndexOf("\r\n\r\n", StringComparison.Ordinal) + 4)..].Trim();
    }
}
