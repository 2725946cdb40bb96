using Parley.Control;
using Parley.Sip.Messages;

namespace Parley.Cli.Phones;

/// <summary>
/// A phone that answers with a redirection (RFC 3261 §8.1.3.4) forwards its account's calls. That is followed by the dial plan, on behalf of that account: it may send callers to
/// accounts, extensions, and at its own expense to numbers, but nowhere the account could not call itself.
/// </summary>
internal static class Redirections
{
    // Of all phones that are rung for one caller together: a chain of forwardings is seldom longer than two, and more is a circle.
    public const int Most = 5;

    /// <summary>Where a redirection leads, the most wanted first.</summary>
    /// <param name="destinations">The dial plan.</param>
    /// <param name="who">For whom somebody is rung.</param>
    /// <param name="by">Whose phone redirects.</param>
    /// <param name="response">The redirection.</param>
    /// <param name="cancel">Gives up.</param>
    /// <returns>What is to be rung instead; empty when that is nothing.</returns>
    public static async ValueTask<IReadOnlyList<RingTarget>> FollowAsync(
        Destinations destinations, DialContext who, PartyIdentity by, SipMessage response, CancellationToken cancel)
    {
        if (!by.IsAccount)
            return [];
        var targets = new List<RingTarget>();
        foreach (var (uri, q) in ContactsOf(response).Take(Most))
        {
            // Where a phone forwards its calls to is no decision of who rings it.
            var found = await destinations.FindAsync(uri, who with { Identity = by, IsDiverted = true, IsTrusted = false, Trunk = null }, cancel);
            targets.AddRange(found.Targets.Select(target => target with { Q = q }));
        }

        return targets;
    }

    private static List<(SipUri Uri, double Q)> ContactsOf(SipMessage response)
    {
        var contacts = new List<(SipUri, double)>();
        foreach (var value in response.Values(HeaderId.Contact))
        {
            if (NameAddrView.TryParse(value, out var view) && SipAddress.TryFromView(view, out var address))
                contacts.Add((address.Uri.WithoutHeaders(), QOf(view)));
        }

        return contacts;
    }

    private static double QOf(NameAddrView contact) =>
        contact.TryGetParameter("q"u8, out var text) && System.Buffers.Text.Utf8Parser.TryParse(text, out double q, out _) ? double.Clamp(q, 0, 1) : 1;
}
