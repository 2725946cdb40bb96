using System.Text;
using Parley.Sip.Dialogs;
using Parley.Sip.Messages;

namespace Parley.Sip.Tests.Dialogs;

public sealed class RequestDraftTests
{
    [Fact]
    public void To_names_a_person_and_the_request_uri_a_path()
    {
        var draft = Outside("sips:al%20ice:pw@[2001:db8::1]:5070;transport=tcp;method=INVITE?Subject=x");
        Assert.Equal("<sips:al%20ice@[2001:db8::1]>", Text(draft.To));
        Assert.Equal("sips:al%20ice:pw@[2001:db8::1]:5070;transport=tcp", Text(draft.RequestUri));
    }

    [Theory]
    [InlineData("sip:example.com:5070", "<sip:example.com>")]
    [InlineData("tel:+15551234;phone-context=x", "<tel:+15551234;phone-context=x>")]
    public void To_is_what_names_the_target_where_there_is_no_user(string target, string to) => Assert.Equal(to, Text(Outside(target).To));

    [Fact]
    public void From_has_our_tag_in_place_of_any_other()
    {
        var from = Text(Outside("sip:bob@example.com", """
            "A \"B\"" <sip:a@example.com>;TAG=old;x=1
            """).From);
        Assert.StartsWith("""
            "A \"B\"" <sip:a@example.com>;x=1;tag=
            """, from, StringComparison.Ordinal);
        Assert.DoesNotContain("old", from, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("bob smith", "bob%20smith")]
    [InlineData("bob", "bob")]
    [InlineData("", "")]
    [InlineData(null, "al%20ice")]
    public void The_user_of_a_contact_is_written_as_a_uri_has_it(string? user, string expected) =>
        Assert.Equal(expected, Text(ContactText.User(user, SipUri.Parse("sip:al%20ice:pw@example.com;x=1"))));

    private static RequestDraft Outside(string target, string from = "<sip:a@example.com>") =>
        RequestDraft.Outside(SipMethod.Options, SipUri.Parse(target), null, SipAddress.Parse(from), 1, "id", []);

    private static string Text(byte[] bytes) => Encoding.UTF8.GetString(bytes);
}
