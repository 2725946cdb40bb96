using System.Text.Json;
using Parley.Interop.Tests.Harness;

namespace Parley.Interop.Tests.Cases.CallApi;

/// <summary>Calls that registered phones have made by themselves, watched and driven over the socket; and what else goes on there.</summary>
public sealed class PhonesOwnCalls(TransfersByPhone fixture) : IClassFixture<TransfersByPhone>
{
    private const int Alice = 600, Bob = 900, Carol = 1200;
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(30);
    private readonly ServeProcess _server = fixture.Server;

    [Fact]
    public async Task A_call_that_phones_made_is_seen_held_transferred_and_ended()
    {
        await using var api = await ApiClient.ConnectAsync(fixture.ApiPort);
        var events = await api.BeginAsync("Subscribe");
        await using var alice = await PhoneAsync("alice", Alice);
        await using var bob = await PhoneAsync("bob", Bob);
        await using var carol = await PhoneAsync("carol", Carol);
        await alice.DialAsync(bob.Uri);
        await api.EventAsync(events, "CALL_INCOMING");
        var answered = await api.EventAsync(events, "CALL_ANSWER");
        Assert.Contains("alice@", answered.GetProperty("caller").GetString(), StringComparison.Ordinal);
        Assert.Contains("bob@", answered.GetProperty("callee").GetString(), StringComparison.Ordinal);
        var call = answered.GetProperty("callid").GetString();
        await Task.WhenAll(alice.AssertHearsAsync(Bob), bob.AssertHearsAsync(Alice));

        (await api.RunAsync("CallHold", $$"""{"callid":"{{call}}","leg":"callee"}""")).AssertStory("CALL_HOLD Ended");
        await Task.WhenAll(alice.AssertHearsNothingAsync(TimeSpan.FromSeconds(1)), bob.AssertReceivesAsync(false));
        (await api.RunAsync("CallUnHold", $$"""{"callid":"{{call}}"}""")).AssertStory("CALL_UNHOLD Ended");
        await Task.WhenAll(alice.AssertHearsAsync(Bob), bob.AssertReceivesAsync(true));

        var transfer = await api.RunAsync("CallBlindTransfer", $$"""{"callid":"{{call}}","leg":"caller","destination":"{{carol.Uri}}"}""");
        transfer.AssertStory("TRANSFER_ACCEPT CALL_START Ended");
        await bob.WaitForEndAsync(Soon);
        await Task.WhenAll(alice.AssertHearsAsync(Carol), carol.AssertHearsAsync(Alice));
        (await api.RunAsync("CallEnd", $$"""{"callid":"{{transfer.CallId}}"}""")).AssertStory("Ended");
        await alice.WaitForEndAsync(Soon);
        await carol.WaitForEndAsync(Soon);
        var ended = await api.EventAsync(events, "CALL_END");
        Assert.True(ended.GetProperty("duration").GetDouble() > 0);
    }

    [Fact]
    public async Task A_call_whose_socket_vanished_is_listed_and_can_be_ended_from_another()
    {
        await using var alice = await PhoneAsync("alice", Alice);
        await using var bob = await PhoneAsync("bob", Bob);
        var gone = await ApiClient.ConnectAsync(fixture.ApiPort);
        var id = await gone.BeginAsync("CallStart", $$"""{"caller":"{{alice.Uri}}","callee":"{{bob.Uri}}"}""");
        gone.Vanish();
        await bob.WaitForAnswerAsync(Soon);
        await gone.DisposeAsync();
        await using var api = await ApiClient.ConnectAsync(fixture.ApiPort);
        await api.RunAsync("CallList");
        var calls = api.Messages.Single(message => message.TryGetProperty("result", out _)).GetProperty("result").GetProperty("calls").EnumerateArray();
        Assert.Contains(calls, call => call.GetProperty("callid").GetString() == id);
        (await api.RunAsync("CallEnd", $$"""{"callid":"{{id}}"}""")).AssertStory("Ended");
        await alice.WaitForEndAsync(Soon);
        await bob.WaitForEndAsync(Soon);
    }

