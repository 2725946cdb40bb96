using Parley.Net;
using Parley.Sip.Messages;
using Parley.Sip.Parsing;

namespace Parley.Sip.Tests.Parsing;

public sealed class AllocationTests : IDisposable
{
    private readonly MessageRig _rig = new();

    public void Dispose() => _rig.Dispose();

    [Theory]
    [InlineData("Corpus/invite.sip")]
    [InlineData("Corpus/response-200.sip")]
    public void Parsing_and_reading_typed_allocates_nothing(string file)
    {
        var buffer = _rig.Buffer(File.ReadAllBytes(file));
        var sum = 0;
        Assert.Equal(0, Allocated(() => sum += ParseAndRead(buffer)));
        Assert.True(sum > 0);
        buffer.Release();
    }

    [Fact]
    public void Writing_a_response_allocates_nothing()
    {
        var request = _rig.Parse(File.ReadAllBytes("Corpus/invite.sip"));
        var source = NetEndpoint.V4(0xC000_0214, 5060);
        Assert.Equal(0, Allocated(() => WriteResponse(request, source).Release()));
        request.Release();
    }

    private int ParseAndRead(PacketBuffer buffer)
    {
        if (!SipParser.TryParse(buffer.AddRef(), _rig.Limits, _rig.Messages, out var message, out _))
            return 0;
        var sum = message.CallId.Length;
        sum += message.TryGetRequestUri(out var uri) ? uri.Host.Length : 1;
        sum += message.TryGetTopVia(out var via) ? via.Branch.Length : 0;
        sum += message.TryGetFrom(out var from) && from.TryGetUri(out uri) ? from.Tag.Length + uri.User.Length : 0;
        sum += message.TryGetTo(out var to) && to.TryGetUri(out uri) ? uri.User.Length : 0;
        sum += message.TryGetContact(out var contact) && contact.TryGetUri(out uri) ? uri.Port : 0;
        sum += message.TryGetCSeq(out var cseq) ? (int)cseq.Number : 0;
        sum += message.TryGetMaxForwards(out var hops) ? hops : 0;
        sum += message.TryGetContentLength(out var length) ? length : 0;
        foreach (var value in message.Values(HeaderId.Supported))
            sum += value.Length;
        message.Release();
        return sum;
    }

    private PacketBuffer WriteResponse(SipMessage request, in NetEndpoint source)
    {
        var writer = new SipWriter(_rig.Packets);
        writer.StatusLine(200);
        writer.CopyVias(request, source);
        writer.Copy(request, HeaderId.RecordRoute);
        writer.Copy(request, HeaderId.From);
        writer.CopyTo(request, "tag"u8);
        writer.Copy(request, HeaderId.CallId);
        writer.Copy(request, HeaderId.CSeq);
        writer.Header(HeaderId.Contact, "<sip:bob@192.0.2.30>"u8);
        writer.Body("application/sdp"u8, request.Body);
        return writer.Finish();
    }

    private static long Allocated(Action action)
    {
        for (var i = 0; i < 100; i++)
            action();
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1000; i++)
            action();
        return GC.GetAllocatedBytesForCurrentThread() - before;
    }
}
