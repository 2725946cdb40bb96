using Parley.Sip.Messages;

namespace Parley;

/// <summary>Reads what callers of the API give as a SIP address.</summary>
internal static class TargetUri
{
    public static SipUri Parse(string text, string argument)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(text, argument);
        return SipUri.TryParse(text, out var uri) && uri.Scheme is SipScheme.Sip or SipScheme.Sips or SipScheme.Tel
            ? uri
            : throw new ArgumentException($"'{text}' is no SIP URI; write sip:user@host, sips:user@host or tel:number.", argument);
    }

    public static SipAddress ParseAddress(string text, string argument)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(text, argument);
        return SipAddress.TryParse(text, out var address)
            ? address
            : throw new ArgumentException($"'{text}' is no SIP address; write sip:user@host or \"Name\" <sip:user@host>.", argument);
    }
}
