using Parley.Sip.Messages;
using Parley.Sip.Parsing;

namespace Parley.Sip.Tests.Parsing;

public sealed class ParserTests : IDisposable
{
    private const string Invite = """
        INVITE sip:bob@biloxi.example.com;transport=udp SIP/2.0
        Via: SIP/2.0/UDP pc33.atlanta.example.com:5066;branch=z9hG4bK776asdhds;rport
        Via: SIP/2.0/TCP [2001:db8::9:1]:5060;branch=z9hG4bKabc;received=192.0.2.1, SIP/2.0/UDP last.example.com
        Max-Forwards: 70
        t: "Bob, \"the\" builder" <sip:bob@biloxi.example.com>
        FROM : Alice Smith <sip:alice@atlanta.example.com>;tag=1928301774
        i: a84b4c76e66710@pc33.atlanta.example.com
        CSeq: 314159 INVITE
        m: <sip:alice@pc33.atlanta.example.com>;q="0.7", <sip:alice@192.0.2.4>
        Supported: timer,
          100rel , replaces
        k: path
        X-Custom:   kept as   it came  
        Expires: 120
        Content-Type: application/sdp
        Content-Length: 4

        v=0
        more than the length says
        """;

    private readonly MessageRig _rig = new();

    public void Dispose() => _rig.Dispose();

    [Fact]
    public void Request_line_is_read_typed()
    {
        var message = _rig.Parse(Invite);
        Assert.True(message.IsRequest);
        Assert.Equal(SipMethod.Invite, message.Method);
        Assert.True(message.TryGetRequestUri(out var uri));
        Assert.Equal(SipScheme.Sip, uri.Scheme);
        Assert.Equal("bob"u8, uri.User);
        Assert.Equal("biloxi.example.com"u8, uri.Host);
        Assert.True(uri.TryGetParameter("Transport"u8, out var transport));
        Assert.Equal("udp"u8, transport);
        Assert.True(message.Fault.IsNone);
        message.Release();
    }

    [Fact]
    public void Top_via_is_the_first_value_of_the_first_line()
    {
        var message = _rig.Parse(Invite);
        Assert.True(message.TryGetTopVia(out var via));
        Assert.Equal("UDP"u8, via.Transport);
        Assert.Equal("pc33.atlanta.example.com"u8, via.Host);
        Assert.Equal(5066, via.Port);
        Assert.Equal("z9hG4bK776asdhds"u8, via.Branch);
        Assert.True(via.HasRport);
        Assert.Equal(0, via.Rport);
        Assert.Equal("z9hG4bK776asdhds"u8, message.TopBranch);
        message.Release();
    }

    [Fact]
    public void Values_walk_over_lines_and_commas()
    {
        var message = _rig.Parse(Invite);
        var hosts = new List<string>();
        foreach (var value in message.Values(HeaderId.Via))
        {
            Assert.True(ViaView.TryParse(value, out var via));
            hosts.Add(MessageRig.Text(via.Host));
        }

        Assert.Equal(["pc33.atlanta.example.com", "2001:db8::9:1", "last.example.com"], hosts);
        var options = new List<string>();
        foreach (var value in message.Values(HeaderId.Supported))
            options.Add(MessageRig.Text(value));
        Assert.Equal(["timer", "100rel", "replaces", "path"], options);
        Assert.True(message.HasToken(HeaderId.Supported, "100REL"u8));
        Assert.False(message.HasToken(HeaderId.Supported, "100"u8));
        message.Release();
    }

    [Fact]
    public void From_to_and_contact_are_read_typed()
    {
        var message = _rig.Parse(Invite);
        Assert.True(message.TryGetTo(out var to));
        Assert.Equal("""
            "Bob, \"the\" builder"
            """u8, to.DisplayName);
        Assert.Equal("sip:bob@biloxi.example.com"u8, to.Uri);
        Assert.True(message.ToTag.IsEmpty);
        Assert.True(message.TryGetFrom(out var from));
        Assert.Equal("Alice Smith"u8, from.DisplayName);
        Assert.Equal("1928301774"u8, message.FromTag);
        Assert.True(message.TryGetContact(out var contact));
        Assert.Equal("<sip:alice@pc33.atlanta.example.com>;q=\"0.7\""u8, contact.Text);
        Assert.True(contact.TryGetParameter("q"u8, out var q));
        Assert.Equal("\"0.7\""u8, q);
        message.Release();
    }

