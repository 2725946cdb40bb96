using System.Collections.Concurrent;
using System.Text;
using Parley.Sip.Messages;

namespace Parley.Sip.Dialogs;

/// <summary>
/// The GRUUs registrars have given this endpoint's addresses: URIs that lead to this device from anywhere, which calls of those addresses name as their Contact
/// (RFC 5627 §4.3). Shared by the lanes.
/// </summary>
internal sealed class OwnContacts
{
    private readonly ConcurrentDictionary<string, byte[]> _byAddress = [];

    public void Set(SipUri address, SipUri gruu) => _byAddress[KeyOf(address)] = Encoding.UTF8.GetBytes($"<{gruu}>");

    public void Remove(SipUri address) => _byAddress.TryRemove(KeyOf(address), out _);

    /// <summary>The Contact of an address, in angle brackets; null when it has no GRUU, or none that a dialog of this kind can name (RFC 3261 §12.1.1).</summary>
    public byte[]? Find(SipUri address, bool secure)
    {
        if (_byAddress.IsEmpty || address.Scheme is not (SipScheme.Sip or SipScheme.Sips) || !_byAddress.TryGetValue(KeyOf(address), out var contact))
            return null;
        return secure && !contact.AsSpan().StartsWith("<sips:"u8) ? null : contact;
    }

    /// <summary>The Contact for a call to one of our addresses.</summary>
    public byte[]? FindCalled(SipMessage invite, bool secure)
    {
        if (_byAddress.IsEmpty || !invite.TryGetTo(out var to) || !to.TryGetUri(out var uri))
            return null;
        return Find(SipUri.FromView(uri), secure);
    }

    // RFC 3261 §19.1.4: the user counts as written, the host does not.
    private static string KeyOf(SipUri address) => $"{address.User}@{address.Host.ToLowerInvariant()}";
}
