using Parley.Cli.Configuration;
using Parley.Cli.Terminal;
using Parley.Sip.Authentication;

namespace Parley.Cli.Tests.Configuration;

public sealed class PhoneSettingsTests
{
    private const string Complete =
        """
        {
          "storage": "Host=db.example.com;Database=parley;Username=parley",
          "domains": [{ "name": "example.com", "aliases": ["sip.example.com"] }, "example.org"],
          "media": "direct",
          "digest": ["SHA-256", "md5"],
          "trunks": {
            "carrier": {
              "uri": "sip:sip.carrier.example;transport=tcp", "user": "4930123", "password": "secret", "register": true, "expires": "30m",
              "from": "sip:4930123@carrier.example", "identity": false, "max-calls": 5, "calls-per-second": 2, "ping": "off",
              "sources": ["192.0.2.0/24", "2001:db8::7"], "inbound": [{ "pattern": "49301231X", "to": "alice" }, { "pattern": "*", "to": "echo" }]
            },
            "backup": { "uri": "sip:198.51.100.7:5070", "inbound": "bob@example.org" }
          },
          "routes": [{ "pattern": "0*", "trunks": ["carrier", "backup"], "strip": 1, "prefix": "+49" }, { "pattern": "11X", "trunks": "carrier" }],
          "limits": { "ring": "45s", "calls-per-account": 4, "exempt": "198.51.100.0/24" }
        }
        """;

    [Fact]
    public void A_complete_file_is_read()
    {
        var settings = SettingsFile.Parse(Complete, "parley.json");
        var phones = settings.Phones;
        Assert.Equal("Host=db.example.com;Database=parley;Username=parley", settings.Storage);
        Assert.Equal(("example.com", "sip.example.com", "example.org"), (phones.Domain, phones.Domains[0].Aliases[0], phones.Domains[1].Name));
        Assert.True(phones.DirectMedia);
        Assert.Equal([DigestAlgorithm.Sha256, DigestAlgorithm.Md5], phones.Digest);
        Assert.Equal((TimeSpan.FromSeconds(45), 4), (phones.Limits.Ring, phones.Limits.CallsPerAccount));
        Assert.Equal(["198.51.100.0/24"], phones.Limits.Exempt);
        var carrier = phones.Trunks["carrier"];
        Assert.Equal(("sip:sip.carrier.example;transport=tcp", "4930123", "secret"), (carrier.Options.Target.ToString(), carrier.User, carrier.Password));
        Assert.Equal(("sip:4930123@sip.carrier.example", TimeSpan.FromMinutes(30)), (carrier.Options.Register!.ToString(), carrier.Options.RegisterExpires));
        Assert.Equal((false, 5, 2, TimeSpan.Zero), (carrier.AssertsIdentity, carrier.Options.MaxCalls, carrier.Options.MaxCallsPerSecond, carrier.Options.PingEvery));
        Assert.Equal(["alice", "echo"], carrier.Inbound.Select(one => one.To));
        Assert.NotNull(carrier.Inbound[0].Number.Apply("493012317"));
        Assert.Equal(["192.0.2.0/24", "2001:db8::7"], carrier.Options.Sources);
        Assert.Equal("bob@example.org", Assert.Single(phones.Trunks["backup"].Inbound).To);
        Assert.Equal(["carrier", "backup"], phones.Routes[0].Trunks);
        Assert.Equal("+493012345", phones.Routes[0].Number.Apply("03012345"));
        Assert.Equal("112", phones.Routes[1].Number.Apply("112"));
    }

