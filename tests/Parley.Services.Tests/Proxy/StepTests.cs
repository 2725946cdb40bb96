using Parley.Services.Proxy;
using Parley.Services.Tests.Proxy.Support;
using Parley.Sip.Endpoint;
using Parley.Sip.Messages;

namespace Parley.Services.Tests.Proxy;

public class StepTests
{
    [Fact]
    public void No_hops_left_is_a_483()
    {
        var stage = new ProxyStage();
        stage.Alice.Send(Wire.Request("OPTIONS").Replace("Max-Forwards: 70", "Max-Forwards: 0", StringComparison.Ordinal));
        stage.Shows("alice: 483 OPTIONS");
    }

    [Fact]
    public void An_extension_no_proxy_step_supports_is_a_420_that_names_it()
    {
        var stage = new ProxyStage();
        stage.Alice.Send(Wire.Request("OPTIONS", more: "Proxy-Require: teleport, gin"));
        Assert.Equal("teleport, gin", Wire.Header(stage.Alice.Got("420 OPTIONS"), "Unsupported"));
    }

    [Fact]
    public void A_scheme_nobody_routes_is_a_416()
    {
        var stage = new ProxyStage();
        stage.Alice.Send(Wire.Request("OPTIONS", "mailto:bob@example.com"));
        stage.Shows("alice: 416 OPTIONS");
    }

    [Fact]
    public void What_no_step_decides_is_the_user_agents()
    {
        var stage = new ProxyStage(policy: _ => ProxyVerdict.Next);
        stage.Alice.Send(Wire.Request("OPTIONS"));
        stage.Shows("alice: 200 OPTIONS");
        stage.EndsClean();
    }

    [Fact]
    public void A_copy_that_came_by_another_path_is_refused_by_the_user_agent_and_passed_on_by_the_proxy()
    {
        var stage = new ProxyStage(policy: request => request.Method == SipMethod.Options ? ProxyVerdict.Leave : ProxyVerdict.Forward);
        stage.Alice.Send(Wire.Request("OPTIONS"));
        stage.Alice.Send(Wire.Request("OPTIONS", branch: "z9hG4bKother"));
        stage.Shows("alice: 200 OPTIONS", "alice: 482 OPTIONS");
        stage.Alice.Send(Wire.Request("MESSAGE", "sip:bob@10.0.0.3"));
        stage.Alice.Send(Wire.Request("MESSAGE", "sip:bob@10.0.0.3", branch: "z9hG4bKother"));
        Assert.Equal(2, stage.Bob.Count("MESSAGE"));
    }

    [Fact]
    public void A_step_may_take_its_time_and_the_request_goes_on_from_there()
    {
        var decision = new TaskCompletionSource<ProxyVerdict>();
        var stage = new ProxyStage(options => options with { Steps = [.. ProxyOptions.StandardSteps, new PolicyStep(_ => new ValueTask<ProxyVerdict>(decision.Task)), options.Steps[^1]] });
        stage.Alice.Send(Wire.Request());
        stage.Shows();
        decision.SetResult(ProxyVerdict.Next);
        stage.Network.RunUntil(() => stage.Bob.Received.Count > 0);
        stage.Bob.Reply("INVITE", "200 OK");
        stage.Alice.Got("200 INVITE");
        stage.EndsClean();
    }

    [Fact]
    public void A_caller_who_hangs_up_while_a_step_takes_its_time_gets_487_and_the_verdict_comes_too_late()
    {
        var decision = new TaskCompletionSource<ProxyVerdict>();
        var stage = new ProxyStage(options => options with { Steps = [.. ProxyOptions.StandardSteps, new PolicyStep(_ => new ValueTask<ProxyVerdict>(decision.Task)), options.Steps[^1]] });
        var invite = stage.Alice.Send(Wire.Request());
        stage.Alice.Send(Wire.CancelFor(invite));
        stage.Alice.Acknowledge(invite, "487");
        decision.SetResult(ProxyVerdict.Next);
        stage.Network.RunUntil(() => stage.Proxy.Counters.Active == 0);
        Assert.Empty(stage.Bob.Received);
        stage.EndsClean();
    }

    [Fact]
    public void A_step_that_throws_costs_its_request_a_500()
    {
        var stage = new ProxyStage(policy: _ => throw new InvalidOperationException("no such luck"));
        stage.Alice.Send(Wire.Request("MESSAGE"));
        stage.Shows("alice: 500 MESSAGE");
        Assert.Equal("no such luck", Assert.Single(stage.Faults).Message);
    }

    [Fact]
    public void Headers_are_added_and_taken_away_as_a_step_says()
    {
        var stage = new ProxyStage(policy: request =>
        {
            request.AddHeader(new SipHeader("X-For-All", "1"));
            request.RemoveHeader(HeaderId.ProxyAuthorization);
            request.AddTarget(ProxyStage.AtBob with { Headers = [new SipHeader("X-For-Bob", "2")] });
            return ProxyVerdict.Forward;
        });
        stage.Alice.Send(Wire.Request(more: "Proxy-Authorization: Digest username=\"alice\""));
        var invite = stage.Bob.Got("INVITE");
        Assert.Equal(("1", "2"), (Wire.Header(invite, "X-For-All"), Wire.Header(invite, "X-For-Bob")));
        Assert.False(Wire.Has(invite, "Proxy-Authorization"));
    }

    [Fact]
    public void A_line_end_cannot_be_smuggled_in_by_a_header_or_a_reason()
    {
        Assert.Throws<ArgumentException>(() => new SipHeader("X", "a\r\nVia: b"));
        var stage = new ProxyStage(policy: request =>
        {
            Assert.Throws<ArgumentException>(() => request.Respond(404, "gone\r\nX: y"));
            return ProxyVerdict.Refuse(404);
        });
        stage.Alice.Send(Wire.Request("MESSAGE"));
        stage.Shows("alice: 404 MESSAGE");
    }

    [Fact]
    public void Closing_the_endpoint_ends_what_is_under_way()
    {
        var stage = new ProxyStage();
        stage.Alice.Send(Wire.Request());
        stage.Network.Run(async () => await stage.Endpoint.DisposeAsync());
        Assert.Equal(0, stage.Proxy.Counters.Active);
        Assert.Equal(0, stage.Network.Pool.Outstanding);
    }

    [Fact]
    public void A_proxy_serves_one_endpoint_only()
    {
        var stage = new ProxyStage();
        Assert.Throws<InvalidOperationException>(() => stage.Network.Run(async () =>
            await SipEndpoint.StartAsync(stage.Network.Host("10.0.0.9"), new SipEndpointOptions { Router = stage.Proxy })));
    }
}
