using System.Globalization;
using System.Text;
using Parley.Sip.Messages;

namespace Parley.Sip.Tests.Fuzz;

/// <summary>Reads everything a message or view has to offer and says it in one line of text, so that two readings can be compared.</summary>
internal static class Digesting
{
    public static string Of(SipMessage message)
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"{message.IsRequest} {message.Method} {message.StatusCode} {message.HeaderCount} {message.Fault.Status}|");
        Add(text, message.MethodName, message.RequestUri, message.Reason, message.CallId, message.FromTag, message.ToTag, message.TopBranch, message.Body);
        if (message.TryGetRequestUri(out var uri))
            Add(text, uri);
        if (message.TryGetTopVia(out var via))
            Add(text, via);
        if (message.TryGetFrom(out var address))
            Add(text, address);
        if (message.TryGetTo(out address))
            Add(text, address);
        if (message.TryGetContact(out address))
            Add(text, address);
        if (message.TryGetCSeq(out var cseq))
            text.Append(CultureInfo.InvariantCulture, $"{cseq.Number} {cseq.Method}|");
        message.TryGetMaxForwards(out var hops);
        message.TryGetContentLength(out var length);
        message.TryGetExpires(out var seconds);
        text.Append(CultureInfo.InvariantCulture, $"{hops} {length} {seconds}|");
        AddHeaders(text, message);
        return text.ToString();
    }

    public static void Add(StringBuilder text, SipUriView uri)
    {
        text.Append(CultureInfo.InvariantCulture, $"{uri.Scheme} {uri.Port} {uri.HostIsV6} {uri.TryGetAddress(out var endpoint)} {endpoint}|");
        Add(text, uri.User, uri.Password, uri.Host, uri.Parameters, uri.Headers);
        uri.TryGetParameter("lr"u8, out var value);
        Add(text, value);
    }

    public static void Add(StringBuilder text, ViaView via)
    {
        text.Append(CultureInfo.InvariantCulture, $"{via.Port} {via.HasRport} {via.Rport} {via.Ttl}|");
        Add(text, via.Transport, via.Host, via.Branch, via.Received, via.Maddr, via.Parameters, via.Text);
    }

    public static void Add(StringBuilder text, NameAddrView address)
    {
        text.Append(address.IsStar);
        Add(text, address.DisplayName, address.Uri, address.Parameters, address.Tag, address.Text);
        if (address.TryGetUri(out var uri))
            Add(text, uri);
        if (SipAddress.TryFromView(address, out var owned))
            text.Append(owned).Append('|');
    }

    private static void AddHeaders(StringBuilder text, SipMessage message)
    {
        for (var i = 0; i < message.HeaderCount; i++)
        {
            var header = message.Header(i);
            Assert.False(header.Value.ContainsAny((byte)'\r', (byte)'\n'), "a line end in a value");
            text.Append(header.Id);
            Add(text, header.Id == HeaderId.Unknown ? header.Name : default, header.Value, message.Value(header.Name));
            foreach (var value in message.Values(header.Id))
                Assert.False(value.IsEmpty);
        }
    }

    private static void Add(StringBuilder text, ReadOnlySpan<byte> a, ReadOnlySpan<byte> b = default, ReadOnlySpan<byte> c = default, ReadOnlySpan<byte> d = default,
        ReadOnlySpan<byte> e = default, ReadOnlySpan<byte> f = default, ReadOnlySpan<byte> g = default, ReadOnlySpan<byte> h = default)
    {
        foreach (var part in new[] { a.ToArray(), b.ToArray(), c.ToArray(), d.ToArray(), e.ToArray(), f.ToArray(), g.ToArray(), h.ToArray() })
            text.Append(Encoding.Latin1.GetString(part)).Append('|');
    }
}
