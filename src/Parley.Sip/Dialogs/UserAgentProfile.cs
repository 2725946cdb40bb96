using System.Text;
using Parley.Sip.Authentication;
using Parley.Sip.Invites;
using Parley.Sip.Messages;
using Parley.Sip.Subscriptions;

namespace Parley.Sip.Dialogs;

/// <summary>What this user agent says about itself, as the bytes that are sent. One per endpoint, immutable.</summary>
internal sealed class UserAgentProfile
{
    private readonly uint _methods;

    public UserAgentProfile(
        string userAgent, IReadOnlyList<SipMethod> methods, IReadOnlyList<string> extensions, IReadOnlyList<string> acceptedBodies)
    {
        HeaderText.Require(userAgent, nameof(userAgent));
        UserAgent = Encoding.UTF8.GetBytes(userAgent);
        Reliable = Names(extensions, "100rel");
        Timers = Names(extensions, "timer");
        if (Reliable && !methods.Contains(SipMethod.Prack))
            methods = [.. methods, SipMethod.Prack];
        foreach (var method in methods)
            _methods |= 1u << (int)method;
        Allow = Encoding.ASCII.GetBytes(string.Join(", ", methods.Select(SipMethods.Text)));
        Extensions = [.. extensions.Select(Encoding.ASCII.GetBytes)];
        Supported = Encoding.ASCII.GetBytes(string.Join(", ", extensions));
        SupportedUnreliable = Encoding.ASCII.GetBytes(string.Join(", ", extensions.Where(tag => !IsReliable(tag))));
        AcceptedBodies = [.. acceptedBodies.Select(Encoding.ASCII.GetBytes)];
        Accept = Encoding.ASCII.GetBytes(string.Join(", ", acceptedBodies));
    }

    /// <summary>Value of User-Agent and Server.</summary>
    public byte[] UserAgent { get; }

    /// <summary>Value of Allow.</summary>
    public byte[] Allow { get; }

    /// <summary>Value of Supported; empty when there is nothing to name.</summary>
    public byte[] Supported { get; }

    /// <summary>The same without 100rel, for an INVITE that is not to get reliable provisional responses.</summary>
    public byte[] SupportedUnreliable { get; }

    /// <summary>True when 100rel is among the option tags (RFC 3262).</summary>
    public bool Reliable { get; }

    /// <summary>True when timer is among the option tags (RFC 4028).</summary>
    public bool Timers { get; }

    public required SessionTimerOptions SessionTimers { get; init; }

    /// <summary>Value of Allow-Events; empty when there is nothing to name.</summary>
    public byte[] AllowEvents { get; private init; } = [];

    /// <summary>Event packages others may subscribe to.</summary>
    public required IReadOnlyList<string> Events
    {
        get;
        init
        {
            field = value;
            AllowEvents = Encoding.ASCII.GetBytes(string.Join(", ", value));
        }
    }

    public required SubscriptionLimits Subscriptions { get; init; }

    /// <summary>Option tags understood.</summary>
    public byte[][] Extensions { get; }

    /// <summary>Value of Accept; empty when every body is taken.</summary>
    public byte[] Accept { get; }

    /// <summary>Body types taken; empty for all.</summary>
    public byte[][] AcceptedBodies { get; }

    public required SipAddress Identity { get; init; }

    public required DigestCredentials? Credentials { get; init; }

    public required FlowRouting FlowRouting { get; init; }

    public required int MaxForks { get; init; }

    public required int MaxChallenges { get; init; }

    public required int MaxPendingRequests { get; init; }

    public required int MaxWaitingChanges { get; init; }

    /// <summary>Milliseconds an incoming call may wait for its answer.</summary>
    public required long MaxRinging { get; init; }

    public required int RetryAfterSeconds { get; init; }

    public required long T1 { get; init; }

    public required long T2 { get; init; }

    private static bool Names(IReadOnlyList<string> extensions, string tag) => extensions.Contains(tag, StringComparer.OrdinalIgnoreCase);

    private static bool IsReliable(string tag) => tag.Equals("100rel", StringComparison.OrdinalIgnoreCase);

    /// <summary>True when the option tag is one of <see cref="Extensions"/>.</summary>
    public bool Supports(ReadOnlySpan<byte> tag)
    {
        foreach (var known in Extensions)
        {
            if (Ascii.EqualsIgnoreCase(known, tag))
                return true;
        }

        return false;
    }

    public bool Serves(SipMethod method) => (_methods & 1u << (int)method) != 0;
}
