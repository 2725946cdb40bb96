using Parley.Net;
using Parley.Services.Proxy;
using Parley.Services.Tests.Proxy.Support;
using Parley.Services.Trunks;
using Parley.Sip.Messages;

namespace Parley.Services.Tests.Trunks;

/// <summary>Bob and Carol are the trunks.</summary>
public sealed class TrunkTests : IAsyncDisposable
{
    private static readonly TrunkOptions s_bob = new() { Name = "bob", Target = SipUri.Parse("sip:10.0.0.3:5060"), PingEvery = TimeSpan.Zero };
    private static readonly TrunkOptions s_carol = new() { Name = "carol", Target = SipUri.Parse("sip:10.0.0.4:5060"), PingEvery = TimeSpan.Zero };

    private ProxyStage _stage = null!;
    private TrunkSet _trunks = null!;

    public async ValueTask DisposeAsync()
    {
        // The last un-registration is waited for on the virtual clock.
        var closing = _trunks.DisposeAsync().AsTask();
        _stage.Network.RunUntil(() => closing.IsCompleted, TimeSpan.FromSeconds(10));
        await closing;
    }

    [Fact]
    public void A_call_goes_to_the_first_trunk_with_the_number_as_it_wants_it_and_to_the_next_when_that_fails()
    {
        var stage = Stage(s_bob with { Outgoing = [NumberRule.Of("0*", 1, "+49")] }, s_carol);
        stage.Alice.Send(Wire.Request(uri: "sip:030123@example.com"));
        Assert.Equal("sip:+4930123@10.0.0.3:5060", Wire.RequestUri(stage.Bob.Got("INVITE")));
        stage.Bob.Reply("INVITE", "503 Service Unavailable");
        Assert.Equal("sip:030123@10.0.0.4:5060", Wire.RequestUri(stage.Carol.Got("INVITE")));
    }

    [Fact]
    public void Calls_at_a_time_are_bounded_and_a_line_comes_back_when_the_call_has_failed()
    {
        var stage = Stage(s_bob with { MaxCalls = 1 });
        var invite = stage.Alice.Send(Wire.Request(uri: "sip:1@example.com"));
        stage.Alice.Send(Wire.Request(uri: "sip:2@example.com", callId: "c2", branch: "z9hG4bKalice2"));
        Assert.Equal("5", Wire.Header(stage.Alice.Got("503 INVITE"), "Retry-After"));
        stage.Bob.Reply("INVITE", "486 Busy Here");
        stage.Alice.Acknowledge(invite, "486");
        stage.Advance(64_000);
        stage.Alice.Send(Wire.Request(uri: "sip:3@example.com", callId: "c3", branch: "z9hG4bKalice3"));
        Assert.Equal("sip:3@10.0.0.3:5060", Wire.RequestUri(stage.Bob.Got("INVITE")));
    }

    [Fact]
    public void Calls_a_second_are_bounded_and_credit_comes_back_with_time()
    {
        var stage = Stage(s_bob with { MaxCallsPerSecond = 2 });
        var trunk = _trunks.Trunks[0];
        Assert.Equal((true, true, false), (trunk.TryTakeLine(out _), trunk.TryTakeLine(out _), trunk.TryTakeLine(out _)));
        stage.Advance(499);
        Assert.False(trunk.TryTakeLine(out _));
        stage.Advance(2);
        Assert.True(trunk.TryTakeLine(out _));
    }

    [Fact]
    public void A_trunk_is_asked_and_is_down_after_two_questions_without_an_answer_and_up_after_one_with()
    {
        var stage = Stage(s_bob with { PingEvery = TimeSpan.FromSeconds(60) }, s_carol);
        Assert.Equal(TrunkState.Unknown, _trunks.Trunks[0].Snapshot.State);
        Assert.Equal("sip:10.0.0.3:5060", Wire.RequestUri(stage.Bob.Got("OPTIONS")));
        Until(stage, () => _trunks.Trunks[0].Snapshot.State == TrunkState.Down, 75);
        Assert.Equal(["carol", "bob"], _trunks.Choose(["bob", "carol"]).Select(trunk => trunk.Options.Name));
        stage.Advance(40_000); // the second question is no longer repeated
        stage.Bob.Received.Clear();
        Until(stage, () => stage.Bob.Count("OPTIONS") > 0, 60);
        stage.Bob.Reply("OPTIONS", "404 Not Found");
        Until(stage, () => _trunks.Trunks[0].Snapshot.State == TrunkState.Up, 1);
        Assert.Equal(["bob", "carol"], _trunks.Choose(["bob", "carol"]).Select(trunk => trunk.Options.Name));
    }

