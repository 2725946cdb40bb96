using Parley.Cli.Configuration;
using Parley.Cli.Serving;
using Parley.Cli.Terminal;

namespace Parley.Cli.Tests.Configuration;

/// <summary>What the file says about the call API.</summary>
public sealed class CallApiSettingsTests
{
    [Fact]
    public void Keys_have_commands_and_calls()
    {
        var settings = SettingsFile.Parse(
            """
            {
              "call-api": "wss:127.0.0.1:5059", "call-api-key": "all-of-it", "call-api-origins": "https://desk.example.com",
              "call-api-keys": [
                { "name": "desk", "key": "d", "commands": ["CallStart", "CallEnd"], "calls": ["@sales.example.com", "alice"] },
                { "name": "dialler", "key": "e", "calls": "own" }
              ]
            }
            """,
            "parley.json").CallApi;
        Assert.Equal("wss:127.0.0.1:5059", settings.Listen);
        Assert.Equal(["https://desk.example.com"], settings.Origins);
        var ring = settings.Ring("call API");
        Assert.True(ring.Find("all-of-it")!.Allows("CallHold"));
        Assert.True(ring.Find("d")!.Allows("CallEnd"));
        Assert.False(ring.Find("d")!.Allows("CallHold"));
        Assert.True(ring.Find("d")!.Calls.Covers(["sip:zed@sales.example.com"], isOwn: false));
        Assert.False(ring.Find("d")!.Calls.Covers(["sip:bob@example.com"], isOwn: true));
        Assert.True(ring.Find("e")!.Calls.Covers(["sip:bob@example.com"], isOwn: true));
        Assert.Null(ring.Find("f"));
        Assert.Null(ring.Find(null));
    }

    [Theory]
    [InlineData("""{ "call-api-keys": [{ "name": "a" }] }""", "'call-api-keys[0]' needs a \"key\"")]
    [InlineData("""{ "call-api-keys": [{ "name": "a", "key": "b c" }] }""", "is no key")]
    [InlineData("""{ "call-api-keys": [{ "name": "a", "key": "b", "commands": ["CallStrat"] }] }""", "did you mean 'CallStart'")]
    [InlineData("""{ "call-api-keys": [{ "name": "a", "key": "b", "cals": "own" }] }""", "did you mean 'calls'")]
    [InlineData("""{ "call-api-keys": [{ "name": "a", "key": "b", "calls": [] }] }""", "At least one party")]
    public void A_mistake_is_named(string json, string message)
    {
        var fault = Assert.Throws<CommandException>(() => SettingsFile.Parse(json, "parley.json"));
        Assert.Contains(message, fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Two_keys_that_are_the_same_are_refused()
    {
        var settings = SettingsFile.Parse("""{ "call-api-key": "x", "call-api-keys": [{ "name": "a", "key": "x" }] }""", "parley.json").CallApi;
        Assert.Contains("are the same", Assert.Throws<CommandException>(() => settings.Ring("call API")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Without_a_word_it_is_on_loopback()
    {
        var plan = CallApiServing.Read(new ServeSettings().CallApi)!;
        Assert.Equal(("127.0.0.1:5059", false, true), (plan.Address.ToString(), plan.IsSecure, plan.Keys.IsEmpty));
    }
}
