using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Parley.Net.Tests.Streams;

public sealed class CertificateRulesTests
{
    [Theory]
    [InlineData("example.com", true)]
    [InlineData("EXAMPLE.com.", true)]
    [InlineData("sip.example.com", false)]
    [InlineData("example.org", false)]
    public void A_sip_uri_names_the_domain(string domain, bool speaks) =>
        Assert.Equal(speaks, SpeaksFor(domain, a => a.AddUri(new("sip:example.com"))));

    [Fact]
    public void Dns_names_do_not_count_beside_a_sip_uri() => Assert.False(SpeaksFor("dns.example", a =>
    {
        a.AddUri(new("sip:example.com"));
        a.AddDnsName("dns.example");
    }));

    [Theory]
    [InlineData("sips:example.com")]
    [InlineData("http://example.com")]
    [InlineData("sip:bob@example.com")]
    public void Other_uris_name_nobody(string uri) => Assert.False(SpeaksFor("example.com", a => a.AddUri(new(uri))));

    [Fact]
    public void A_dns_name_counts_without_a_sip_uri() => Assert.True(SpeaksFor("pbx.example", a => a.AddDnsName("pbx.example")));

    [Fact]
    public void A_wildcard_does_not_count() => Assert.False(SpeaksFor("pbx.example", a => a.AddDnsName("*.example")));

    [Theory]
    [InlineData("192.0.2.1", true)]
    [InlineData("192.0.2.2", false)]
    [InlineData("[2001:db8::1]", true)]
    public void An_address_matches_an_address(string address, bool speaks) => Assert.Equal(speaks, SpeaksFor(address, a =>
    {
        a.AddIpAddress(System.Net.IPAddress.Parse("192.0.2.1"));
        a.AddIpAddress(System.Net.IPAddress.Parse("2001:db8::1"));
    }));

    [Fact]
    public void The_common_name_counts_only_without_alternative_names()
    {
        Assert.True(SpeaksFor("common.example", null));
        Assert.False(SpeaksFor("common.example", a => a.AddDnsName("other.example")));
    }

    private static bool SpeaksFor(string domain, Action<SubjectAlternativeNameBuilder>? alternatives)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=common.example", key, HashAlgorithmName.SHA256);
        if (alternatives is not null)
        {
            var names = new SubjectAlternativeNameBuilder();
            alternatives(names);
            request.CertificateExtensions.Add(names.Build());
        }

        using var certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        return CertificateRules.SpeaksFor(certificate, domain);
    }
}
