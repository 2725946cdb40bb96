using System.Globalization;
using System.Text;
using Parley.Sip.Messages;

namespace Parley.Sip.Invites;

/// <summary>The contacts redirections have named and that have not been tried: best first, none twice (RFC 3261 §8.1.3.4).</summary>
internal sealed class RedirectList
{
    private readonly HashSet<SipUri> _seen = [];
    private readonly List<(SipUri Uri, double Preference)> _waiting = [];
    private int _tried;
    private int _limit;

    /// <summary>Takes the contacts of a 3xx; <paramref name="asked"/> is who sent it and is not asked again.</summary>
    public void Add(SipMessage response, ReadOnlySpan<byte> asked, int limit)
    {
        _limit = limit;
        if (SipUriView.TryParse(asked, out var self))
            _seen.Add(SipUri.FromView(self));
        foreach (var value in response.Values(HeaderId.Contact))
        {
            if (!NameAddrView.TryParse(value, out var contact) || !contact.TryGetUri(out var view) || view.Scheme is not (SipScheme.Sip or SipScheme.Sips))
                continue;
            var uri = SipUri.FromView(view);
            if (_waiting.Count < limit && _seen.Add(uri))
                _waiting.Add((uri, Preference(contact)));
        }
    }

    public bool TryNext(out SipUri next)
    {
        next = null!;
        if (_waiting.Count == 0 || _tried >= _limit)
            return false;
        var best = 0;
        for (var i = 1; i < _waiting.Count; i++)
        {
            if (_waiting[i].Preference > _waiting[best].Preference)
                best = i;
        }

        next = _waiting[best].Uri;
        _waiting.RemoveAt(best);
        _tried++;
        return true;
    }

    // RFC 3261 §20.10: without q a contact counts as wanted most.
    private static double Preference(in NameAddrView contact) =>
        contact.TryGetParameter("q"u8, out var q) && double.TryParse(q, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var value) ? value : 1;
}
