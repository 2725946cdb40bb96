using Parley.Interop.Tests.Harness;

namespace Parley.Interop.Tests.Cases.CallApi;

/// <summary>
/// The documented commands over the socket, with Debian's baresip at the other end of the calls: the documented messages in their order, and after each step who hears whom, by the tone
/// each phone speaks.
/// </summary>
public abstract class CommandsDriveCalls(CallApiFixture fixture)
{
    private protected const int Alice = 600, Bob = 900, Carol = 1200, Dave = 1400;
    private const string Started = "CALL_ANSWER TRANSFER_ACCEPT CALL_START CALL_ANSWER Ended";
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(30);
    private readonly ServeProcess _server = fixture.Server;

    [Fact]
    public async Task Start_hold_unhold_and_end()
    {
        await using var api = await ApiClient.ConnectAsync(fixture.ApiPort);
        await using var alice = await PhoneAsync(Alice);
        await using var bob = await PhoneAsync(Bob);
        var call = await StartAsync(api, alice, bob);
        await Talk.HearEachOtherAsync(alice, bob);

        (await api.RunAsync("CallHold", $$"""{"callid":"{{call}}","leg":"caller"}""")).AssertStory("CALL_HOLD Ended");
        await Task.WhenAll(alice.AssertReceivesAsync(false), bob.AssertHearsNothingAsync(TimeSpan.FromSeconds(1)));
        var again = await api.RunAsync("CallHold", $$"""{"callid":"{{call}}","leg":"caller"}""");
        again.AssertStory("Error Ended");
        Assert.Equal(480, again.Code);
        (await api.RunAsync("CallUnHold", $$"""{"callid":"{{call}}"}""")).AssertStory("CALL_UNHOLD Ended");
        // A baresip that was held hears again, but its recorder has gone: that packets come shows by their rate.
        await Task.WhenAll(alice.AssertReceivesAsync(true), bob.AssertHearsAsync(Alice));

        (await api.RunAsync("CallHold", $$"""{"callid":"{{call}}"}""")).AssertStory("CALL_HOLD CALL_HOLD Ended");
        await Task.WhenAll(alice.AssertReceivesAsync(false), bob.AssertReceivesAsync(false));
        (await api.RunAsync("CallUnHold", $$"""{"callid":"{{call}}"}""")).AssertStory("CALL_UNHOLD CALL_UNHOLD Ended");
        await Task.WhenAll(alice.AssertReceivesAsync(true), bob.AssertReceivesAsync(true));
        Assert.Equal(480, (await api.RunAsync("CallUnHold", $$"""{"callid":"{{call}}"}""")).Code);

        (await api.RunAsync("CallEnd", $$"""{"callid":"{{call}}"}""")).AssertStory("Ended");
        await alice.WaitForEndAsync(Soon);
        await bob.WaitForEndAsync(Soon);
        var unknown = await api.RunAsync("CallEnd", $$"""{"callid":"{{call}}"}""");
        unknown.AssertStory("Error Ended");
        Assert.Equal(404, unknown.Code);
    }

    [Fact]
    public async Task Blind_transfer()
    {
        await using var api = await ApiClient.ConnectAsync(fixture.ApiPort);
        await using var alice = await PhoneAsync(Alice);
        await using var bob = await PhoneAsync(Bob);
        await using var carol = await PhoneAsync(Carol);
        var call = await StartAsync(api, alice, bob);
        await Talk.HearEachOtherAsync(alice, bob);
        var transfer = await api.RunAsync("CallBlindTransfer", $$"""{"callid":"{{call}}","leg":"callee","destination":"{{carol.Uri}}"}""");
        transfer.AssertStory("TRANSFER_ACCEPT CALL_START Ended");
        await alice.WaitForEndAsync(Soon);
        await Talk.HearEachOtherAsync(bob, carol);
        (await api.RunAsync("CallEnd", $$"""{"callid":"{{transfer.CallId}}"}""")).AssertStory("Ended");
        await bob.WaitForEndAsync(Soon);
        await carol.WaitForEndAsync(Soon);
    }