    [Fact]
    public void A_trunk_that_wants_it_is_kept_registered_and_taken_back_at_the_end()
    {
        var stage = Stage(s_bob with { Register = SipUri.Parse("sip:us@provider.example") });
        var register = stage.Bob.Got("REGISTER");
        Assert.Equal("<sip:us@provider.example>", Wire.Header(register, "To"));
        stage.Bob.Reply("REGISTER", "200 OK", more: $"Contact: {Wire.Header(register, "Contact")};expires=3600");
        Until(stage, () => _trunks.Trunks[0].Registration!.State == Parley.Sip.Registrations.RegistrationState.Registered, 1);
        var trunk = _trunks.Trunks[0];
        var closing = _trunks.SetAsync([]).AsTask();
        Until(stage, () => stage.Bob.Count("REGISTER") == 2, 1);
        Assert.Equal("0", Wire.Header(stage.Bob.Got("REGISTER"), "Expires"));
        stage.Bob.Reply("REGISTER", "200 OK", more: "X: 1");
        Until(stage, () => closing.IsCompleted, 5);
        Assert.NotNull(trunk);
    }

    [Fact]
    public void A_trunk_whose_options_stay_keeps_its_calls_when_the_set_is_changed()
    {
        var stage = Stage(s_bob with { MaxCalls = 5 }, s_carol);
        Assert.True(_trunks.Trunks[0].TryTakeLine(out var line));
        stage.Network.Run(async () => await _trunks.SetAsync([s_bob with { MaxCalls = 5 }]));
        Assert.Equal(1, Assert.Single(_trunks.Trunks).Snapshot.Calls);
        line!.Dispose();
        line.Dispose();
        Assert.Equal(0, _trunks.Trunks[0].Snapshot.Calls);
    }

    [Fact]
    public void Who_calls_from_one_of_its_networks_is_the_trunk()
    {
        Stage(s_bob with { Sources = ["192.0.2.0/24", "2001:db8::7"] }, s_carol with { Sources = ["198.51.100.9"] });
        Assert.Equal("bob", From("192.0.2.77:5060"));
        Assert.Equal("bob", From("[2001:db8::7]:5060"));
        Assert.Equal("carol", From("198.51.100.9:1"));
        Assert.Null(From("198.51.100.10:1"));
    }

    [Fact]
    public void A_source_that_is_no_network_and_a_name_twice_are_refused()
    {
        var stage = Stage();
        Assert.Contains("'ten.0.0.1'", Refused(stage, [s_bob with { Sources = ["ten.0.0.1"] }]), StringComparison.Ordinal);
        Assert.Contains("two trunks named bob", Refused(stage, [s_bob, s_bob with { MaxCalls = 1 }]), StringComparison.Ordinal);
        Assert.Empty(_trunks.Trunks);
    }

    private string Refused(ProxyStage stage, IReadOnlyList<TrunkOptions> trunks)
    {
        var refusal = "";
        stage.Network.Run(async () => refusal = (await Assert.ThrowsAnyAsync<SystemException>(async () => await _trunks.SetAsync(trunks))).Message);
        return refusal;
    }

    private string? From(string source) => NetEndpoint.TryParse(source, out var endpoint) ? _trunks.From(endpoint)?.Options.Name : "unreadable";

    private ProxyStage Stage(params TrunkOptions[] trunks)
    {
        var stage = _stage = new ProxyStage(options => options with
        {
            Steps = [.. ProxyOptions.StandardSteps, new PolicyStep(request => new TrunkStep(_trunks, _ => ["bob", "carol"]).InvokeAsync(request))],
        });
        _trunks = new(stage.Endpoint, stage.Network.Time);
        stage.Network.Run(async () => await _trunks.SetAsync(trunks));
        stage.Network.RunUntilIdle();
        return stage;
    }

    private static void Until(ProxyStage stage, Func<bool> condition, int seconds) => stage.Network.RunUntil(condition, TimeSpan.FromSeconds(seconds));
}