    [Fact]
    public void Numbers_and_identifiers_are_read_typed()
    {
        var message = _rig.Parse(Invite);
        Assert.True(message.TryGetCSeq(out var cseq));
        Assert.Equal(314159u, cseq.Number);
        Assert.Equal(SipMethod.Invite, cseq.Method);
        Assert.True(message.TryGetMaxForwards(out var hops));
        Assert.Equal(70, hops);
        Assert.True(message.TryGetExpires(out var expires));
        Assert.Equal(120, expires);
        Assert.Equal("a84b4c76e66710@pc33.atlanta.example.com"u8, message.CallId);
        message.Release();
    }

    [Fact]
    public void Unknown_header_is_kept_as_it_came()
    {
        var message = _rig.Parse(Invite);
        Assert.Equal("kept as   it came"u8, message.Value("x-custom"u8));
        Assert.Equal("kept as   it came", message.GetString("X-CUSTOM"));
        Assert.Null(message.GetString("X-Other"));
        message.Release();
    }

    [Fact]
    public void Bytes_beyond_the_content_length_are_not_body()
    {
        var message = _rig.Parse(Invite);
        Assert.Equal("v=0\r"u8, message.Body);
        message.Release();
    }

    [Fact]
    public void Response_takes_its_method_from_cseq()
    {
        var message = _rig.Parse(File.ReadAllBytes("Corpus/response-200.sip"));
        Assert.False(message.IsRequest);
        Assert.Equal(200, message.StatusCode);
        Assert.Equal("OK"u8, message.Reason);
        Assert.Equal(SipMethod.Invite, message.Method);
        Assert.Equal("a6c85cf01"u8, message.ToTag);
        Assert.True(message.TryGetTopVia(out var via));
        Assert.Equal(5062, via.Rport);
        message.Release();
    }

    [Fact]
    public void Owned_copy_outlives_its_message()
    {
        var bytes = MessageRig.Wire("\n\n" + Invite);
        var message = _rig.Parse(bytes);
        var copy = message.ToOwned();
        message.Release();
        _rig.Parse(File.ReadAllBytes("Corpus/response-200.sip")).Release();
        Assert.Same(copy, copy.ToOwned());
        Assert.Equal("1928301774"u8, copy.FromTag);
        Assert.Equal("z9hG4bK776asdhds"u8, copy.TopBranch);
        Assert.Equal("v=0\r"u8, copy.Body);
        Assert.Equal("kept as   it came", copy.GetString("x-custom"));
        Assert.True(copy.TryGetRequestUri(out var uri));
        Assert.Equal("bob"u8, uri.User);
        Assert.Equal("INVITE"u8, copy.MethodName);
        Assert.StartsWith("INVITE sip:bob", MessageRig.Text(copy.Bytes), StringComparison.Ordinal);
    }

    [Fact]
    public void Reference_kept_by_a_handler_holds_buffer_and_message()
    {
        var message = _rig.Parse(Invite);
        message.AddRef();
        message.Release();
        Assert.Equal(1, _rig.Packets.Outstanding);
        message.Release();
        Assert.Equal(0, _rig.Packets.Outstanding);
    }

    [Theory]
    [InlineData("Via", 1)]
    [InlineData("v", 1)]
    [InlineData("vIA", 1)]
    [InlineData("Proxy-Authenticate", 1)]
    [InlineData("content-LENGTH", 1)]
    [InlineData("Vib", 0)]
    [InlineData("X-Via", 0)]
    [InlineData("Max\rForwards", 0)]
    [InlineData("", 0)]
    public void Header_names_are_found_in_any_case_and_in_compact_form(string name, int found) =>
        Assert.Equal(found, HeaderNames.Find(MessageRig.Wire(name).AsSpan()) == HeaderId.Unknown ? 0 : 1);

    [Fact]
    public void Every_header_id_is_found_by_its_name()
    {
        foreach (var id in Enum.GetValues<HeaderId>().Skip(1))
        {
            Assert.Equal(id, HeaderNames.Find(HeaderNames.Name(id)));
            Assert.Equal(id.ToString().ToUpperInvariant(), MessageRig.Text(HeaderNames.Name(id)).Replace("-", "", StringComparison.Ordinal).ToUpperInvariant());
        }

        Assert.True(HeaderNames.Count <= SipMessage.FirstHeaders.Size);
    }

    [Fact]
    public void Every_method_is_found_by_its_name_and_by_nothing_else()
    {
        foreach (var method in Enum.GetValues<SipMethod>().Skip(1))
        {
            Assert.Equal(method, SipMethods.Find(SipMethods.Name(method)));
            Assert.Equal(SipMethod.Other, SipMethods.Find(MessageRig.Wire(SipMethods.Text(method).ToLowerInvariant())));
        }
    }
}
