using Parley.Sip.Locating;
using Parley.Sip.Messages;
using Parley.Sip.Transport;

namespace Parley.Sip.Dialogs;

/// <summary>Where a URI leads, or why nowhere.</summary>
internal readonly record struct Located(IReadOnlyList<SipTarget> Targets, string Problem);

/// <summary>Locates the next hop of a request (RFC 3263) for code on a lane, to which a failure is an outcome like any other.</summary>
internal static class NextHop
{
    public static async Task<Located> LocateAsync(SipLocator locator, SipUri uri)
    {
        var nothing = $"No address found for {uri.Host}";
        try
        {
            return new Located(await locator.LocateAsync(uri).ConfigureAwait(false), nothing);
        }
        catch (LocateException e)
        {
            return new Located([], e.Message);
        }
    }
}
