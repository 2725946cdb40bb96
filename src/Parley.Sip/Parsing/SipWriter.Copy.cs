using System.Text;
using Parley.Net;
using Parley.Sip.Messages;

namespace Parley.Sip.Parsing;

// What goes from a received message into one being written, as bytes.
public ref partial struct SipWriter
{
    /// <summary>Copies all lines of a header field, in order, under its long name.</summary>
    public void Copy(SipMessage from, HeaderId id)
    {
        for (var i = from.FirstIndex(id); i < from.HeaderCount; i = from.NextIndex(id, i + 1))
            PutLine(from.Header(i));
    }

    /// <summary>Copies a header line as it came.</summary>
    public void Copy(HeaderView header) => PutLine(header);

    /// <summary>
    /// Copies all Via lines of a request into its response (RFC 3261 §8.2.6.2). The top one gets <c>received</c> when its sent-by is not the address the request came
    /// from (§18.2.1), and <c>received</c> and <c>rport</c> when it asked for them (RFC 3581 §4). Whatever the sender wrote there is replaced.
    /// </summary>
    /// <param name="request">The request answered.</param>
    /// <param name="source">Where it came from.</param>
    public void CopyVias(SipMessage request, in NetEndpoint source)
    {
        var index = request.FirstIndex(HeaderId.Via);
        if (index >= request.HeaderCount)
            return;
        Begin(HeaderId.Via);
        var line = request.ValueAt(index);
        if (request.TryGetTopVia(out var via))
            PutTopVia(line, via, source);
        else
            Put(line);
        EndLine();
        for (var i = request.NextIndex(HeaderId.Via, index + 1); i < request.HeaderCount; i = request.NextIndex(HeaderId.Via, i + 1))
            PutLine(request.Header(i));
    }

    /// <summary>Copies To into a response, adding a tag when it has none and one is given (RFC 3261 §8.2.6.2).</summary>
    /// <param name="request">The request answered.</param>
    /// <param name="tagIfMissing">The tag of this side: a token; empty adds none, as in a 100.</param>
    /// <exception cref="ArgumentException">The tag is no token.</exception>
    public void CopyTo(SipMessage request, scoped ReadOnlySpan<byte> tagIfMissing)
    {
        if (!tagIfMissing.IsEmpty && !SipSyntax.IsToken(tagIfMissing))
            throw new ArgumentException("A tag must be a token.", nameof(tagIfMissing));
        if (!request.Has(HeaderId.To))
            return;
        Begin(HeaderId.To);
        Put(request.Value(HeaderId.To));
        if (!tagIfMissing.IsEmpty && request.ToTag.IsEmpty)
        {
            Put(";tag="u8);
            Put(tagIfMissing);
        }

        EndLine();
    }

    private void PutLine(HeaderView header)
    {
        Put(header.Id == HeaderId.Unknown ? header.Name : HeaderNames.Name(header.Id));
        Put(": "u8);
        Put(header.Value);
        EndLine();
    }

    private void PutTopVia(ReadOnlySpan<byte> line, ViaView via, in NetEndpoint source)
    {
        var needsReceived = via.HasRport || Differs(via, source);
        if (!needsReceived && via.Received.IsEmpty)
        {
            Put(line);
            return;
        }

        PutViaWithout(line, via);
        if (needsReceived)
            PutReceived(source);
        if (via.HasRport)
        {
            Put(";rport="u8);
            PutNumber(source.Port);
        }

        Put(line[via.Text.Length..]);
    }

    // A name in sent-by counts as different from any address (RFC 3261 §18.2.1).
    private static bool Differs(ViaView via, in NetEndpoint source) =>
        !HostPort.TryGetAddress(via.Host, source.Port, out var sentBy) || sentBy.AddressBits != source.AddressBits || sentBy.IsV6 != source.IsV6;

    // The Via without the parameters that this side writes.
    private void PutViaWithout(ReadOnlySpan<byte> line, ViaView via)
    {
        Put(line[..(via.Text.Length - via.Parameters.Length)]);
        var reader = new ParameterReader(via.Parameters);
        while (reader.MoveNext())
        {
            var name = reader.Name.Of(via.Parameters);
            if (Ascii.EqualsIgnoreCase(name, "received"u8) || Ascii.EqualsIgnoreCase(name, "rport"u8))
                continue;
            Put((byte)';');
            Put(name);
            if (reader.Value.IsEmpty)
                continue;
            Put((byte)'=');
            Put(reader.Value.Of(via.Parameters));
        }
    }

    private void PutReceived(in NetEndpoint source)
    {
        const int longestAddress = 45;
        Put(";received="u8);
        Ensure(longestAddress);
        _at += source.FormatAddress(_data.AsSpan(_at));
    }
}
