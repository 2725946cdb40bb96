using Parley.Sip.Dialogs;
using Parley.Sip.Tests.Endpoint.Support;
using Parley.Sip.Tests.Transactions.Support;

namespace Parley.Sip.Tests.Dialogs;

public class DialogTests
{
    [Fact]
    public void The_called_side_has_the_callers_identity_as_remote_and_adds_its_tag_to_local()
    {
        var dialog = TestDialogs.Called(tag: 7);
        Assert.Equal("call-1@peer", dialog.CallId);
        Assert.Equal("peertag", dialog.RemoteTag);
        Assert.Equal("<sip:peer@10.0.0.2>;tag=peertag", dialog.Remote);
        Assert.Equal($"<sip:us@10.0.0.1>;tag={dialog.LocalTag}", dialog.Local);
        Assert.False(dialog.IsCaller);
    }

    [Fact]
    public void The_calling_side_counts_on_from_the_INVITE()
    {
        var response = TestDialogs.Parse(Responses.With(Wire.Response(Wire.Request(cseq: 41), "180 Ringing", "far"), "Contact: <sip:desk@10.0.0.9>"));
        var dialog = Dialog.OfCaller(response, 1, secure: false, "sip:x@y"u8);
        Assert.Equal("sip:desk@10.0.0.9", dialog.RemoteTarget);
        Assert.Equal("far", dialog.RemoteTag);
        Assert.Equal(42u, dialog.NextCSeq());
    }

    [Fact]
    public void Without_a_Contact_the_request_URI_stays_the_target()
    {
        var response = TestDialogs.Parse(Wire.Response(Wire.Request(), "200 OK", "far"));
        Assert.Equal("sip:x@y", Dialog.OfCaller(response, 1, secure: false, "sip:x@y"u8).RemoteTarget);
    }

    [Theory]
    [InlineData(1u, false)]
    [InlineData(0u, false)]
    [InlineData(2u, true)]
    [InlineData(4_294_967_295u, true)]
    public void Only_a_higher_number_is_in_order(uint number, bool accepted) => Assert.Equal(accepted, TestDialogs.Called().AcceptCSeq(number));

    [Fact]
    public void The_table_tells_dialogs_of_one_tag_apart()
    {
        var table = new DialogTable();
        var one = OfFork("a");
        var two = OfFork("b");
        table.Add(one);
        table.Add(two);
        Assert.Equal(2, table.Count);
        Assert.Same(one, table.Find(DialogTag.ToBytes(5), "call-1@peer"u8, "a"u8));
        Assert.Same(two, table.Find(DialogTag.ToBytes(5), "call-1@peer"u8, "b"u8));
        Assert.Null(table.Find(DialogTag.ToBytes(5), "call-1@peer"u8, "c"u8));
        Assert.Null(table.Find(DialogTag.ToBytes(6), "call-1@peer"u8, "a"u8));
        Assert.Null(table.Find("not a tag of ours"u8, "call-1@peer"u8, "a"u8));
        table.Remove(one);
        table.Remove(one);
        Assert.Null(table.Find(DialogTag.ToBytes(5), "call-1@peer"u8, "a"u8));
        Assert.Same(two, table.Find(DialogTag.ToBytes(5), "call-1@peer"u8, "b"u8));
        table.Remove(two);
        Assert.Equal(0, table.Count);
    }

    [Fact]
    public void A_tag_survives_being_written_and_read()
    {
        var tag = DialogTag.New();
        Assert.True(DialogTag.TryParse(DialogTag.ToBytes(tag), out var read));
        Assert.Equal(tag, read);
        Assert.False(DialogTag.TryParse("UPPERCASE0000"u8, out _));
    }

    private static Dialog OfFork(string tag) =>
        Dialog.OfCaller(TestDialogs.Parse(Wire.Response(Wire.Request(), "180 Ringing", tag)), 5, secure: false, "sip:x@y"u8);
}
