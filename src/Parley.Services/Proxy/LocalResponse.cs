using System.Text;
using Parley.Net;
using Parley.Sip.Messages;
using Parley.Sip.Parsing;
using Parley.Sip.Transactions;

namespace Parley.Services.Proxy;

/// <summary>Responses of the proxy itself that say more than their status (RFC 3261 §8.2.6).</summary>
internal static class LocalResponse
{
    /// <summary>The caller owns the buffer returned.</summary>
    public static PacketBuffer Build(PacketPool pool, ServerTransaction server, int status, string? reason, IReadOnlyList<SipHeader> headers)
    {
        var request = server.Request;
        Span<byte> tag = stackalloc byte[ServerTransaction.TagLength];
        server.CopyTag(tag);
        var writer = new SipWriter(pool);
        try
        {
            writer.StatusLine(status, reason is null ? default : Encoding.UTF8.GetBytes(reason));
            writer.CopyVias(request, server.Flow.Remote);
            writer.Copy(request, HeaderId.From);
            writer.CopyTo(request, tag);
            writer.Copy(request, HeaderId.CallId);
            writer.Copy(request, HeaderId.CSeq);
            foreach (var header in headers)
                writer.Header(header);
            writer.NoBody();
            return writer.Finish();
        }
        catch
        {
            writer.Abandon();
            throw;
        }
    }
}
