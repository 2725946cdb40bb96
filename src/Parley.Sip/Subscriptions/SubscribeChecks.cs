using System.Globalization;
using Parley.Sip.Dialogs;
using Parley.Sip.Messages;

namespace Parley.Sip.Subscriptions;

/// <summary>What RFC 6665 §4.2.1.1 has a notifier look at before the application sees a SUBSCRIBE. Each check gives the refusal, or null.</summary>
internal static class SubscribeChecks
{
    /// <summary>A package that is served; those that are get named in the refusal.</summary>
    public static Reply? Package(UserAgentProfile profile, in EventView package)
    {
        foreach (var known in profile.Events)
        {
            if (System.Text.Ascii.Equals(package.Type, known))
                return null;
        }

        return new Reply(489);
    }

    /// <summary>A lifetime that is not too short; one hour may always be asked for, and zero.</summary>
    public static Reply? Lifetime(UserAgentProfile profile, SipMessage request)
    {
        var least = Math.Min(3600, (int)Math.Ceiling(profile.Subscriptions.MinLifetime.TotalSeconds));
        if (!request.TryGetExpires(out var seconds) || seconds == 0 || seconds >= least)
            return null;
        return new Reply(423) { Headers = [new SipHeader("Min-Expires", least.ToString(CultureInfo.InvariantCulture))] };
    }
}
