using Parley.Cli.Configuration;
using Parley.Cli.Terminal;

namespace Parley.Cli.Tests.Configuration;

public sealed class SettingsFileTests
{
    [Fact]
    public void The_file_holds_what_the_options_hold()
    {
        var settings = SettingsFile.Parse(
            """
            {
              // comments are welcome
              "sip": ["udp:127.0.0.1:5070", "tls:127.0.0.1:5071"], "http": "off", "data": "d", "tls-cert": "c.pem", "tls-key": "k.pem", "tls-self-signed": false,
              "trace": "t.pcap", "media-ports": "20000-21000", "external-host": "192.0.2.1", "srtp": "required", "codecs": ["opus", "PCMU"], "allow-bridge": "pbx.example.com",
            }
            """,
            "parley.json");
        Assert.Equal(["udp:127.0.0.1:5070", "tls:127.0.0.1:5071"], settings.Sip);
        Assert.Equal(["pbx.example.com"], settings.AllowBridge);
        Assert.Equal(["opus", "PCMU"], settings.Codecs);
        Assert.Equal(("off", "d", "c.pem", "k.pem"), (settings.Http, settings.Data, settings.TlsCertificate, settings.TlsKey));
        Assert.Equal((false, "t.pcap", "20000-21000", "192.0.2.1", "required"), (settings.TlsSelfSigned, settings.Trace, settings.MediaPorts, settings.ExternalHost, settings.Srtp));
    }

    [Theory]
    [InlineData("""{ "htp": "off" }""", "parley.json: unknown key 'htp'; did you mean 'http'?")]
    [InlineData("""{ "tls-crt": "a" }""", "parley.json: unknown key 'tls-crt'; did you mean 'tls-cert'?")]
    [InlineData("""{ "http": 8080 }""", "parley.json: 'http' needs a text in quotes.")]
    [InlineData("""{ "sip": [5060] }""", "parley.json: 'sip' needs a list of texts, such as [\"…\", \"…\"].")]
    [InlineData("""{ "tls-self-signed": "yes" }""", "parley.json: 'tls-self-signed' needs true or false.")]
    [InlineData("[]", "parley.json: a JSON object is needed, such as { \"sip\": [\"udp:0.0.0.0:5060\"] }.")]
    public void A_mistake_is_named_with_what_would_be_right(string json, string message)
    {
        var fault = Assert.Throws<CommandException>(() => SettingsFile.Parse(json, "parley.json"));
        Assert.Equal(message, fault.Message);
        Assert.Equal(ExitCode.Usage, fault.ExitCode);
    }

    [Fact]
    public void A_key_like_no_other_is_answered_with_all_there_are()
    {
        var fault = Assert.Throws<CommandException>(() => SettingsFile.Parse("""{ "colour": "blue" }""", "parley.json"));
        Assert.Contains("there are sip, http, data,", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Broken_json_is_answered_with_its_line()
    {
        var fault = Assert.Throws<CommandException>(() => SettingsFile.Parse("{\n \"http\": \n}", "parley.json"));
        Assert.StartsWith("parley.json: no valid JSON in line 3:", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_the_command_line_says_goes_before_the_file()
    {
        var merged = new ServeSettings { Http = "off", Sip = [] }.Over(new() { Http = "127.0.0.1:1", Data = "d", Sip = ["udp:127.0.0.1:1"] });
        Assert.Equal(("off", "d", "udp:127.0.0.1:1"), (merged.Http, merged.DataFolder, Assert.Single(merged.Listen)));
    }
}
