using System.Text.Json;
using Parley.Control;
using Parley.Server.Tests.Support;
using Parley.Sip.Invites;

namespace Parley.Server.Tests.CallApi;

/// <summary>Events of calls nobody here has started.</summary>
public sealed class SubscriptionTests
{
    [Fact]
    public async Task A_subscriber_is_told_of_every_call_from_its_first_event_to_its_last()
    {
        await using var server = await ApiServer.StartAsync();
        await using var socket = await server.ConnectAsync();
        await socket.AskAsync("Subscribe", """{"cmd_id":"s1"}""");
        await ApiServer.UntilAsync(() => server.Calls.Watchers == 1, "it watches");
        var call = server.Calls.Add("one");
        server.Calls.Happen(CallEventKind.Incoming, call);
        server.Calls.Happen(CallEventKind.Ringing, call);
        server.Calls.Happen(CallEventKind.Answered, call);
        server.Calls.Happen(CallEventKind.Held, call, e => e with { Leg = CallSide.Callee });
        server.Calls.Happen(CallEventKind.Unheld, call, e => e with { Leg = CallSide.Callee });
        server.Calls.Happen(CallEventKind.Transferred, call, e => e with { Leg = CallSide.Caller });
        server.Calls.Happen(CallEventKind.Digit, call, e => e with { Leg = CallSide.Caller, Digit = '5' });
        server.Calls.Happen(CallEventKind.Ended, call, e => e with { End = new CallEnd(CallEndKind.Completed, CallEndParty.Remote, 200, "OK"), Duration = TimeSpan.FromSeconds(12.5) });
        List<JsonElement> told = [];
        for (var i = 0; i < 8; i++)
            told.Add((await socket.ReadAsync()).GetProperty("params"));
        Assert.All(told, one => Assert.Equal("s1", one.GetProperty("cmd_id").GetString()));
        Assert.All(told, one => Assert.Equal("one-a", one.GetProperty("callid").GetString()));
        Assert.Equal(["CALL_INCOMING", "CALL_RINGING", "CALL_ANSWER", "CALL_HOLD", "CALL_UNHOLD", "CALL_TRANSFER", "CALL_DTMF", "CALL_END"], told.Select(one => one.GetProperty("data").GetString()));
        Assert.Equal(["CallIncoming", "CallRinging", "CallAnswered", "CallHeld", "CallUnheld", "CallTransferred", "CallDtmf", "CallEnded"], told.Select(one => one.GetProperty("event").GetString()));
        Assert.Equal(("callee", "5"), (told[3].GetProperty("leg").GetString(), told[6].GetProperty("digit").GetString()));
        Assert.Equal(12.5, told[7].GetProperty("duration").GetDouble());
        Assert.Equal("""{"status":200,"reason":"OK","kind":"completed","by":"remote"}""", told[7].GetProperty("cause").GetRawText());
    }

    [Fact]
    public async Task Events_and_calls_can_be_chosen()
    {
        await using var server = await ApiServer.StartAsync();
        var (one, two) = (server.Calls.Add("one"), server.Calls.Add("two"));
        await using var socket = await server.ConnectAsync();
        await socket.AskAsync("Subscribe", """{"events":["CALL_HOLD","CallEnded"],"callid":"two-b"}""");
        await ApiServer.UntilAsync(() => server.Calls.Watchers == 1, "it watches");
        server.Calls.Happen(CallEventKind.Held, one);
        server.Calls.Happen(CallEventKind.Ringing, two);
        server.Calls.Happen(CallEventKind.Held, two);
        server.Calls.Happen(CallEventKind.Ended, two);
        var messages = await socket.UntilEndedAsync();
        Assert.Equal(["CallHeld", "CallEnded", "Ended"], messages.Select(message => message.GetProperty("params").GetProperty("event").GetString()));
    }

    [Fact]
    public async Task Unsubscribe_ends_one_or_all()
    {
        await using var server = await ApiServer.StartAsync();
        await using var socket = await server.ConnectAsync();
        foreach (var id in (string[])["s1", "s2", "s3"])
            await socket.AskAsync("Subscribe", $$"""{"cmd_id":"{{id}}"}""");
        await ApiServer.UntilAsync(() => server.Calls.Watchers == 3, "they watch");
        Assert.Equal(["s2", "u1"], await UnsubscribeAsync(socket, """{"subscription":"s2","cmd_id":"u1"}""", 2));
        Assert.Equal(["s1", "s3", "u2"], await UnsubscribeAsync(socket, """{"cmd_id":"u2"}""", 3));
        await socket.AskAsync("Unsubscribe", """{"subscription":"s2"}""");
        Assert.Equal(404, (await socket.ReadAsync()).GetProperty("params").GetProperty("code").GetInt32());
        await ApiServer.UntilAsync(() => server.Calls.Watchers == 0, "nobody watches any more");
    }

    [Fact]
    public async Task A_subscription_ends_with_its_socket()
    {
        await using var server = await ApiServer.StartAsync();
        await using (var socket = await server.ConnectAsync())
        {
            await socket.AskAsync("Subscribe", "{}");
            await ApiServer.UntilAsync(() => server.Calls.Watchers == 1, "it watches");
        }

        await ApiServer.UntilAsync(() => server.Calls.Watchers == 0 && server.Surface.Counters.Commands == 0, "nobody watches any more");
    }

    [Fact]
    public async Task Who_is_too_slow_for_the_feed_is_told_how_much_is_missing()
    {
        await using var server = await ApiServer.StartAsync();
        await using var socket = await server.ConnectAsync();
        await socket.AskAsync("Subscribe", """{"events":["CALL_END"]}""");
        await ApiServer.UntilAsync(() => server.Calls.Watchers == 1, "it watches");
        server.Calls.Happen(CallEventKind.Lost, null, e => e with { Lost = 17 });
        var told = (await socket.ReadAsync()).GetProperty("params");
        Assert.Equal(("EVENTS_LOST", 17), (told.GetProperty("data").GetString(), told.GetProperty("lost").GetInt32()));
    }

    // They end in any order, by whichever thread is first.
    private static async Task<List<string>> UnsubscribeAsync(ApiSocket socket, string parameters, int ends)
    {
        await socket.SendAsync($$"""{"jsonrpc":"2.0","id":"ask","method":"Unsubscribe","params":{{parameters}}}""");
        List<string> ended = [];
        while (ended.Count < ends)
        {
            var message = await socket.ReadAsync();
            if (message.TryGetProperty("method", out var method) && method.GetString() == "Ended")
                ended.Add(message.GetProperty("params").GetProperty("cmd_id").GetString()!);
        }

        ended.Sort(StringComparer.Ordinal);
        return ended;
    }
}