    [Theory]
    [InlineData("""{ "media": "relay" }""", "'media' needs one of \"anchored\", \"direct\".")]
    [InlineData("""{ "digest": ["SHA-1"] }""", "'digest' needs \"MD5\", \"SHA-256\" or \"SHA-512-256\", not \"SHA-1\".")]
    [InlineData("""{ "domains": ["a b"] }""", "'domains[0]' needs a host name such as \"example.com\".")]
    [InlineData("""{ "domains": [{ "aliases": [] }] }""", "'domains[0]' needs \"name\".")]
    [InlineData("""{ "domains": ["a.example", { "name": "b.example", "aliases": ["a.example"] }] }""", "'domains' cannot be: The host 'a.example' cannot mean both a.example and b.example.")]
    [InlineData("""{ "trunks": [] }""", "'trunks' needs trunks by their names in braces.")]
    [InlineData("""{ "trunks": { "t": { } } }""", "'trunks.t' needs \"uri\".")]
    [InlineData("""{ "trunks": { "t": { "uri": "sip:user@host" } } }""", "'trunks.t.uri' needs a SIP URI without user, such as \"sip:carrier.example.com\" or \"sip:192.0.2.1:5070;transport=tcp\".")]
    [InlineData("""{ "trunks": { "t": { "uri": "sip:host", "register": true } } }""", "'trunks.t' needs a \"user\" to register and to answer challenges as.")]
    [InlineData("""{ "trunks": { "t": { "uri": "sip:host", "max-cals": 3 } } }""", "unknown key 'max-cals' in 'trunks.t'; did you mean 'max-calls'?")]
    [InlineData("""{ "trunks": { "t": { "uri": "sip:host", "max-calls": 0 } } }""", "'trunks.t.max-calls' needs a whole number from 1 to 100000.")]
    [InlineData("""{ "trunks": { "t": { "uri": "sip:host", "ping": "soon" } } }""", "'trunks.t.ping' needs a duration such as \"30s\", \"5m\" or \"1h\", up to a day.")]
    [InlineData("""{ "trunks": { "t": { "uri": "sip:host", "sources": ["here"] } } }""", "'trunks.t.sources' needs addresses or networks such as \"192.0.2.1\" or \"192.0.2.0/24\", not \"here\".")]
    [InlineData("""{ "trunks": { "t": { "uri": "sip:host", "inbound": [{ "pattern": "1" }] } } }""", "'trunks.t.inbound[0]' needs \"to\".")]
    [InlineData("""{ "routes": [{ "pattern": "0*", "trunks": ["t"] }] }""", "'routes[0].trunks' names 't', which is no trunk; there is none in 'trunks'.")]
    [InlineData("""{ "routes": [{ "pattern": "0*1", "trunks": ["t"] }] }""", "'routes[0].pattern' needs a number in which X is any digit, Z one from 1, N one from 2, and a final * whatever follows, such as \"0*\" or \"49XXX\".")]
    [InlineData("""{ "trunks": { "t": { "uri": "sip:host" } }, "routes": [{ "pattern": "0*", "trunks": ["t"], "strip": 2 }] }""", "'routes[0].pattern' is shorter than the 2 characters that \"strip\" takes from it.")]
    [InlineData("""{ "limits": { "ring": "2d" } }""", "'limits.ring' needs a duration such as \"30s\", \"5m\" or \"1h\", up to a day.")]
    [InlineData("""{ "control": { "urls": "media.example.com" } }""", "unknown key 'urls' in 'control'; there are music, prompts, transfers, url-hosts, public-urls.")]
    [InlineData("""{ "control": { "url-hosts": ["http://media.example.com"] } }""", "'control.url-hosts' cannot be: 'http://media.example.com' is no host; write media.example.com, *.example.com or 127.0.0.1:9000.")]
    [InlineData("""{ "media": "direct", "media": "anchored" }""", "'media' is there twice; one of the two has to go.")]
    public void A_mistake_is_named_with_its_place_and_what_would_be_right(string json, string message)
    {
        var fault = Assert.Throws<CommandException>(() => SettingsFile.Parse(json, "parley.json"));
        Assert.Equal($"parley.json: {message}", fault.Message);
        Assert.Equal(ExitCode.Usage, fault.ExitCode);
    }

    [Fact]
    public void Where_URLs_may_lead_is_said_in_the_same_words_for_commands_and_voice_agents()
    {
        const string urls = """ "url-hosts": ["media.example.com", "*.example.org"], "public-urls": true """;
        var settings = SettingsFile.Parse($$"""{ "control": { "music": "tone:440", {{urls}} }, "voice": { {{urls}} } }""", "parley.json");
        Assert.Equal(new(["media.example.com", "*.example.org"], allowsPublic: true), settings.Phones.Control.Urls);
        Assert.Equal(settings.Voice.Urls.Guard(), settings.Phones.Control.Urls);
        Assert.False(SettingsFile.Parse("""{ "control": { "music": "tone:440" } }""", "parley.json").Phones.Control.Urls.Allows(new("http://media.example.com/")));
    }

    [Fact]
    public void What_counts_at_the_start_only_is_named()
    {
        var started = SettingsFile.Parse("""{ "sip": ["udp:127.0.0.1:1"], "limits": { "ring": "20s" } }""", "parley.json");
        var later = SettingsFile.Parse("""{ "sip": ["udp:127.0.0.1:2"], "media": "direct", "limits": { "ring": "30s" } }""", "parley.json");
        Assert.Equal(["sip", "media"], later.DifferentAtStart(started));
        var (one, same, other) = (Control("a.example"), Control("a.example"), Control("b.example"));
        Assert.Empty(same.DifferentAtStart(one));
        Assert.Equal(["control"], other.DifferentAtStart(one));

        static ServeSettings Control(string host) => SettingsFile.Parse($$"""{ "control": { "url-hosts": "{{host}}" } }""", "parley.json");
    }
}
