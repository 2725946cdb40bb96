using Parley.Net;
using Parley.Sip.Messages;
using Parley.Sip.Parsing;
using Parley.Sip.Transport;

namespace Parley.Sip.Transactions;

/// <summary>Builds what client transactions send: the request with its Via, the ACK for a non-2xx, the CANCEL.</summary>
internal static class RequestAssembly
{
    private static ReadOnlySpan<byte> ViaStart => "Via: SIP/2.0/"u8;

    private static ReadOnlySpan<byte> ViaBranch => ";branch="u8;

    // RFC 3581 §3: asks for the answer at the port the request came from, and tells us our address behind a NAT.
    private static ReadOnlySpan<byte> ViaEnd => ";rport\r\n"u8;

    /// <summary>The request with our Via on top. The caller owns the buffer.</summary>
    public static PacketBuffer WithVia(PacketPool pool, in OutgoingRequest request, in SipFlow flow, ReadOnlySpan<byte> branch)
    {
        var token = flow.Transport.ViaToken();
        var sentBy = flow.SentBy.Span;
        Span<byte> mark = stackalloc byte[Forwarding.LoopMark.Length];
        mark = Forwarding.LoopMark.Write(request.LoopMark, mark);
        var via = ViaStart.Length + token.Length + 1 + sentBy.Length + ViaBranch.Length + branch.Length + mark.Length + ViaEnd.Length;
        var more = request.FlowHeaders?.Length(flow) ?? 0;
        var source = request.Bytes.Span;
        var buffer = pool.Rent(source.Length + via + more);
        buffer.Length = source.Length + via + more;

        var rest = buffer.Span;
        Put(ref rest, source[..request.StartLineLength]);
        Put(ref rest, ViaStart);
        Put(ref rest, token);
        Put(ref rest, " "u8);
        Put(ref rest, sentBy);
        Put(ref rest, ViaBranch);
        Put(ref rest, branch);
        Put(ref rest, mark);
        Put(ref rest, ViaEnd);
        request.FlowHeaders?.Write(rest[..more], flow);
        rest = rest[more..];
        Put(ref rest, source[request.StartLineLength..]);
        return buffer;
    }

    /// <summary>
    /// The ACK for a non-2xx: the INVITE's URI, top Via, Route, From, Call-ID and CSeq number, the response's To (RFC 3261 §17.1.1.3).
    /// </summary>
    public static PacketBuffer Ack(PacketPool pool, SipMessage invite, SipMessage response)
    {
        var writer = new SipWriter(pool);
        Start(ref writer, "ACK"u8, invite);
        writer.Copy(response, HeaderId.To);
        End(ref writer, "ACK"u8, invite);
        writer.NoBody();
        return writer.Finish();
    }

    /// <summary>The CANCEL: like its INVITE in all that identifies it, To without tag included (RFC 3261 §9.1).</summary>
    public static PacketBuffer Cancel(PacketPool pool, SipMessage invite, SipHeader? reason)
    {
        var writer = new SipWriter(pool);
        Start(ref writer, "CANCEL"u8, invite);
        writer.Copy(invite, HeaderId.To);
        End(ref writer, "CANCEL"u8, invite);
        if (reason is { } header)
            writer.Header(header);
        writer.NoBody();
        return writer.Finish();
    }

    private static void Start(ref SipWriter writer, ReadOnlySpan<byte> method, SipMessage invite)
    {
        writer.RequestLine(method, invite.RequestUri);
        foreach (var via in invite.Values(HeaderId.Via))
        {
            writer.Header(HeaderId.Via, via);
            break;
        }

        writer.Header(HeaderId.MaxForwards, 70); // RFC 3261 §8.1.1.6
        writer.Copy(invite, HeaderId.Route);
        writer.Copy(invite, HeaderId.From);
    }

    private static void End(ref SipWriter writer, ReadOnlySpan<byte> method, SipMessage invite)
    {
        writer.Copy(invite, HeaderId.CallId);
        invite.TryGetCSeq(out var cseq);
        writer.Begin(HeaderId.CSeq);
        writer.Append(cseq.Number);
        writer.Append(" "u8);
        writer.Append(method);
        writer.EndLine();
    }

    private static void Put(ref Span<byte> rest, scoped ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(rest);
        rest = rest[bytes.Length..];
    }
}
