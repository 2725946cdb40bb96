using Parley.Net;
using Parley.Services.Proxy;
using Parley.Sip.Endpoint;
using Parley.Sip.Messages;

namespace Parley.Services.Tests.Proxy.Support;

/// <summary>
/// A proxy at 10.0.0.1, and Alice at .2, Bob at .3 and Carol at .4 as raw peers. Without other steps, bob@example.com is at Bob's and carol@ at Carol's.
/// </summary>
internal sealed class ProxyStage
{
    public ProxyStage(
        Func<ProxyOptions, ProxyOptions>? change = null,
        Func<ProxyRequest, ProxyVerdict>? policy = null,
        Func<SipEndpointOptions, SipEndpointOptions>? endpoint = null)
    {
        Network = new();
        Alice = new(this, "alice", "10.0.0.2");
        Bob = new(this, "bob", "10.0.0.3");
        Carol = new(this, "carol", "10.0.0.4");
        var options = new ProxyOptions { Steps = [.. ProxyOptions.StandardSteps, new PolicyStep(policy ?? Usual)], OnFault = Faults.Add, Names = ["example.com"] };
        Proxy = new(change?.Invoke(options) ?? options);
        var layers = new SipEndpointOptions { Transport = new() { Listen = ["udp:10.0.0.1:5060"] }, Router = Proxy, UserAgent = "" };
        Network.Run(async () => Endpoint = await SipEndpoint.StartAsync(Network.Host("10.0.0.1"), endpoint?.Invoke(layers) ?? layers));
    }

    public VirtualNetwork Network { get; }

    public SipProxy Proxy { get; }

    public SipEndpoint Endpoint { get; private set; } = null!;

    public Phone Alice { get; }

    public Phone Bob { get; }

    public Phone Carol { get; }

    public List<string> Timeline { get; } = [];

    public List<Exception> Faults { get; } = [];

    public static ProxyTarget AtBob { get; } = new() { Uri = SipUri.Parse("sip:bob@10.0.0.3:5060") };

    public static ProxyTarget AtCarol { get; } = new() { Uri = SipUri.Parse("sip:carol@10.0.0.4:5060") };

    public void Advance(double milliseconds) => Network.Advance(TimeSpan.FromMilliseconds(milliseconds));

    /// <summary>What the peers got since the last call, in order.</summary>
    public void Shows(params string[] expected)
    {
        var actual = string.Join('\n', Timeline);
        Timeline.Clear();
        Assert.Equal(string.Join('\n', expected), actual);
    }

    /// <summary>After long enough, nothing is left: no request, no transaction, no buffer.</summary>
    public void EndsClean()
    {
        Advance(400_000);
        Assert.Empty(Faults);
        Assert.Equal(0, Proxy.Counters.Active);
        Assert.Equal(0, Endpoint.Counters.Transactions.Active);
        Assert.Equal(0, Network.Pool.Outstanding);
        Assert.Equal(0, Endpoint.Lanes[0].TimerCount);
    }

    private static ProxyVerdict Usual(ProxyRequest request)
    {
        if (!SipUriView.TryParse(request.RequestUri, out var uri))
            return ProxyVerdict.Refuse(400);
        if (uri.User.SequenceEqual("bob"u8))
            request.AddTarget(AtBob);
        else if (uri.User.SequenceEqual("carol"u8))
            request.AddTarget(AtCarol);
        else
            return ProxyVerdict.Refuse(404);
        return ProxyVerdict.Forward;
    }
}
