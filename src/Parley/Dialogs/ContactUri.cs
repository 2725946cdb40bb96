using System.Text;
using Parley.Sip.Transport;

namespace Parley.Dialogs;

/// <summary>The Contact this side gives towards one peer, as text.</summary>
internal static class ContactUri
{
    public static string Of(string user, in SipFlow flow)
    {
        var at = user.Length > 0 ? "@" : "";
        var transport = flow.Transport == SipTransport.Udp ? "" : ";transport=" + flow.Transport.ToString().ToLowerInvariant();
        return $"sip:{user}{at}{Encoding.ASCII.GetString(flow.SentBy.Span)}{transport}";
    }
}