    [Fact]
    public async Task What_plays_is_heard_and_keys_arrive()
    {
        await using var alice = await PhoneAsync("alice", Alice);
        await using var bob = await PhoneAsync("bob", Bob);
        await using var api = await ApiClient.ConnectAsync(fixture.ApiPort);
        var start = await api.RunAsync("CallStart", $$"""{"caller":"{{alice.Uri}}","callee":"{{bob.Uri}}"}""");
        var play = await api.BeginAsync("CallPlay", $$"""{"callid":"{{start.CallId}}","source":"tone:440","leg":"caller","repeat":0}""");
        await api.EventAsync(play, "PLAY_START");
        await alice.AssertHearsAsync(440);
        (await api.RunAsync("CallStop", $$"""{"callid":"{{start.CallId}}"}""")).AssertStory("Ended");
        await api.EndAsync(play);
        await alice.AssertHearsAsync(Bob);
        (await api.RunAsync("CallDtmf", $$"""{"callid":"{{start.CallId}}","leg":"callee","digits":"159#"}""")).AssertStory("Ended");
        await bob.WaitForDigitsAsync("159#", Soon);
        Assert.Equal("159#", bob.Digits);
        (await api.RunAsync("CallRecord", $$"""{"callid":"{{start.CallId}}","file":"talk.wav"}""")).AssertStory("RECORD_START Ended");
        var talk = Path.Combine(_server.Recordings, "talk.wav");
        await Tone.AssertRecordsAsync(talk, Alice, 0.5);
        await Tone.AssertRecordsAsync(talk, Bob, 0.5);
        (await api.RunAsync("CallEnd", $$"""{"callid":"{{start.CallId}}"}""")).AssertStory("Ended");
        var recording = Wav.Read(talk);
        Tone.ChannelWith(recording, Alice, 0.5);
        Tone.ChannelWith(recording, Bob, 0.5);
    }

    [Fact]
    public async Task A_call_that_comes_in_is_answered_rejected_or_sent_elsewhere_by_command()
    {
        await using var api = await ApiClient.ConnectAsync(fixture.ApiPort);
        var events = await api.BeginAsync("Subscribe", """{"events":["CALL_INCOMING"]}""");
        await using var alice = await PhoneAsync("alice", Alice);
        var seen = 0;
        var rejected = alice.DialRefusedAsync(_server.Uri("control"));
        (await api.RunAsync("CallReject", $$"""{"callid":"{{await IncomingAsync()}}","code":486}""")).AssertStory("Ended");
        Assert.StartsWith("486", await rejected, StringComparison.Ordinal);
        alice.ForgetEvents();
        var dialling = alice.DialAsync(_server.Uri("control"));
        var call = await IncomingAsync();
        (await api.RunAsync("CallAnswer", $$"""{"callid":"{{call}}"}""")).AssertStory("Ended");
        await dialling;
        var play = await api.BeginAsync("CallPlay", $$"""{"callid":"{{call}}","source":"tone:440","repeat":0}""");
        await alice.AssertHearsAsync(440);
        (await api.RunAsync("CallEnd", $$"""{"callid":"{{call}}"}""")).AssertStory("Ended");
        await api.EndAsync(play);
        await alice.WaitForEndAsync(Soon);

        async Task<string> IncomingAsync()
        {
            var clock = System.Diagnostics.Stopwatch.StartNew();
            while (true)
            {
                var all = api.Messages.Where(message => ApiClient.Member(message, "cmd_id") == events && ApiClient.Member(message, "data") == "CALL_INCOMING").ToList();
                if (all.Count > seen)
                    return ApiClient.Member(all[seen++], "callid")!;
                Assert.True(clock.Elapsed < Soon, "no call came in");
                await Task.Delay(50);
            }
        }
    }

