using Parley.Services.Proxy;
using Parley.Services.Tests.Proxy.Support;
using Parley.Sip.Messages;

namespace Parley.Services.Tests.Proxy;

/// <summary>RFC 3261 §16.11.</summary>
public class StatelessProxyTests
{
    private readonly StatelessProxy _proxy = new(request => request.Method == SipMethod.Options ? null : ProxyStage.AtBob, ["example.com"]);
    private readonly ProxyStage _stage;

    public StatelessProxyTests() => _stage = new ProxyStage(endpoint: options => options with { Router = _proxy });

    [Fact]
    public void What_is_repeated_is_passed_on_again_with_the_same_branch_and_its_CANCEL_and_ACK_have_it_too()
    {
        var invite = _stage.Alice.Send(Wire.Request());
        var first = _stage.Bob.Last;
        _stage.Alice.Send(invite);
        Assert.Equal(first, _stage.Bob.Last);
        _stage.Alice.Send(Wire.CancelFor(invite));
        Assert.Equal(Wire.Header(first, "Via"), Wire.Header(_stage.Bob.Got("CANCEL"), "Via"));
        _stage.Bob.Send(Wire.Response(first, "487 Request Terminated", "bob"));
        _stage.Alice.Acknowledge(invite, "487");
        Assert.Equal(Wire.Header(first, "Via"), Wire.Header(_stage.Bob.Got("ACK"), "Via"));
        _stage.Shows("bob: INVITE", "bob: INVITE", "bob: CANCEL", "alice: 487 INVITE", "bob: ACK");
        Assert.Equal(0, _stage.Endpoint.Counters.Transactions.Active);
    }

    [Fact]
    public void Another_request_gets_another_branch()
    {
        _stage.Alice.Send(Wire.Request());
        var first = Wire.Header(_stage.Bob.Last, "Via");
        _stage.Alice.Send(Wire.Request(branch: "z9hG4bKalice2"));
        Assert.NotEqual(first, Wire.Header(_stage.Bob.Last, "Via"));
    }

    [Fact]
    public void A_response_that_answers_nothing_we_sent_is_not_passed_on()
    {
        _stage.Alice.Send(Wire.Request());
        var success = Wire.Response(_stage.Bob.Last, "200 OK", "bob");
        var branch = Wire.Parameter(Wire.Header(success, "Via"), "branch");
        _stage.Bob.Send(success.Replace(branch, branch[..^1] + (branch[^1] == '0' ? '1' : '0'), StringComparison.Ordinal));
        Assert.Empty(_stage.Alice.Received);
        _stage.Bob.Send(success);
        Assert.Equal(1, _stage.Alice.Count("200 INVITE"));
        Assert.Equal((1, 1), (_proxy.Requests, _proxy.Responses));
    }

    [Fact]
    public void What_the_policy_leaves_is_the_user_agents()
    {
        _stage.Alice.Send(Wire.Request("OPTIONS"));
        _stage.Shows("alice: 200 OPTIONS");
    }

    [Fact]
    public void Without_hops_a_request_is_refused_here()
    {
        _stage.Alice.Send(Wire.Request().Replace("Max-Forwards: 70", "Max-Forwards: 0", StringComparison.Ordinal));
        _stage.Shows("alice: 483 INVITE");
    }

    [Fact]
    public void Our_own_Route_is_taken_out_and_the_next_one_followed()
    {
        _stage.Alice.Send(Wire.Request(more: "Route: <sip:10.0.0.1;lr>, <sip:10.0.0.4;lr>"));
        var invite = _stage.Carol.Got("INVITE");
        Assert.Equal("<sip:10.0.0.4;lr>", Assert.Single(Wire.Headers(invite, "Route")));
    }
}
