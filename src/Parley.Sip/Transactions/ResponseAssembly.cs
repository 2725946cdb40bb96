using System.Text;
using Parley.Net;
using Parley.Sip.Messages;
using Parley.Sip.Parsing;

namespace Parley.Sip.Transactions;

/// <summary>Builds responses without body from the request alone (RFC 3261 §8.2.6).</summary>
internal static class ResponseAssembly
{
    /// <param name="pool">Where the buffer comes from; the caller owns it.</param>
    /// <param name="request">The request.</param>
    /// <param name="source">Where the request came from.</param>
    /// <param name="status">The status code.</param>
    /// <param name="reason">The reason phrase; empty for the standard one.</param>
    /// <param name="tag">The To tag for a request that has none; left out of a 100 (§8.2.6.2).</param>
    /// <param name="retryAfter">Seconds for a Retry-After; 0 writes none.</param>
    public static PacketBuffer Plain(
        PacketPool pool,
        SipMessage request,
        in NetEndpoint source,
        int status,
        ReadOnlySpan<byte> reason,
        ReadOnlySpan<byte> tag,
        int retryAfter = 0)
    {
        var writer = new SipWriter(pool);
        writer.StatusLine(status, reason);
        writer.CopyVias(request, source);
        writer.Copy(request, HeaderId.From);
        if (status == 100)
        {
            writer.Copy(request, HeaderId.To);
            writer.Copy(request, HeaderId.Timestamp); // RFC 3261 §8.2.6.1
        }
        else
        {
            writer.CopyTo(request, tag);
        }

        writer.Copy(request, HeaderId.CallId);
        writer.Copy(request, HeaderId.CSeq);
        if (retryAfter > 0)
            writer.Header(HeaderId.RetryAfter, retryAfter);
        writer.NoBody();
        return writer.Finish();
    }

    /// <summary>A reason phrase as bytes.</summary>
    /// <exception cref="ArgumentException">It holds a control character, which could end the line and begin a header.</exception>
    public static byte[] Reason(string? reason)
    {
        if (string.IsNullOrEmpty(reason))
            return [];
        foreach (var c in reason)
        {
            if (char.IsControl(c))
                throw new ArgumentException($"A reason phrase cannot hold the control character U+{(int)c:X4}.", nameof(reason));
        }

        return Encoding.UTF8.GetBytes(reason);
    }
}
