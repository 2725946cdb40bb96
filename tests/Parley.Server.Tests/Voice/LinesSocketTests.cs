using System.Net.Sockets;
using System.Net.WebSockets;
using System.Text;
using Parley.Server.Tests.Support;
using Parley.TestSupport;
using static Parley.Server.Tests.Voice.VoiceStage;

namespace Parley.Server.Tests.Voice;

/// <summary>A session's socket is lost at each stage of its call: the SIP leg ends as that stage demands, at once or when the grace time has run out.</summary>
public sealed class LinesSocketTests
{
    private static readonly TimeSpan s_grace = TimeSpan.FromSeconds(777);

    [Fact]
    public async Task Before_any_command_there_is_nothing_to_wait_for()
    {
        await using var stage = await StartAsync(new() { Grace = s_grace });
        var socket = await stage.ConnectAsync();
        socket.Socket.Abort();
        await stage.OverAsync();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public Task An_INVITE_nobody_has_responded_to_is_cancelled_once_somebody_does(bool grace) => OutgoingAsync(grace, async (phone, lose) =>
    {
        var invite = await phone.ExpectAsync("INVITE");
        await lose();
        // RFC 3261 §9.1: not before a provisional response.
        Assert.DoesNotContain("CANCEL", phone.Received.Select(Wire.Summary));
        phone.Respond(invite, "100 Trying");
        await phone.CancelledAsync(invite);
    });

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public Task A_call_that_rings_is_cancelled(bool grace) => OutgoingAsync(grace, async (phone, lose) =>
    {
        var invite = await phone.RingAsync();
        await lose();
        await phone.CancelledAsync(invite);
    });

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public Task A_call_with_early_media_is_cancelled(bool grace) => OutgoingAsync(grace, async (phone, lose) =>
    {
        var invite = await phone.ExpectAsync("INVITE");
        phone.Respond(invite, "183 Session Progress", phone.Sdp);
        await lose();
        await phone.CancelledAsync(invite);
    });

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public Task An_answer_that_crosses_the_loss_is_acknowledged_and_hung_up(bool grace) => OutgoingAsync(grace, async (phone, lose) =>
    {
        var invite = await phone.RingAsync();
        await lose();
        phone.Respond(await phone.ExpectAsync("CANCEL"), "200 OK");
        phone.Respond(invite, "200 OK", phone.Sdp);
        await phone.ExpectAsync("ACK");
        await phone.ByeAsync();
    });

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public Task An_answered_call_gets_a_BYE(bool grace) => OutgoingAsync(grace, async (phone, lose) =>
    {
        await phone.AnswerAsync();
        await lose();
        await phone.ByeAsync();
    });

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public Task A_call_on_hold_gets_a_BYE(bool grace) => OutgoingAsync(grace, async (phone, lose) =>
    {
        var invite = await phone.AnswerAsync();
        phone.Within(invite, "INVITE", 2, phone.Sdp + "a=sendonly\r\n");
        await phone.ExpectAsync("200 INVITE");
        phone.AcknowledgeChange(invite, 2);
        await lose();
        await phone.ByeAsync();
    });

    [Theory]
    [InlineData(false, false)]
    [InlineData(false, true)]
    [InlineData(true, false)]
    [InlineData(true, true)]
    public async Task In_a_refer_both_calls_end(bool grace, bool answered)
    {
        await using var other = new LinesPhone();
        await OutgoingAsync(
            grace,
            async (phone, lose) =>
            {
                await phone.AnswerAsync();
                var invite = answered ? await other.AnswerAsync() : await other.RingAsync();
                await lose();
                await phone.ByeAsync();
                if (answered)
                    await other.ByeAsync();
                else
                    await other.CancelledAsync(invite);
            },
            async socket =>
            {
                await UntilAsync(socket, "mediaReady");
                await socket.SendAsync($$"""{"command":"refer","caller":"","callee":"{{other.Uri}}"}""");
                await UntilAsync(socket, answered ? "answer" : "ringing");
            });
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task In_a_bridge_the_other_sessions_call_goes_on(bool grace)
    {
        await using var other = new LinesPhone();
        var clock = new LinesClock(s_grace);
        await using var stage = await StartAsync(new() { Grace = grace ? s_grace : default, Time = clock });
        var (second, _) = await stage.CallAsync(other, id: "second");
        await using var phone = new LinesPhone();
        var (first, _) = await stage.CallAsync(phone);
        await first.SendAsync("""{"command":"bridge","id":"b","targetSessionId":"second"}""");
        await UntilAsync(first, "ack");
        await LoseAsync(first, grace ? clock : null, phone);
        await phone.ByeAsync();
        Assert.DoesNotContain("BYE", other.Received.Select(Wire.Summary));
        await ApiServer.UntilAsync(() => stage.Surface.Sessions == 1, "one session is left");
        await second.SendAsync("""{"command":"hangup"}""");
        await other.ByeAsync();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public Task An_incoming_call_nothing_was_done_with_is_declined(bool grace) => IncomingAsync(grace, async (phone, invite, socket, lose) =>
    {
        await lose();
        phone.Acknowledge(invite, await DeclinedAsync(phone));
    });

    [Theory]
    [InlineData(false, """{"command":"ringing"}""", "180 INVITE")]
    [InlineData(true, """{"command":"ringing"}""", "180 INVITE")]
    [InlineData(false, """{"command":"ringing","earlyMedia":true}""", "183 INVITE")]
    [InlineData(true, """{"command":"ringing","ringtone":"tone:440"}""", "183 INVITE")]
    public Task An_incoming_call_that_rings_is_declined(bool grace, string command, string response) => IncomingAsync(grace, async (phone, invite, socket, lose) =>
    {
        await socket.SendAsync(command);
        await phone.ExpectAsync(response);
        await lose();
        phone.Acknowledge(invite, await DeclinedAsync(phone));
    });

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public Task One_accepted_and_not_acknowledged_gets_its_BYE_behind_the_ACK(bool grace) => IncomingAsync(grace, async (phone, invite, socket, lose) =>
    {
        await socket.SendAsync("""{"command":"accept","option":{}}""");
        var answer = await phone.ExpectAsync("200 INVITE");
        await lose();
        Assert.DoesNotContain("BYE", phone.Received.Select(Wire.Summary));
        phone.Acknowledge(invite, answer);
        await phone.ByeAsync();
    });

    [Theory]
    [InlineData("close")]
    [InlineData("abort")]
    [InlineData("reset")]
    public async Task However_it_is_lost_the_call_ends(string how)
    {
        await using var stage = await StartAsync();
        await using var phone = new LinesPhone();
        Socket? connection = null;
        using var socket = new ClientWebSocket();
        using var invoker = new HttpMessageInvoker(new SocketsHttpHandler
        {
            ConnectCallback = async (context, cancel) =>
            {
                connection = new(SocketType.Stream, ProtocolType.Tcp);
                await connection.ConnectAsync(context.DnsEndPoint, cancel);
                return new NetworkStream(connection, ownsSocket: true);
            },
        });
        await socket.ConnectAsync(new UriBuilder(stage.Http("/call/sip")) { Scheme = "ws" }.Uri, invoker, default);
        await socket.SendAsync(Encoding.UTF8.GetBytes(InviteOf(phone)), WebSocketMessageType.Text, true, default);
        await phone.AnswerAsync();
        if (how == "close")
        {
            await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, default);
        }
        else if (how == "reset")
        {
            connection!.LingerState = new(true, 0); // the kernel sends RST, as it does for a process that was killed with data unread
            connection.Close();
        }
        else
        {
            socket.Abort();
        }

        await phone.ByeAsync();
        await stage.OverAsync();
    }

    [Fact]
    public async Task A_socket_that_comes_back_gets_what_it_missed_in_order_and_goes_on()
    {
        var clock = new LinesClock(s_grace);
        await using var stage = await StartAsync(new() { Grace = s_grace, Time = clock });
        await using var phone = new LinesPhone();
        var socket = await stage.BeginAsync(InviteOf(phone), "back");
        var invite = await phone.AnswerAsync();
        var last = (await NextAsync(socket, "mediaReady")).GetProperty("seq").GetInt64();
        socket.Socket.Abort();
        await ApiServer.UntilAsync(() => clock.Waiting == 1, "the session waits");
        phone.Within(invite, "MESSAGE", 2, "one", type: "text/plain");
        await phone.ExpectAsync("200 MESSAGE");
        phone.Within(invite, "INVITE", 3, phone.Sdp + "a=sendonly\r\n");
        await phone.ExpectAsync("200 INVITE");
        phone.AcknowledgeChange(invite, 3);
        phone.Within(invite, "MESSAGE", 4, "two", type: "text/plain");
        await phone.ExpectAsync("200 MESSAGE");
        await using var second = await stage.ConnectAsync("/call/sip?id=back");
        var events = await UntilAsync(second, "message");
        events.AddRange(await UntilAsync(second, "message"));
        Assert.Equal(["message", "hold", "message"], events.Select(Name));
        Assert.Equal([last + 1, last + 2, last + 3], events.Select(one => one.GetProperty("seq").GetInt64()));
        await ApiServer.UntilAsync(() => clock.Waiting == 0, "nothing is waited for any more");
        await second.SendAsync("""{"command":"hangup","reason":"done"}""");
        await phone.ByeAsync();
        Assert.Equal("done", (await NextAsync(second, "hangup")).Text("reason"));
    }

    [Fact]
    public async Task A_further_socket_for_a_session_that_has_one_is_refused()
    {
        await using var stage = await StartAsync(new() { Grace = s_grace });
        await using var socket = await stage.ConnectAsync("/call/sip?id=mine");
        await Assert.ThrowsAsync<WebSocketException>(() => stage.ConnectAsync("/call/sip?id=mine"));
    }

    private static async Task<string> DeclinedAsync(LinesPhone phone)
    {
        var refusal = await phone.ExpectAsync("603 INVITE");
        Assert.StartsWith("SIP/2.0 603 handler disconnected", refusal, StringComparison.Ordinal);
        return refusal;
    }

    private static async Task OutgoingAsync(bool grace, Func<LinesPhone, Func<Task>, Task> body, Func<ApiSocket, Task>? before = null)
    {
        var clock = new LinesClock(s_grace);
        await using var stage = await StartAsync(new() { Grace = grace ? s_grace : default, Time = clock });
        await using var phone = new LinesPhone();
        var socket = await stage.BeginAsync(InviteOf(phone));
        var ready = before?.Invoke(socket) ?? Task.CompletedTask;
        await body(phone, async () =>
        {
            await ready;
            await LoseAsync(socket, grace ? clock : null, phone);
        });
        await ApiServer.UntilAsync(() => stage.Surface.Sessions == 0 && stage.Server.Calls.Count == 0, "session and calls are gone");
    }

    private static async Task IncomingAsync(bool grace, Func<LinesPhone, string, ApiSocket, Func<Task>, Task> body)
    {
        var clock = new LinesClock(s_grace);
        await using var hook = new Hook();
        await using var stage = await StartAsync(new() { Grace = grace ? s_grace : default, Time = clock, Webhook = new() { Url = hook.Url } });
        await using var phone = new LinesPhone();
        var invite = phone.Call(stage.ServerUri);
        var socket = await stage.ClaimAsync(hook);
        await body(phone, invite, socket, () => LoseAsync(socket, grace ? clock : null, phone));
        await ApiServer.UntilAsync(() => stage.Surface.Sessions == 0 && stage.Server.Calls.Count == 0, "session and calls are gone");
    }

    private static async Task LoseAsync(ApiSocket socket, LinesClock? clock, LinesPhone phone)
    {
        socket.Socket.Abort();
        if (clock is null)
            return;
        await ApiServer.UntilAsync(() => clock.Waiting == 1, "the session waits for another socket");
        Assert.DoesNotContain(phone.Received.Select(Wire.Summary), one => one is "BYE" or "CANCEL" or "603 INVITE");
        clock.RunOut();
    }
}