    [Fact]
    public async Task A_transfer_to_somebody_busy_leaves_the_old_call()
    {
        await using var api = await ApiClient.ConnectAsync(fixture.ApiPort);
        await using var alice = await PhoneAsync(Alice);
        await using var bob = await PhoneAsync(Bob);
        var call = await StartAsync(api, alice, bob);
        var transfer = await api.RunAsync("CallBlindTransfer", $$"""{"callid":"{{call}}","leg":"callee","destination":"{{_server.Uri("reject-486")}}"}""");
        transfer.AssertStory("TRANSFER_ACCEPT CALL_START Error Ended");
        Assert.Equal(486, transfer.Code);
        await Talk.HearEachOtherAsync(alice, bob);
        (await api.RunAsync("CallEnd", $$"""{"callid":"{{call}}"}""")).AssertStory("Ended");
    }

    [Fact]
    public async Task Attended_transfer()
    {
        await using var api = await ApiClient.ConnectAsync(fixture.ApiPort);
        await using var alice = await PhoneAsync(Alice);
        await using var bob = await PhoneAsync(Bob);
        await using var carol = await PhoneAsync(Carol);
        await using var dave = await PhoneAsync(Dave);
        var one = await StartAsync(api, alice, bob);
        var two = await StartAsync(api, carol, dave);
        await Talk.HearEachOtherAsync(carol, dave);
        var transfer = await api.RunAsync(
            "CallAttendedTransfer", $$"""{"callid_a":"{{one}}","leg_a":"caller","callid_b":"{{two}}","leg_b":"callee","destination":"{{dave.Uri}}"}""");
        transfer.AssertStory("TRANSFER_ACCEPT CALL_START Ended");
        await bob.WaitForEndAsync(Soon);
        await carol.WaitForEndAsync(Soon);
        await Talk.HearEachOtherAsync(alice, dave);
        (await api.RunAsync("CallEnd", $$"""{"callid":"{{transfer.CallId}}"}""")).AssertStory("Ended");
        await dave.WaitForEndAsync(Soon);
    }

    [Fact]
    public async Task The_callee_is_busy()
    {
        await using var api = await ApiClient.ConnectAsync(fixture.ApiPort);
        await using var alice = await PhoneAsync(Alice);
        var start = await api.RunAsync("CallStart", $$"""{"caller":"{{alice.Uri}}","callee":"{{_server.Uri("reject-486")}}"}""");
        start.AssertStory("CALL_ANSWER TRANSFER_ACCEPT CALL_START Error Ended");
        Assert.Equal(486, start.Code);
        await alice.WaitForEndAsync(Soon);
    }

    [Fact]
    public async Task The_callee_never_answers()
    {
        await using var api = await ApiClient.ConnectAsync(fixture.ApiPort);
        await using var alice = await PhoneAsync(Alice);
        await using var bob = await PhoneAsync(Bob, "manual");
        var start = await api.RunAsync("CallStart", $$"""{"caller":"{{alice.Uri}}","callee":"{{bob.Uri}}","ring_timeout":2}""");
        start.AssertStory("CALL_ANSWER TRANSFER_ACCEPT CALL_START Error Ended");
        Assert.InRange(start.Code, 408, 480);
        await alice.WaitForEndAsync(Soon);
        await bob.WaitForEndAsync(Soon);
    }

    [Fact]
    public async Task The_caller_hangs_up_while_the_callee_rings()
    {
        await using var api = await ApiClient.ConnectAsync(fixture.ApiPort);
        await using var alice = await PhoneAsync(Alice);
        await using var bob = await PhoneAsync(Bob, "manual");
        var id = await api.BeginAsync("CallStart", $$"""{"caller":"{{alice.Uri}}","callee":"{{bob.Uri}}"}""");
        await api.EventAsync(id, "TransferPending");
        await alice.HangUpAsync();
        var start = await api.EndAsync(id);
        start.AssertStory("CALL_ANSWER TRANSFER_ACCEPT CALL_START Error Ended");
        Assert.Equal(487, start.Code);
        await bob.WaitForEndAsync(Soon);
    }

