using Parley.Testing.Agents;
using Parley.Testing.Tests.Support;

namespace Parley.Testing.Tests.Agents;

/// <summary>From a script's map to an agent, and what a map may not say.</summary>
public class OptionTests
{
    [Fact]
    public void Every_field_is_read()
    {
        var metadata = new Dictionary<string, object?> { ["role"] = "caller" };
        var options = AgentOptions.FromMap("A", new Dictionary<string, object?>
        {
            ["username"] = "alice", ["domain"] = "example.com", ["password"] = "secret", ["display_name"] = "Alice", ["transport"] = "tcp", ["auth_user"] = "a1",
            ["outbound"] = "sip:proxy.example.com", ["stun_server"] = "stun:stun.example.com:3478", ["media_enc"] = "srtp", ["regint"] = 60L, ["mwi"] = true, ["dtmf_mode"] = "info",
            ["headers"] = new Dictionary<string, object?> { ["X-Foo"] = "bar", ["X-Two"] = new List<object?> { "1", 2L } }, ["deflect_to"] = "bob", ["metadata"] = metadata,
        });
        Assert.Equal(
            ("alice", "example.com", "secret", "Alice", "tcp", "a1", "sip:proxy.example.com", "stun:stun.example.com:3478", "srtp", 60, true, "info", "bob"),
            (options.Username, options.Domain, options.Password, options.DisplayName, options.Transport, options.AuthUser, options.Outbound, options.StunServer, options.MediaEncryption,
                options.RegInt, options.Mwi, options.DtmfMode, options.DeflectTo));
        Assert.Equal([new("X-Foo", "bar"), new("X-Two", "1"), new("X-Two", "2")], options.Headers);
        Assert.Equal("caller", options.Metadata["role"]);
    }

    [Fact]
    public void What_is_not_said_has_its_default()
    {
        var options = AgentOptions.FromMap("A", new Dictionary<string, object?> { ["username"] = "a", ["domain"] = "b", ["password"] = 5L, ["display_name"] = null });
        Assert.Equal(("", null, "udp", 3600, false, "rtpevent"), (options.Password, options.DisplayName, options.Transport, options.RegInt, options.Mwi, options.DtmfMode));
    }

    [Theory]
    [InlineData("agent `A`: `username` is required", "domain=b")]
    [InlineData("agent `A`: `domain` is required", "username=a")]
    [InlineData("agent `A`: unknown config key `usrname` (did you mean `username`?)", "usrname=a")]
    [InlineData("agent `A`: unknown config key `colour`", "username=a", "domain=b", "colour=red")]
    [InlineData("agent `A`: transport `sctp` is not udp, tcp or tls", "username=a", "domain=b", "transport=sctp")]
    [InlineData("agent `A`: media_enc `zrtp` is not yet supported (use srtp)", "username=a", "domain=b", "media_enc=zrtp")]
    [InlineData("agent `A`: media_enc `dtls_srtp` is not yet supported (use srtp)", "username=a", "domain=b", "media_enc=dtls_srtp")]
    [InlineData("agent `A`: media_enc `rot13` is not srtp or srtp-mand", "username=a", "domain=b", "media_enc=rot13")]
    [InlineData("agent `A`: regint must be 0 or more seconds, but was soon", "username=a", "domain=b", "regint=soon")]
    [InlineData("agent `A`: headers must be a map of names and values, but was X-Foo", "username=a", "domain=b", "headers=X-Foo")]
    public void What_cannot_be_is_told(string problem, params string[] map)
    {
        var values = map.Select(entry => entry.Split('=')).ToDictionary(entry => entry[0], entry => (object?)entry[1]);
        Assert.Equal(problem, Assert.Throws<AgentException>(() => AgentOptions.FromMap("A", values)).Message);
    }

    [Theory]
    [InlineData("X Foo", "1", "`X Foo` is not a valid SIP header name (token characters only)")]
    [InlineData("", "1", "`` is not a valid SIP header name (token characters only)")]
    [InlineData("X-Foo\r\nX-Evil", "1", "`X-Foo\r\nX-Evil` is not a valid SIP header name (token characters only)")]
    [InlineData("X-Foo", "1\r\nX-Evil: 2", "header `X-Foo` must not contain a line break")]
    public void A_header_stays_one_header(string name, string value, string problem)
    {
        var map = new Dictionary<string, object?> { ["username"] = "a", ["domain"] = "b", ["headers"] = new Dictionary<string, object?> { [name] = value } };
        Assert.Equal(problem, Assert.Throws<AgentException>(() => AgentOptions.FromMap("A", map)).Message);
    }

    [Fact]
    public void A_negative_interval_is_refused() => Assert.Equal(
        "agent `A`: regint must be 0 or more seconds, but was -1",
        Assert.Throws<AgentException>(() => AgentOptions.FromMap("A", new Dictionary<string, object?> { ["username"] = "a", ["domain"] = "b", ["regint"] = -1L })).Message);

    [Fact]
    public void An_address_in_use_is_told_as_a_failure_to_connect() => Bench.Run(async bench =>
    {
        await bench.AddAsync("A");
        var port = bench.Session.Get("A").Phone.Listeners[0].Local.Port;
        var other = new AgentSession(bench.Session.Options with { FirstPort = port });
        await using (other)
        {
            var failure = await Assert.ThrowsAsync<AgentException>(() => other.CreateAsync("B", new() { Username = "b", Domain = "x" }));
            Assert.StartsWith("agent `B`: connect failed: ", failure.Message, StringComparison.Ordinal);
        }
    });

    [Fact]
    public void An_agent_nobody_made_is_said_to_be_missing() => Bench.Run(bench =>
    {
        Assert.Equal("agent `X` is not connected — create it with agent(\"X\", …) first", Assert.Throws<AgentException>(() => bench.Session.Get("X")).Message);
        return Task.CompletedTask;
    });
}
