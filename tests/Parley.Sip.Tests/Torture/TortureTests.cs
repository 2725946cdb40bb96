using Parley.Sip.Messages;
using Parley.Sip.Tests.Parsing;

namespace Parley.Sip.Tests.Torture;

/// <summary>RFC 4475 and RFC 5118, message by message.</summary>
public sealed class TortureTests : IDisposable
{
    private const int Accepted = 0;
    private const int Dropped = -1;

    private readonly MessageRig _rig = new();

    public void Dispose() => _rig.Dispose();

    /// <summary>File, section of RFC 4475 or 5118, what the parser says: accepted, dropped, or the status to answer with.</summary>
    public static TheoryData<string, string, int> Verdicts => new()
    {
        { "wsinv", "3.1.1.1", Accepted },
        { "intmeth", "3.1.1.2", Accepted }, // 405 by the endpoint: an unknown method
        { "esc01", "3.1.1.3", Accepted },
        { "escnull", "3.1.1.4", Accepted },
        { "esc02", "3.1.1.5", Accepted }, // 405 by the endpoint: RE%47IST%45R is not REGISTER
        { "lwsdisp", "3.1.1.6", Accepted },
        { "longreq", "3.1.1.7", Accepted },
        { "dblreq", "3.1.1.8", Accepted },
        { "semiuri", "3.1.1.9", Accepted },
        { "transports", "3.1.1.10", Accepted },
        { "mpart01", "3.1.1.11", Accepted },
        { "unreason", "3.1.1.12", Accepted },
        { "noreason", "3.1.1.13", Accepted },
        { "badinv01", "3.1.2.1", 400 },
        { "clerr", "3.1.2.2", 400 },
        { "ncl", "3.1.2.3", 400 },
        { "scalar02", "3.1.2.4", 400 },
        { "scalarlg", "3.1.2.5", Dropped },
        { "quotbal", "3.1.2.6", 400 },
        { "ltgtruri", "3.1.2.7", 400 },
        { "lwsruri", "3.1.2.8", 400 },
        { "lwsstart", "3.1.2.9", 400 },
        { "trws", "3.1.2.10", 400 },
        { "escruri", "3.1.2.11", 400 },
        { "baddate", "3.1.2.12", Accepted }, // nobody here uses the date
        { "regbadct", "3.1.2.13", 400 },
        { "badaspec", "3.1.2.14", 400 },
        { "baddn", "3.1.2.15", 400 },
        { "badvers", "3.1.2.16", 505 },
        { "mismatch01", "3.1.2.17", 400 },
        { "mismatch02", "3.1.2.18", 400 },
        { "bigcode", "3.1.2.19", Dropped },
        { "badbranch", "3.2.1", 400 },
        { "insuf", "3.3.1", 400 },
        { "unkscm", "3.3.2", Accepted }, // 416 by the endpoint
        { "novelsc", "3.3.3", Accepted }, // 416 by the endpoint
        { "unksm2", "3.3.4", Accepted }, // 400 by a registrar
        { "bext01", "3.3.5", Accepted }, // 420 by the endpoint
        { "invut", "3.3.6", Accepted }, // 415 by the endpoint
        { "regaut01", "3.3.7", Accepted }, // 401 by a registrar that wants credentials
        { "multi01", "3.3.8", 400 },
        { "mcl01", "3.3.9", 400 },
        { "bcast", "3.3.10", Accepted }, // dropped by the transaction layer: two Via, and no such transaction
        { "zeromf", "3.3.11", Accepted }, // 483 by a proxy only
        { "cparam01", "3.3.12", Accepted },
        { "cparam02", "3.3.13", Accepted },
        { "regescrt", "3.3.14", Accepted },
        { "sdp01", "3.3.15", Accepted }, // 406 by the endpoint
        { "inv2543", "3.4.1", Accepted },
        { "test", "A.1", Dropped }, // in the archive, not in the text: no version, no Via
        { "rfc5118-ipv6-good", "4.1", Accepted },
        { "rfc5118-ipv6-bad", "4.2", 400 },
        { "rfc5118-port-ambiguous", "4.3", Accepted },
        { "rfc5118-port-unambiguous", "4.4", Accepted },
        { "rfc5118-via-received-param-with-delim", "4.5", Accepted },
        { "rfc5118-via-received-param-no-delim", "4.5", Accepted },
        { "rfc5118-ipv6-in-sdp", "4.6", Accepted },
        { "rfc5118-mult-ip-in-header", "4.7", Accepted },
        { "rfc5118-mult-ip-in-sdp", "4.8", Accepted },
        { "rfc5118-ipv4-mapped-ipv6", "4.9", Accepted },
        { "rfc5118-ipv6-bug-abnf-3-colons", "4.10", Accepted },
        { "rfc5118-ipv6-correct-abnf-2-colons", "4.10", Accepted },
    };