    [Fact]
    public async Task The_command_line_prints_each_message_and_ends_by_the_outcome()
    {
        await using var alice = await PhoneAsync("alice", Alice);
        await using var bob = await PhoneAsync("bob", Bob);
        var server = $"ws://127.0.0.1:{fixture.ApiPort}";
        var start = await ParleyCommand.RunAsync("api", "--server", server, "CallStart", $$"""{"caller":"{{alice.Uri}}","callee":"{{bob.Uri}}","cmd_id":"typed@here"}""");
        start.AssertExit(0);
        var messages = start.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonElement.Parse(line)).ToList();
        Assert.Equal("Started", messages[0].GetProperty("result").GetProperty("status").GetString());
        Assert.Equal("Ended", ApiClient.Name(messages[^1]));
        (await ParleyCommand.RunAsync("api", "--server", server, "CallEnd", """{"callid":"typed@here"}""")).AssertExit(0);
        (await ParleyCommand.RunAsync("api", "--server", server, "CallEnd", """{"callid":"typed@here"}""")).AssertExit(1);
        (await ParleyCommand.RunAsync("api", "--server", server, "CallEnd", "{}")).AssertExit(2);
        (await ParleyCommand.RunAsync("api", "--server", server, "CallEnd", "nonsense")).AssertExit(2);
        (await ParleyCommand.RunAsync("api", "--server", "ws://127.0.0.1:1", "CallList")).AssertExit(1);
    }

    [Fact]
    public async Task Fifteen_lines_of_Node_make_a_call()
    {
        await using var version = ChildProcess.Start("node", ["--version"]);
        await version.WaitForExitAsync(Soon);
        // Node 22 has WebSocket, 20 and 21 have it when asked, older ones take the package.
        string[] asked = version.Output.TrimStart('v')[..2] is "20" or "21" ? ["--experimental-websocket"] : [];
        await SampleMakesACallAsync("node", [.. asked, Path.Combine(Repository.Root, "samples", "call-api.mjs"), "{alice}", "{bob}", $"ws://127.0.0.1:{fixture.ApiPort}/call-api"]);
    }

    [Fact]
    public Task Twenty_lines_of_Python_make_a_call() =>
        SampleMakesACallAsync("python3", Path.Combine(Repository.Root, "samples", "call_api.py"), "{alice}", "{bob}", "127.0.0.1", $"{fixture.ApiPort}");

    [Fact]
    public async Task SIPp_is_called_on_both_sides_a_hundred_times()
    {
        await using var caller = await Sipp.AnswerAsync("sn:uas", calls: 100);
        await using var callee = await Sipp.AnswerAsync("sn:uas", calls: 100);
        await using var api = await ApiClient.ConnectAsync(fixture.ApiPort);
        for (var i = 0; i < 100; i += 10)
        {
            await Task.WhenAll(Enumerable.Range(0, 10).Select(async _ =>
            {
                var start = await api.RunAsync("CallStart", $$"""{"caller":"sip:a@127.0.0.1:{{caller.Port}}","callee":"sip:b@127.0.0.1:{{callee.Port}}"}""");
                start.AssertStory("CALL_ANSWER TRANSFER_ACCEPT CALL_START CALL_ANSWER Ended");
                (await api.RunAsync("CallEnd", $$"""{"callid":"{{start.CallId}}"}""")).AssertStory("Ended");
            }));
        }

        (await caller.ResultAsync(TimeSpan.FromSeconds(30))).AssertAllSuccessful(100);
        (await callee.ResultAsync(TimeSpan.FromSeconds(30))).AssertAllSuccessful(100);
    }

    private async Task SampleMakesACallAsync(string program, params string[] arguments)
    {
        await using var alice = await PhoneAsync("alice", Alice);
        await using var bob = await PhoneAsync("bob", Bob);
        await using var sample = ChildProcess.Start(program, arguments.Select(one => one == "{alice}" ? alice.Uri : one == "{bob}" ? bob.Uri : one));
        Assert.True(await sample.WaitForExitAsync(Soon) == 0, sample.Output);
        foreach (var word in (string[])["Started", "CALL_ANSWER", "TRANSFER_ACCEPT", "CALL_START", "Ended"])
            Assert.Contains(word, sample.Output, StringComparison.Ordinal);
        await bob.AssertHearsAsync(Alice);
        await bob.HangUpAsync();
    }

    private Task<Baresip> PhoneAsync(string name, int tone) => Baresip.StartAsync(new() { ToneHz = tone, Account = new(name, $"127.0.0.1:{_server.SipPort}") });
}
