using Parley.Sip.Messages;

namespace Parley.Sip.Transactions;

/// <summary>
/// What identifies a server transaction (RFC 3261 §17.2.3), as keyed hashes of the fields to compare. The method is compared apart, so that
/// an ACK and a CANCEL find their INVITE.
/// </summary>
internal readonly struct RequestKeys(HashSecret secret)
{
    /// <summary>The transaction's key; false when the request has no Via and can belong to none.</summary>
    public bool TryKey(SipMessage request, out UInt128 key)
    {
        key = default;
        if (!request.TryGetTopVia(out var via))
            return false;
        var hash = new KeyedHash(secret);
        var branch = via.Branch;
        if (branch.Length > Branch.Cookie.Length && System.Text.Ascii.EqualsIgnoreCase(branch[..Branch.Cookie.Length], Branch.Cookie))
        {
            hash.AddField(branch);
            hash.AddFieldIgnoringCase(via.Host);
            hash.AddNumber((uint)via.Port);
        }
        else
        {
            AddOldFields(ref hash, request);
        }

        AddUnknownMethod(ref hash, request);
        key = hash.Finish();
        return true;
    }

    /// <summary>What the copies of one request that took different paths share: From tag, Call-ID, CSeq (RFC 3261 §8.2.2.2).</summary>
    public UInt128 MergeKey(SipMessage request)
    {
        var hash = new KeyedHash(secret);
        hash.AddField(request.FromTag);
        hash.AddField(request.CallId);
        if (request.TryGetCSeq(out var cseq))
            hash.AddNumber(cseq.Number);
        hash.AddNumber((uint)request.Method);
        AddUnknownMethod(ref hash, request);
        return hash.Finish();
    }

    // Requests of RFC 2543, without the magic cookie: Request-URI, From tag, Call-ID, CSeq number and the top Via. The To tag is left out:
    // an ACK carries the one of our response, and two requests that differ only in it would need the same CSeq in and outside a dialog.
    private static void AddOldFields(ref KeyedHash hash, SipMessage request)
    {
        hash.AddField(request.RequestUri);
        hash.AddField(request.FromTag);
        hash.AddField(request.CallId);
        if (request.TryGetCSeq(out var cseq))
            hash.AddNumber(cseq.Number);
        foreach (var via in request.Values(HeaderId.Via))
        {
            hash.AddField(via);
            break;
        }
    }

    private static void AddUnknownMethod(ref KeyedHash hash, SipMessage request)
    {
        if (request.Method == SipMethod.Other)
            hash.AddField(request.MethodName);
    }
}
