using Parley.Sip.Messages;

namespace Parley.Sip.Dialogs;

/// <summary>
/// A dialog's route set as the text of one Route header: name-addrs joined by <c>", "</c>, in the order requests go through them. Kept as bytes because
/// that is what is sent; it is taken apart only for a strict router.
/// </summary>
internal static class RouteSet
{
    /// <summary>Called side: the Record-Route values in order (RFC 3261 §12.1.1).</summary>
    public static byte[] OfCalled(SipMessage request)
    {
        var length = JoinedLength(request);
        if (length == 0)
            return [];
        var joined = new byte[length];
        var at = 0;
        foreach (var value in request.Values(HeaderId.RecordRoute))
        {
            if (at > 0)
                at += Separate(joined.AsSpan(at));
            value.CopyTo(joined.AsSpan(at));
            at += value.Length;
        }

        return joined;
    }

    /// <summary>Calling side: the Record-Route values in reverse order (RFC 3261 §12.1.2).</summary>
    public static byte[] OfCaller(SipMessage response)
    {
        var length = JoinedLength(response);
        if (length == 0)
            return [];
        var joined = new byte[length];
        var at = length;
        foreach (var value in response.Values(HeaderId.RecordRoute))
        {
            if (at < length)
                Separate(joined.AsSpan(at -= 2));
            value.CopyTo(joined.AsSpan(at -= value.Length));
        }

        return joined;
    }

    /// <summary>The set of a call being made: the proxy, then the preloaded routes (RFC 3261 §8.1.2). Each is made a loose router unless it says what it is.</summary>
    public static byte[] Preloaded(SipUri? proxy, IReadOnlyList<SipUri> routes)
    {
        if (proxy is null && routes.Count == 0)
            return [];
        var all = proxy is null ? routes : [proxy, .. routes];
        return System.Text.Encoding.UTF8.GetBytes(string.Join(", ", all.Select(route => $"<{Loose(route)}>")));
    }

    /// <summary>The first entry's URI, and what follows the entry.</summary>
    public static bool TryGetFirst(ReadOnlySpan<byte> set, out ReadOnlySpan<byte> uri, out ReadOnlySpan<byte> rest)
    {
        uri = default;
        rest = default;
        var end = EndOfFirst(set);
        if (!NameAddrView.TryParse(set[..end], out var first))
            return false;
        uri = first.Uri;
        rest = end < set.Length ? set[(end + 1)..].TrimStart(" "u8) : default;
        return true;
    }

    /// <summary>True when the URI has the <c>lr</c> parameter (RFC 3261 §19.1.1).</summary>
    public static bool IsLoose(ReadOnlySpan<byte> uri) =>
        SipUriView.TryParse(uri, out var view) && view.TryGetParameter("lr"u8, out _);

    private static SipUri Loose(SipUri route) => route.GetParameter("lr") is not null ? route : route.WithParameter("lr", null);

    private static int JoinedLength(SipMessage message)
    {
        var length = 0;
        foreach (var value in message.Values(HeaderId.RecordRoute))
            length += value.Length + (length > 0 ? 2 : 0);
        return length;
    }

    private static int Separate(Span<byte> destination)
    {
        ", "u8.CopyTo(destination);
        return 2;
    }

    // The comma that ends the first entry: one outside quotes and angle brackets.
    private static int EndOfFirst(ReadOnlySpan<byte> set)
    {
        var quoted = false;
        var inside = false;
        for (var i = 0; i < set.Length; i++)
        {
            switch (set[i])
            {
                case (byte)'\\' when quoted:
                    i++;
                    break;
                case (byte)'"' when !inside:
                    quoted = !quoted;
                    break;
                case (byte)'<' when !quoted:
                    inside = true;
                    break;
                case (byte)'>' when !quoted:
                    inside = false;
                    break;
                case (byte)',' when !quoted && !inside:
                    return i;
            }
        }

        return set.Length;
    }
}
