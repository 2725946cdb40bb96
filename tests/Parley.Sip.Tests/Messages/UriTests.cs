using Parley.Sip.Messages;
using Parley.Sip.Tests.Parsing;

namespace Parley.Sip.Tests.Messages;

public sealed class UriTests
{
    // RFC 3261 §19.1.4, the examples.
    [Theory]
    [InlineData("sip:%61lice@atlanta.com;transport=TCP", "sip:alice@AtLanTa.CoM;Transport=tcp")]
    [InlineData("sip:carol@chicago.com", "sip:carol@chicago.com;newparam=5")]
    [InlineData("sip:carol@chicago.com;security=on", "sip:carol@chicago.com;newparam=5")]
    [InlineData("sip:biloxi.com;transport=tcp;method=REGISTER?to=sip:bob%40biloxi.com", "sip:biloxi.com;method=REGISTER;transport=tcp?to=sip:bob%40biloxi.com")]
    [InlineData("sip:alice@atlanta.com?subject=project%20x&priority=urgent", "sip:alice@atlanta.com?priority=urgent&subject=project%20x")]
    [InlineData("sip:a@[2001:DB8::1]", "sip:a@[2001:db8:0::1]")]
    [InlineData("tel:+1-201-555-0123", "tel:+12015550123")]
    [InlineData("tel:7042;phone-context=example.com", "tel:7042;Phone-Context=EXAMPLE.com")]
    public void Uris_are_equal(string left, string right)
    {
        Assert.Equal(SipUri.Parse(left), SipUri.Parse(right));
        Assert.Equal(SipUri.Parse(right), SipUri.Parse(left));
        Assert.Equal(SipUri.Parse(left).GetHashCode(), SipUri.Parse(right).GetHashCode());
    }

    [Theory]
    [InlineData("SIP:ALICE@AtLanTa.CoM;Transport=udp", "sip:alice@AtLanTa.CoM;Transport=UDP")]
    [InlineData("sip:bob@biloxi.com", "sip:bob@biloxi.com:5060")]
    [InlineData("sip:bob@biloxi.com", "sip:bob@biloxi.com;transport=udp")]
    [InlineData("sip:bob@biloxi.com", "sip:bob@biloxi.com:6000;transport=tcp")]
    [InlineData("sip:carol@chicago.com", "sip:carol@chicago.com?Subject=next%20meeting")]
    [InlineData("sip:carol@chicago.com;security=on", "sip:carol@chicago.com;security=off")]
    [InlineData("sip:bob@phone21.boxesbybob.com", "sip:bob@192.0.2.4")]
    [InlineData("sip:bob@biloxi.com", "sips:bob@biloxi.com")]
    [InlineData("sip:a%40b@c", "sip:a%41b@c")]
    [InlineData("sip:bob@biloxi.com", "sip:bob@biloxi.com;maddr=239.255.255.1")]
    [InlineData("tel:7042;phone-context=a.com", "tel:7042")]
    public void Uris_differ(string left, string right)
    {
        Assert.NotEqual(SipUri.Parse(left), SipUri.Parse(right));
        Assert.NotEqual(SipUri.Parse(right), SipUri.Parse(left));
    }

    [Theory]
    [InlineData("sip:alice:secret@[2001:db8::1]:5070;lr;transport=tcp?X=y", "alice", "2001:db8::1", 5070)]
    [InlineData("sips:example.com", "", "example.com", 0)]
    [InlineData("sip:+1-212-555-1212:1234@gateway.com;user=phone", "+1-212-555-1212", "gateway.com", 0)]
    [InlineData("sip:*67#@pbx", "*67#", "pbx", 0)]
    [InlineData("tel:+12015550123;ext=5", "+12015550123", "", 0)]
    [InlineData("urn:service:sos", "", "", 0)]
    public void Uri_is_read_and_printed_as_it_was(string text, string user, string host, int port)
    {
        var uri = SipUri.Parse(text);
        Assert.Equal((user, host, port), (uri.User, uri.Host, uri.Port));
        Assert.Equal(text, uri.ToString());
        Assert.Equal(text, SipUri.Parse(uri.ToString()).ToString());
    }

    [Theory]
    [InlineData("")]
    [InlineData("sip:")]
    [InlineData("sip:@host")]
    [InlineData("sip:a@")]
    [InlineData("sip:a b@host")]
    [InlineData("sip:a@host:port")]
    [InlineData("sip:a@host:65536")]
    [InlineData("sip:a@[::1")]
    [InlineData("sip:a@[1:2:3:4:5:6:7:8:9]")]
    [InlineData("sip:a@[1::2::3]")]
    [InlineData("sip:a@[fe80]")]
    [InlineData("sip:a%4@host")]
    [InlineData("sip:a%4g@host")]
    [InlineData("sip:a@host;x=<y>")]
    [InlineData("sip:a@b@c")]
    [InlineData("sip:a@host\r\nX: y")]
    [InlineData("sip:grün@host")]
    [InlineData("bob@host")]
    [InlineData("tel:")]
    [InlineData("1abc:x")]
    public void Malformed_uri_is_refused(string text)
    {
        Assert.False(SipUri.TryParse(text, out _));
        var exception = Assert.Throws<FormatException>(() => SipUri.Parse(text));
        Assert.DoesNotContain('\n', exception.Message);
    }

    [Fact]
    public void Uri_made_from_parts_escapes_what_must_be()
    {
        Assert.Equal("sip:a%20b%40c@[::1]:5070", SipUri.Create("a b@c", "::1", 5070).ToString());
        Assert.Equal("sip:gr%C3%BCn@example.com;x=%3C%3B", SipUri.Create("grün", "example.com").WithParameter("x", "<;").ToString());
        Assert.Equal("grün", SipUri.Create("grün", "example.com").User);
        Assert.Equal("sips:example.com", SipUri.Create(null, "example.com", secure: true).ToString());
    }