    [Theory]
    [MemberData(nameof(Verdicts))]
    public void Message_gets_its_verdict(string name, string section, int verdict)
    {
        var ok = _rig.TryParse(Read(name), out var message, out var fault);
        Assert.True(verdict == (ok ? fault.Status : Dropped), $"§{section} {name}: {(ok ? "parsed" : "dropped")}, {fault}");
        Assert.Equal(fault, message?.Fault ?? fault);
        message?.Release();
    }

    [Fact]
    public void Every_message_has_a_verdict() => Assert.Equal(
        Directory.EnumerateFiles("Torture", "*.dat").Select(Path.GetFileNameWithoutExtension).Order(StringComparer.Ordinal),
        Verdicts.Select(row => row.Data.Item1).Order(StringComparer.Ordinal));

    [Fact]
    public void Short_tortuous_invite_is_read_to_the_last_parameter()
    {
        var message = _rig.Parse(Read("wsinv"));
        Assert.True(message.TryGetTopVia(out var via));
        Assert.Equal("UDP"u8, via.Transport);
        Assert.Equal("192.0.2.2"u8, via.Host);
        Assert.Equal("390skdjuw"u8, via.Branch);
        Assert.Equal("1918181833n"u8, message.ToTag);
        Assert.Equal("98asjd8"u8, message.FromTag);
        Assert.True(message.TryGetFrom(out var from));
        Assert.Equal(@"J Rosenberg \""", SipAddress.TryFromView(from, out var address) ? address.DisplayName : null);
        Assert.True(message.TryGetMaxForwards(out var hops));
        Assert.Equal(68, hops);
        Assert.True(message.TryGetCSeq(out var cseq));
        Assert.Equal(9u, cseq.Number);
        Assert.True(message.Has(HeaderId.Subject));
        Assert.True(message.Value(HeaderId.Subject).IsEmpty);
        Assert.Equal(";;,,;;,;"u8, message.Value("UnknownHeaderWithUnusualValue"u8));
        Assert.True(message.TryGetContact(out var contact));
        Assert.True(contact.TryGetParameter("q"u8, out var q));
        Assert.Equal("0.33"u8, q);
        Assert.Equal(["UDP 192.0.2.2 390skdjuw", "TCP spindle.example.com z9hG4bK9ikj8", "UDP 192.168.255.111 z9hG4bK30239"], Vias(message));
        Assert.Equal(150, message.Body.Length);
        message.Release();
    }

    [Fact]
    public void Wide_range_of_characters_is_kept()
    {
        var message = _rig.Parse(Read("intmeth"));
        Assert.Equal(SipMethod.Other, message.Method);
        Assert.Equal("!interesting-Method0123456789_*+`.%indeed'~"u8, message.MethodName);
        Assert.True(message.TryGetRequestUri(out var uri));
        Assert.Equal("1_unusual.URI~(to-be!sure)&isn't+it$/crazy?,/;;*"u8, uri.User);
        Assert.Equal("&it+has=1,weird!*pas$wo~d_too.(doesn't-it)"u8, uri.Password);
        Assert.True(message.TryGetTo(out var to));
        Assert.True(SipAddress.TryFromView(to, out var address));
        Assert.Equal("BEL:\a NUL:\0 DEL:\x7F", address.DisplayName);
        Assert.Equal("_token~1'+`*%!-."u8, message.FromTag);
        message.Release();
    }

    [Fact]
    public void Escapes_are_resolved_once_and_nulls_do_not_end_a_user()
    {
        var message = _rig.Parse(Read("esc01"));
        Assert.Equal("sips:user@example.com", Uri(message.RequestUri).User);
        Assert.True(message.TryGetContact(out var contact));
        Assert.Equal("caller", Uri(contact.Uri).User);
        Assert.Contains(Uri(contact.Uri).Parameters, parameter => parameter.Value == "v%61lue%25%34%31");
        message.Release();
        message = _rig.Parse(Read("escnull"));
        Assert.True(message.TryGetTo(out var to));
        Assert.Equal("null-\0-null", Uri(to.Uri).User);
        var contacts = new List<SipUri>();
        foreach (var value in message.Values(HeaderId.Contact))
            contacts.Add(Uri(NameAddrView.TryParse(value, out var one) ? one.Uri : default));
        Assert.Equal(2, contacts.Count);
        Assert.NotEqual(contacts[0], contacts[1]);
        message.Release();
    }

    [Fact]
    public void Percent_sign_in_a_name_is_no_escape()
    {
        var message = _rig.Parse(Read("esc02"));
        Assert.Equal(SipMethod.Other, message.Method);
        var contacts = 0;
        foreach (var _ in message.Values(HeaderId.Contact))
            contacts++;
        Assert.Equal(2, contacts);
        message.Release();
    }

    [Fact]
    public void User_may_have_parameters_of_its_own()
    {
        var message = _rig.Parse(Read("semiuri"));
        var uri = Uri(message.RequestUri);
        Assert.Equal("user;par=u@example.net", uri.User);
        Assert.Equal("example.com", uri.Host);
        Assert.Empty(uri.Parameters);
        message.Release();
    }

    [Fact]
    public void Parameter_after_a_bare_uri_belongs_to_the_header_field()
    {
        var message = _rig.Parse(Read("cparam01"));
        Assert.True(message.TryGetContact(out var contact));
        Assert.True(contact.TryGetParameter("unknownparam"u8, out _));
        Assert.Empty(Uri(contact.Uri).Parameters);
        message.Release();
        message = _rig.Parse(Read("cparam02"));
        Assert.True(message.TryGetContact(out contact));
        Assert.False(contact.TryGetParameter("unknownparam"u8, out _));
        Assert.Equal("", Uri(contact.Uri).GetParameter("unknownparam"));
        message.Release();
    }

    [Fact]
    public void Octets_after_the_body_are_left_out()
    {
        var message = _rig.Parse(Read("dblreq"));
        Assert.Equal(SipMethod.Register, message.Method);
        Assert.True(message.Body.IsEmpty);
        Assert.EndsWith("\r\n\r\n", MessageRig.Text(message.Bytes), StringComparison.Ordinal);
        message.Release();
    }

    [Fact]
    public void Ipv6_references_are_read_with_and_without_port()
    {
        var message = _rig.Parse(Read("rfc5118-port-unambiguous"));
        Assert.Equal(("2001:db8::10", 5070), (Uri(message.RequestUri).Host, Uri(message.RequestUri).Port));
        message.Release();
        message = _rig.Parse(Read("rfc5118-port-ambiguous"));
        Assert.Equal(("2001:db8::10:5070", 0), (Uri(message.RequestUri).Host, Uri(message.RequestUri).Port));
        message.Release();
        message = _rig.Parse(Read("rfc5118-mult-ip-in-header"));
        Assert.Equal(["UDP 2001:db8::9:1 z9hG4bKas3-111", "UDP 192.0.2.1 z9hG4bKjhja8781hjuaij65144", "TCP 2001:db8::9:255 z9hG4bK451jj"], Vias(message));
        message.Release();
    }

    [Fact]
    public void Third_colon_before_an_ipv4_part_means_the_same_address()
    {
        var three = _rig.Parse(Read("rfc5118-ipv6-bug-abnf-3-colons"));
        var two = _rig.Parse(Read("rfc5118-ipv6-correct-abnf-2-colons"));
        Assert.True(Uri(three.RequestUri).TryGetAddress(out var first));
        Assert.True(Uri(two.RequestUri).TryGetAddress(out var second));
        Assert.Equal(first, second);
        Assert.Equal(Uri(three.RequestUri), Uri(two.RequestUri));
        three.Release();
        two.Release();
    }

    private static byte[] Read(string name) => File.ReadAllBytes($"Torture/{name}.dat");

    private static SipUri Uri(ReadOnlySpan<byte> text) => SipUri.Parse(MessageRig.Text(text));

    private static List<string> Vias(SipMessage message)
    {
        var vias = new List<string>();
        foreach (var value in message.Values(HeaderId.Via))
        {
            Assert.True(ViaView.TryParse(value, out var via));
            vias.Add($"{MessageRig.Text(via.Transport)} {MessageRig.Text(via.Host)} {MessageRig.Text(via.Branch)}");
        }

        return vias;
    }
}