    [Fact]
    public async Task End_during_ring()
    {
        await using var api = await ApiClient.ConnectAsync(fixture.ApiPort);
        await using var alice = await PhoneAsync(Alice);
        await using var bob = await PhoneAsync(Bob, "manual");
        var id = await api.BeginAsync("CallStart", $$"""{"caller":"{{alice.Uri}}","callee":"{{bob.Uri}}"}""");
        await api.EventAsync(id, "TransferPending");
        (await api.RunAsync("CallEnd", $$"""{"callid":"{{id}}"}""")).AssertStory("Ended");
        var start = await api.EndAsync(id);
        start.AssertStory("CALL_ANSWER TRANSFER_ACCEPT CALL_START Error Ended");
        Assert.Equal(487, start.Code);
        await alice.WaitForEndAsync(Soon);
        await bob.WaitForEndAsync(Soon);
    }

    [Fact]
    public async Task End_before_the_caller_answers()
    {
        await using var api = await ApiClient.ConnectAsync(fixture.ApiPort);
        await using var alice = await PhoneAsync(Alice, "manual");
        var id = await api.BeginAsync("CallStart", $$"""{"caller":"{{alice.Uri}}","callee":"{{_server.Uri("echo")}}"}""");
        await alice.WaitForIncomingAsync(Soon);
        (await api.RunAsync("CallEnd", $$"""{"callid":"{{id}}"}""")).AssertStory("Ended");
        (await api.EndAsync(id)).AssertStory("Error Ended");
        await alice.WaitForEndAsync(Soon);
    }

    [Fact]
    public async Task Two_commands_on_one_call_at_once()
    {
        await using var api = await ApiClient.ConnectAsync(fixture.ApiPort);
        await using var alice = await PhoneAsync(Alice);
        await using var bob = await PhoneAsync(Bob);
        var call = await StartAsync(api, alice, bob);
        await api.SendAsync($$"""
            [{"jsonrpc":"2.0","id":"a","method":"CallHold","params":{"callid":"{{call}}","cmd_id":"first-{{call}}"} },
             {"jsonrpc":"2.0","id":"b","method":"CallHold","params":{"callid":"{{call}}","cmd_id":"second-{{call}}"} }]
            """);
        (await api.EndAsync("first-" + call)).AssertStory("CALL_HOLD CALL_HOLD Ended");
        var second = await api.EndAsync("second-" + call);
        second.AssertStory("Error Ended");
        Assert.True(second.Code is 491 or 480, $"{second.Code}"); // 480, on hold already, where the first was through before it began
        (await api.RunAsync("CallEnd", $$"""{"callid":"{{call}}"}""")).AssertStory("Ended");
    }

    private protected static async Task<string> StartAsync(ApiClient api, Baresip alice, Baresip bob)
    {
        var start = await api.RunAsync("CallStart", $$"""{"caller":"{{alice.Uri}}","callee":"{{bob.Uri}}"}""");
        start.AssertStory(Started);
        return start.CallId;
    }

    private static Task<Baresip> PhoneAsync(int tone, string answer = "auto") => Baresip.StartAsync(new() { ToneHz = tone, Answer = answer });
}

/// <summary>Transfers by REFER: baresip does them.</summary>
public sealed class CommandsWithPhonesThatTransfer(TransfersByPhone fixture) : CommandsDriveCalls(fixture), IClassFixture<TransfersByPhone>;

/// <summary>Transfers without the phones' help, as for those that know no REFER.</summary>
public sealed class CommandsWithPhonesThatDoNot(TransfersByServer fixture) : CommandsDriveCalls(fixture), IClassFixture<TransfersByServer>;