    [Fact]
    public void Changed_uri_keeps_the_rest()
    {
        var uri = SipUri.Parse("sip:alice:pw@example.com:5070;lr;transport=tcp?Subject=x");
        Assert.Equal("sip:bob:pw@example.com:5070;lr;transport=tcp?Subject=x", uri.WithUser("bob").ToString());
        Assert.Equal("sip:alice:pw@192.0.2.1;lr;transport=tcp?Subject=x", uri.WithHost("192.0.2.1").ToString());
        Assert.Equal("sip:alice:pw@example.com:5070;lr;transport=udp?Subject=x", uri.WithParameter("Transport", "udp").ToString().Replace("Transport", "transport", StringComparison.Ordinal));
        Assert.Equal("sip:alice:pw@example.com:5070;transport=tcp", uri.WithoutParameter("LR").WithoutHeaders().ToString());
    }

    [Theory]
    [InlineData("example.com;x")]
    [InlineData("example.com:5060")]
    [InlineData("a@b")]
    [InlineData("a\r\nb")]
    [InlineData("[::1]x")]
    public void Host_with_more_than_a_host_in_it_is_refused(string host) =>
        Assert.Equal("host", Assert.Throws<ArgumentException>(() => SipUri.Create("bob", host)).ParamName);

    [Fact]
    public void Address_is_read_and_written_with_quotes()
    {
        var address = SipAddress.Parse("""
            "Bob \"B\" \\ Jr" <sip:bob@example.com;lr>;tag=7;q="0.5"
            """);
        Assert.Equal(@"Bob ""B"" \ Jr", address.DisplayName);
        Assert.Equal("7", address.Tag);
        Assert.Equal("\"0.5\"", address.GetParameter("Q"));
        Assert.Equal("\"Bob \\\"B\\\" \\\\ Jr\" <sip:bob@example.com;lr>;tag=7;q=\"0.5\"", address.ToString());
        Assert.Equal(address, SipAddress.Parse(address.ToString()));
        Assert.Equal("\"Bob \\\"B\\\" \\\\ Jr\" <sip:bob@example.com;lr>;q=\"0.5\"", address.WithTag(null).ToString());
    }

    [Fact]
    public void Plain_uri_is_an_address_whose_parameters_are_the_headers()
    {
        var address = SipAddress.Parse("sip:bob@example.com;tag=7");
        Assert.Equal("7", address.Tag);
        Assert.Equal("<sip:bob@example.com>;tag=7", address.ToString());
    }

    [Fact]
    public void Line_ends_cannot_get_into_an_address()
    {
        var uri = SipUri.Parse("sip:bob@example.com");
        Assert.Equal("displayName", Assert.Throws<ArgumentException>(() => new SipAddress(uri, "Bob\r\nX: y")).ParamName);
        Assert.Equal("parameters", Assert.Throws<ArgumentException>(() => new SipAddress(uri, null, [new("x", "a\r\nX: y")])).ParamName);
        Assert.Equal("parameters", Assert.Throws<ArgumentException>(() => new SipAddress(uri, null, [new("x", "a;tag=b")])).ParamName);
        Assert.Equal("tag", Assert.Throws<ArgumentException>(() => new SipAddress(uri).WithTag("a b")).ParamName);
        Assert.False(SipAddress.TryParse("\"a\r\n\" <sip:b@c>", out _));
    }

    [Theory]
    [InlineData("\"a, b\" <sip:x@y;p=1,2>, <sip:c@d>, \"unclosed, <sip:e@f>", 3)]
    [InlineData("a,,b, ,c", 3)]
    [InlineData("", 0)]
    [InlineData("<a,b", 1)]
    public void List_is_split_at_commas_outside_quotes_and_brackets(string value, int count)
    {
        using var rig = new MessageRig();
        var message = rig.Parse($"""
            OPTIONS sip:b SIP/2.0
            Via: SIP/2.0/UDP h;branch=z9hG4bK1
            f: <sip:a@b>;tag=1
            t: <sip:a@b>
            i: 1
            CSeq: 1 OPTIONS
            Accept: {value}


            """);
        var values = 0;
        foreach (var _ in message.Values(HeaderId.Accept))
            values++;
        Assert.Equal(count, values);
        message.Release();
    }

    [Theory]
    [InlineData("::", "[::]:1")]
    [InlineData("::1", "[::1]:1")]
    [InlineData("1:2:3:4:5:6:7:8", "[1:2:3:4:5:6:7:8]:1")]
    [InlineData("1::8", "[1::8]:1")]
    [InlineData("1:2:3:4:5:6:7::", "[1:2:3:4:5:6:7:0]:1")]
    [InlineData("2001:db8::192.0.2.1", "[2001:db8::c000:201]:1")]
    [InlineData("192.0.2.255", "192.0.2.255:1")]
    [InlineData("1:2:3:4:5:6:7:8::", null)]
    [InlineData("1:2:3:4:5:6:7", null)]
    [InlineData("12345::", null)]
    [InlineData("1:", null)]
    [InlineData(":1", null)]
    [InlineData("192.0.2.256", null)]
    [InlineData("192.0.2", null)]
    [InlineData("192.0.2.1.5", null)]
    [InlineData("example.com", null)]
    public void Address_is_read_from_its_text(string host, string? expected)
    {
        var ok = HostPort.TryGetAddress(MessageRig.Wire(host), 1, out var endpoint);
        Assert.Equal(expected is not null, ok);
        if (expected is not null)
            Assert.Equal(System.Net.IPEndPoint.Parse(expected), endpoint.ToIPEndPoint());
    }
}
