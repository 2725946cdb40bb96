using Parley.Cli.Extensions;
using Parley.Net;
using Parley.Sip.Messages;

namespace Parley.Cli.Tests.Extensions;

public sealed class BridgePolicyTests
{
    private static readonly BridgePolicy Policy = new(["pbx.example.com", "192.0.2.50"]);

    [Theory]
    [InlineData("sip:bob@10.0.0.9", "10.0.0.9:40000")]
    [InlineData("sip:bob@10.0.0.9:5080;transport=tcp", "10.0.0.9:5060")]
    [InlineData("sips:bob@[2001:db8::1]", "[2001:db8::1]:5061")]
    [InlineData("sip:bob@127.0.0.2", "127.0.0.1:5060")]
    [InlineData("sip:bob@PBX.example.com", "203.0.113.7:5060")]
    [InlineData("sip:bob@192.0.2.50", "203.0.113.7:5060")]
    public void The_callers_own_host_and_hosts_allowed_by_name_are_reached(string target, string caller) => Assert.Null(Refusal(target, caller));

    [Theory]
    [InlineData("sip:bob@192.0.2.99", "10.0.0.9:5060")]
    [InlineData("sip:bob@127.0.0.1", "10.0.0.9:5060")]
    [InlineData("sip:bob@0.0.0.0", "127.0.0.1:5060")]
    [InlineData("sip:bob@localhost", "127.0.0.1:5060")]
    [InlineData("sip:bob@example.org", "10.0.0.9:5060")]
    [InlineData("sip:bob@10.0.0.9;maddr=192.0.2.99", "10.0.0.9:5060")]
    [InlineData("sip:bob@10.0.0.9?Route=%3Csip:192.0.2.99%3E", "10.0.0.9:5060")]
    [InlineData("tel:+4930123456", "10.0.0.9:5060")]
    public void Nothing_else_is(string target, string caller) => Assert.NotNull(Refusal(target, caller));

    private static string? Refusal(string target, string caller)
    {
        Assert.True(NetEndpoint.TryParse(caller, out var from));
        return Policy.Refusal(SipUri.Parse(target), from);
    }
}
