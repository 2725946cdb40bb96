using Parley.Services.Locations;
using Parley.Sip.Messages;

namespace Parley.Services.Tests.Locations;

public sealed class AddressTests
{
    [Theory]
    [InlineData("alice@Example.COM", "alice", "example.com")]
    [InlineData("sip:Alice@example.com:5070;transport=tcp", "Alice", "example.com")]
    [InlineData("sips:%61lice@example.com", "alice", "example.com")]
    [InlineData("sip:a%40b@example.com", "a@b", "example.com")]
    [InlineData("sip:+15550100;ext=1@example.com;user=phone", "+15550100;ext=1", "example.com")]
    public void An_address_is_user_and_domain_in_one_form(string text, string user, string domain)
    {
        Assert.True(AddressOfRecord.TryParse(text, out var address));
        Assert.Equal((user, domain), (address.User, address.Domain));
        Assert.Equal(address, AddressOfRecord.Create(user, domain.ToUpperInvariant()));
        Assert.True(AddressOfRecord.TryFrom(address.ToUri(), out var again));
        Assert.Equal(address, again);
    }

    [Theory]
    [InlineData("")]
    [InlineData("alice")]
    [InlineData("alice@")]
    [InlineData("@example.com")]
    [InlineData("sip:example.com")]
    [InlineData("tel:+15550100")]
    [InlineData("alice\r\n@example.com")]
    public void What_is_no_address_is_not_read(string text) => Assert.False(AddressOfRecord.TryParse(text, out _));

    [Theory]
    [InlineData("a\nb", "example.com", "user")]
    [InlineData("a", "example.com\n", "domain")]
    [InlineData("a", "x@example.com", "domain")]
    public void Parts_that_cannot_be_are_refused_by_argument(string user, string domain, string argument) =>
        Assert.Equal(argument, Assert.Throws<ArgumentException>(() => AddressOfRecord.Create(user, domain)).ParamName);

    [Theory]
    [InlineData("example.com", "example.com")]
    [InlineData("EXAMPLE.com", "example.com")]
    [InlineData("sip.example.com", "example.com")]
    [InlineData("2001:DB8::1", "example.com")]
    [InlineData("2001:db8:0:0::1", "example.com")]
    [InlineData("example.org", "example.org")]
    [InlineData("other.com", null)]
    [InlineData("", null)]
    public void A_host_is_one_of_ours_or_not(string host, string? domain)
    {
        var domains = new ServedDomains([new("Example.com") { Aliases = ["sip.example.com", "[2001:db8::1]"] }, new("example.org")]);

        Assert.Equal(domain, domains.Find(host));
        Assert.Equal(domain, domains.Find(System.Text.Encoding.ASCII.GetBytes(host)));
    }

    [Theory]
    [InlineData("a.com", "b c")]
    [InlineData("a.com", "")]
    [InlineData("a.com", "b.com\r\n")]
    public void A_domain_table_takes_hosts_only(string name, string alias) => Assert.Throws<ArgumentException>(() => new ServedDomains(name, alias));

    [Fact]
    public void One_host_cannot_mean_two_domains() =>
        Assert.Throws<ArgumentException>(() => new ServedDomains([new("a.com") { Aliases = ["x.com"] }, new("b.com") { Aliases = ["X.com"] }]));

    [Fact]
    public void A_view_and_a_kept_URI_resolve_to_the_same()
    {
        var domains = new ServedDomains("example.com", "10.0.0.1");
        foreach (var text in new[] { "sip:%61lice@10.0.0.1:5060;gr=x", "sips:alice@EXAMPLE.com" })
        {
            Assert.True(SipUriView.TryParse(System.Text.Encoding.ASCII.GetBytes(text), out var view));
            Assert.True(domains.TryResolve(view, out var fromView));
            Assert.True(domains.TryResolve(SipUri.Parse(text), out var fromUri));
            Assert.Equal("alice@example.com", fromView.Text);
            Assert.Equal(fromView, fromUri);
        }
    }
}
