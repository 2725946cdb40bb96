using Parley.Sip.Messages;

namespace Parley.Sip.Tests.Messages;

public sealed class HeaderFieldTests
{
    [Theory]
    [InlineData("Via", true)]
    [InlineData("v", true)]
    [InlineData("CALL-ID", true)]
    [InlineData("Session-Expires", true)]
    [InlineData("Proxy-Authorization", true)]
    [InlineData("Subject", false)]
    [InlineData("X-Via", false)]
    [InlineData("X-A-name-that-is-longer-than-that-of-any-header-field-there-is-in-the-world", false)]
    public void What_the_endpoint_writes_itself_is_known_by_its_name(string name, bool reserved) => Assert.Equal(reserved, new SipHeader(name, "x").IsReserved);

    [Fact]
    public void A_header_field_without_a_name_is_none_of_them() => Assert.False(default(SipHeader).IsReserved);
}
