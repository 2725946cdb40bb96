using System.Text;
using Parley.Sip.Messages;

namespace Parley.Sip.Subscriptions;

/// <summary>A Subscription-State header (RFC 6665 §8.2.3).</summary>
internal readonly ref struct SubscriptionStateView
{
    private SubscriptionStateView(SubscriptionState state, ReadOnlySpan<byte> parameters)
    {
        State = state;
        Expires = Seconds(parameters, "expires"u8);
        RetryAfter = Seconds(parameters, "retry-after"u8);
        Reason = ParameterReader.TryFind(parameters, "reason"u8, out var reason) ? SubscriptionReasons.Find(reason) : SubscriptionReason.None;
    }

    public SubscriptionState State { get; }

    /// <summary>Seconds left; negative when not said.</summary>
    public int Expires { get; }

    /// <summary>Seconds to wait before trying again; negative when not said.</summary>
    public int RetryAfter { get; }

    public SubscriptionReason Reason { get; }

    public static bool TryParse(ReadOnlySpan<byte> value, out SubscriptionStateView view)
    {
        view = default;
        var end = value.IndexOf((byte)';');
        var word = SipSyntax.Trim(end < 0 ? value : value[..end]);
        var parameters = end < 0 ? default : value[end..];
        if (Ascii.EqualsIgnoreCase(word, "active"u8))
            view = new SubscriptionStateView(SubscriptionState.Active, parameters);
        else if (Ascii.EqualsIgnoreCase(word, "pending"u8))
            view = new SubscriptionStateView(SubscriptionState.Pending, parameters);
        else if (Ascii.EqualsIgnoreCase(word, "terminated"u8))
            view = new SubscriptionStateView(SubscriptionState.Terminated, parameters);
        else if (SipSyntax.IsToken(word))
            view = new SubscriptionStateView(SubscriptionState.Active, parameters); // §4.1.3: an unknown state is as good as active
        else
            return false;
        return true;
    }

    private static int Seconds(ReadOnlySpan<byte> parameters, ReadOnlySpan<byte> name) =>
        ParameterReader.TryFind(parameters, name, out var value) && SipSyntax.TryReadNumber(value, uint.MaxValue, out var seconds)
            ? (int)Math.Min(seconds, int.MaxValue)
            : -1;
}

/// <summary>Names of <see cref="SubscriptionReason"/>s on the wire.</summary>
internal static class SubscriptionReasons
{
    private static readonly string[] s_texts = ["", "deactivated", "probation", "rejected", "timeout", "giveup", "noresource", "invariant"];

    public static string Text(SubscriptionReason reason) => s_texts[(int)reason];

    public static SubscriptionReason Find(ReadOnlySpan<byte> text)
    {
        for (var i = 1; i < s_texts.Length; i++)
        {
            if (Ascii.EqualsIgnoreCase(text, s_texts[i]))
                return (SubscriptionReason)i;
        }

        return SubscriptionReason.None;
    }
}
