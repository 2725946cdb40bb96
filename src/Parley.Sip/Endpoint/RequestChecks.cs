using System.Text;
using Parley.Sip.Dialogs;
using Parley.Sip.Invites;
using Parley.Sip.Messages;

namespace Parley.Sip.Endpoint;

/// <summary>What RFC 3261 §8.2 has a user agent look at before a request is processed. Each check gives the refusal, or null.</summary>
internal static class RequestChecks
{
    /// <summary>§8.2.1: a method that is served here. One nobody knows is refused the same way, since Allow then tells all there is.</summary>
    public static Reply? Method(UserAgentProfile profile, SipMessage request) =>
        profile.Serves(request.Method) ? null : new Reply(405);

    /// <summary>
    /// A request that has used up its hops. As its last stop a user agent could still serve it (§8.1.1.6); but what comes with none left has looped,
    /// and calls made onward from here would keep the loop going. OPTIONS is exempt: it is how hops are traced (§11).
    /// </summary>
    public static Reply? Hops(SipMessage request) =>
        request.Method != SipMethod.Options && request.TryGetMaxForwards(out var hops) && hops == 0 ? new Reply(483) : null;

    /// <summary>§8.2.2.1: a request-URI of a scheme that means something here.</summary>
    public static Reply? Scheme(SipMessage request)
    {
        if (!request.TryGetRequestUri(out var uri))
            return new Reply(400) { Reason = "Request-URI cannot be read" };
        return uri.Scheme == SipScheme.Other ? new Reply(416) : null;
    }

    /// <summary>§8.2.2.3: no extension is required that is not supported; those that are get named.</summary>
    public static Reply? Extensions(UserAgentProfile profile, SipMessage request)
    {
        if (!request.Has(HeaderId.Require))
            return null;
        List<string>? missing = null;
        foreach (var tag in request.Values(HeaderId.Require))
        {
            if (!profile.Supports(tag))
                (missing ??= []).Add(Encoding.UTF8.GetString(tag));
        }

        return missing is null ? null : new Reply(420) { Headers = [new SipHeader("Unsupported", string.Join(", ", missing))] };
    }

    /// <summary>§8.2.3: a body of a type that is taken here, in no encoding, unless it may be ignored.</summary>
    public static Reply? Body(UserAgentProfile profile, SipMessage request)
    {
        if (request.Body.IsEmpty || IsOptional(request.Value(HeaderId.ContentDisposition)))
            return null;
        var encoding = request.Value(HeaderId.ContentEncoding);
        if (!encoding.IsEmpty && !Ascii.EqualsIgnoreCase(encoding, "identity"u8))
            return new Reply(415) { Headers = [new SipHeader("Accept-Encoding", "identity")] };
        if (profile.AcceptedBodies.Length == 0)
            return null;
        var type = MediaType(request.Value(HeaderId.ContentType));
        foreach (var accepted in profile.AcceptedBodies)
        {
            if (Ascii.EqualsIgnoreCase(type, accepted))
                return null;
        }

        return new Reply(415);
    }

    /// <summary>§8.1.1.8, §12.1.1: a request that makes a dialog names one Contact, a SIP URI, or the dialog would have no target.</summary>
    public static Reply? Contact(SipMessage request)
    {
        if (!request.TryGetContact(out var contact) || contact.IsStar || !contact.TryGetUri(out var uri) || uri.Scheme is not (SipScheme.Sip or SipScheme.Sips))
            return new Reply(400) { Reason = $"{SipMethods.Text(request.Method)} needs a Contact with a SIP URI" };
        return null;
    }

    /// <summary>RFC 4028 §9: no session interval shorter than this side wants, where the sender can ask for a longer one.</summary>
    public static Reply? SessionInterval(UserAgentProfile profile, SipMessage request)
    {
        if (!profile.Timers || !request.Has(HeaderId.SessionExpires))
            return null;
        var minimum = profile.SessionTimers.MinimumSeconds;
        var asked = SessionExpires.Of(request);
        if (asked.IsNone || asked.Seconds >= minimum || !request.HasToken(HeaderId.Supported, "timer"u8))
            return null;
        return new Reply(422) { Headers = [new SipHeader("Min-SE", minimum.ToString(System.Globalization.CultureInfo.InvariantCulture))] };
    }

    private static ReadOnlySpan<byte> MediaType(ReadOnlySpan<byte> value)
    {
        var end = value.IndexOf((byte)';');
        return (end < 0 ? value : value[..end]).Trim(" \t"u8);
    }

    // RFC 3261 §20.11: handling=optional lets the receiver pass over a body.
    private static bool IsOptional(ReadOnlySpan<byte> disposition)
    {
        while (!disposition.IsEmpty)
        {
            var end = disposition.IndexOf((byte)';');
            var part = (end < 0 ? disposition : disposition[..end]).Trim(" \t"u8);
            if (Ascii.EqualsIgnoreCase(part, "handling=optional"u8))
                return true;
            disposition = end < 0 ? default : disposition[(end + 1)..];
        }

        return false;
    }
}
