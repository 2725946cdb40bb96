using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;
using Parley.Net;
using Parley.Sip.Messages;
using Parley.Sip.Parsing;

namespace Parley.Sip.Transport;

/// <summary>A response made from the request alone, without a transaction (RFC 3261 §8.2.7).</summary>
internal static class StatelessAnswer
{
    /// <returns>False for what must not or cannot be answered: a response, an ACK, a request without a readable Via.</returns>
    public static bool TryBuild(
        SipMessage request,
        in NetEndpoint source,
        int status,
        string reason,
        int retryAfter,
        PacketPool pool,
        [NotNullWhen(true)] out PacketBuffer? answer)
    {
        answer = null;
        if (!request.IsRequest || request.Method == SipMethod.Ack || !request.TryGetTopVia(out _))
            return false;

        var writer = new SipWriter(pool);
        if (reason.Length == 0)
            writer.StatusLine(status);
        else
            writer.StatusLine(status, Encoding.UTF8.GetBytes(reason));
        writer.CopyVias(request, source);
        writer.Copy(request, HeaderId.From);
        var tag = new byte[8];
        // The same request gets the same tag without anything being remembered.
        LaneSelector.For(request.TopBranch).TryFormat(tag, out var length, "x8", CultureInfo.InvariantCulture);
        if (request.Has(HeaderId.To))
            writer.CopyTo(request, tag.AsSpan(0, length));
        writer.Copy(request, HeaderId.CallId);
        writer.Copy(request, HeaderId.CSeq);
        if (retryAfter > 0)
            writer.Header(HeaderId.RetryAfter, retryAfter);
        writer.NoBody();
        answer = writer.Finish();
        return true;
    }
}
