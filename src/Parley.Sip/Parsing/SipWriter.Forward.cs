using Parley.Sip.Messages;

namespace Parley.Sip.Parsing;

// What a proxy passes on: the received bytes in runs as long as can be, broken where a line is changed.
public ref partial struct SipWriter
{
    /// <summary>
    /// Writes a received request with a proxy's edits, from the start line to the body. Its own Via is not in it: whoever sends it puts that on top.
    /// </summary>
    /// <param name="request">The request; not changed.</param>
    /// <param name="edits">What is different.</param>
    /// <exception cref="ArgumentException">A text of the edits has a line end in it.</exception>
    public void Forward(SipMessage request, in RequestEdits edits)
    {
        RequestLine(request.MethodName, edits.RequestUri.IsEmpty ? request.RequestUri : edits.RequestUri);
        if (!edits.RoutesBefore.IsEmpty)
            Header(HeaderId.Route, edits.RoutesBefore);
        var run = new Run(request);
        var routesWritten = false;
        for (var i = 0; i < request.Count; i++)
        {
            switch (request.Entries[i].Id)
            {
                case HeaderId.Via when i == request.FirstIndex(HeaderId.Via) && ChangesTopVia(request, edits.Source):
                    PutRun(ref run, i);
                    Begin(HeaderId.Via);
                    request.TryGetTopVia(out var via);
                    PutTopVia(request.ValueAt(i), via, edits.Source);
                    EndLine();
                    break;
                case HeaderId.MaxForwards:
                    PutRun(ref run, i);
                    Header(HeaderId.MaxForwards, edits.MaxForwards);
                    break;
                case HeaderId.MaxBreadth when edits.MaxBreadth > 0:
                    PutRun(ref run, i);
                    break;
                case HeaderId.Route when edits.ChangesRoutes:
                    PutRun(ref run, i);
                    if (!routesWritten)
                        PutRoutes(request, edits);
                    routesWritten = true;
                    break;
                case var id when edits.Removed.Contains(id) && id != HeaderId.Unknown:
                    PutRun(ref run, i);
                    break;
                default:
                    PutLineOrKeep(ref run, i);
                    break;
            }
        }

        PutRun(ref run, request.Count);
        PutAdditions(request, edits);
        EndHeaders(request);
    }

    /// <summary>Writes a received response without its top Via, which is this proxy's (RFC 3261 §16.7 item 3).</summary>
    /// <param name="response">The response; not changed.</param>
    /// <param name="challenges">
    /// Other 401 and 407 responses whose challenges are put behind its own (RFC 3261 §16.7 item 7). Default none.
    /// </param>
    public void Forward(SipMessage response, scoped ReadOnlySpan<SipMessage> challenges = default)
    {
        Put(response.Data.AsSpan(response.Start, "SIP/2.0 "u8.Length));
        PutNumber(response.StatusCode);
        Put((byte)' ');
        Put(response.Reason);
        EndLine();
        var run = new Run(response);
        var top = response.FirstIndex(HeaderId.Via);
        for (var i = 0; i < response.Count; i++)
        {
            if (i != top)
            {
                PutLineOrKeep(ref run, i);
                continue;
            }

            PutRun(ref run, i);
            PutRestOfVia(response, i);
        }

        PutRun(ref run, response.Count);
        foreach (var other in challenges)
        {
            Copy(other, HeaderId.WwwAuthenticate);
            Copy(other, HeaderId.ProxyAuthenticate);
        }

        EndHeaders(response);
    }

    private static bool ChangesTopVia(SipMessage request, in Net.NetEndpoint source) =>
        request.TryGetTopVia(out var via) && (via.HasRport || !via.Received.IsEmpty || Differs(via, source));

    // A line that ends otherwise than by CR LF alone is written anew: nothing behind us may read it in another way.
    private void PutLineOrKeep(ref Run run, int index)
    {
        if (run.IsPlain(index))
            return;
        PutRun(ref run, index);
        PutLine(run.Message.Header(index));
    }

    // What has been gathered up to this line goes out; the line itself is the caller's.
    private void PutRun(ref Run run, int index)
    {
        Put(run.Before(index));
        run.Next = index + 1;
    }

    private void PutRestOfVia(SipMessage response, int index)
    {
        var line = response.ValueAt(index);
        var rest = line[HeaderValues.ValueLength(line)..].TrimStart(", \t"u8);
        if (rest.IsEmpty)
            return;
        Begin(HeaderId.Via);
        Put(rest);
        EndLine();
    }

    private void PutRoutes(SipMessage request, in RequestEdits edits)
    {
        var count = 0;
        foreach (var _ in request.Values(HeaderId.Route))
            count++;
        var last = edits.LastRouteRemoved ? count - 1 : count;
        var at = 0;
        foreach (var route in request.Values(HeaderId.Route))
        {
            if (at >= edits.RoutesRemoved && at < last)
            {
                Begin(HeaderId.Route);
                Put(route);
                EndLine();
            }

            at++;
        }
    }

    private void PutAdditions(SipMessage request, in RequestEdits edits)
    {
        if (!edits.RouteAfter.IsEmpty)
        {
            Begin(HeaderId.Route);
            Put((byte)'<');
            Append(edits.RouteAfter);
            Put((byte)'>');
            EndLine();
        }

        if (!request.Has(HeaderId.MaxForwards))
            Header(HeaderId.MaxForwards, edits.MaxForwards);
        if (edits.MaxBreadth > 0)
            Header(HeaderId.MaxBreadth, edits.MaxBreadth);
        if (edits.Added is { } added)
        {
            for (var i = 0; i < added.Count; i++)
                Header(added[i]);
        }
    }

    // A datagram may do without Content-Length, a stream may not (RFC 3261 §18.3).
    private void EndHeaders(SipMessage message)
    {
        if (!message.Has(HeaderId.ContentLength))
            Header(HeaderId.ContentLength, message.Body.Length);
        EndLine();
        Put(message.Body);
    }

    /// <summary>Lines of a received message that can be copied as they stand, in one piece.</summary>
    private ref struct Run(SipMessage message)
    {
        public int Next; // first line not yet written

        public readonly SipMessage Message => message;

        /// <summary>True when the line ends in CR LF right behind its value.</summary>
        public readonly bool IsPlain(int index)
        {
            ref readonly var entry = ref message.Entries[index];
            var end = entry.ValueStart + entry.ValueLength;
            var next = index + 1 < message.Count ? message.Entries[index + 1].NameStart : end + 2;
            return next == end + 2 && message.Data[end] == '\r' && message.Data[end + 1] == '\n';
        }

        /// <summary>The bytes of the lines from <see cref="Next"/> up to this one, without it.</summary>
        public readonly ReadOnlySpan<byte> Before(int index)
        {
            if (Next >= index)
                return default;
            ref readonly var last = ref message.Entries[index - 1];
            return message.Data.AsSpan(message.Entries[Next].NameStart..(last.ValueStart + last.ValueLength + 2));
        }
    }
}
