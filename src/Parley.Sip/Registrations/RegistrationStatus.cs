using Parley.Net;
using Parley.Sip.Messages;

namespace Parley.Sip.Registrations;

/// <summary>Whether calls reach us.</summary>
public enum RegistrationState : byte
{
    /// <summary>The first attempt is under way.</summary>
    Registering,

    /// <summary>The registrar has our binding.</summary>
    Registered,

    /// <summary>The last attempt failed; another follows. An earlier binding may still hold until its lifetime is over.</summary>
    Failed,

    /// <summary>Given up on our side.</summary>
    Closed,
}

/// <summary>A registration at one moment.</summary>
/// <param name="State">Whether calls reach us.</param>
/// <param name="Status">Status of the last final response; 408 or 503 of our own making when there was none; 0 before the first.</param>
/// <param name="Reason">Its reason phrase, or what went wrong.</param>
public sealed record RegistrationStatus(RegistrationState State, int Status, string Reason)
{
    /// <summary>Lifetime granted; zero unless registered.</summary>
    public TimeSpan Lifetime { get; init; }

    /// <summary>Time from this moment to the next attempt; zero when none is planned.</summary>
    public TimeSpan NextAttempt { get; init; }

    /// <summary>The address the registrar sees us under (<c>received</c> and <c>rport</c>, RFC 3581); no value when it did not say.</summary>
    public NetEndpoint PublicAddress { get; init; }

    /// <summary>True when the registrar keeps the flow as RFC 5626 says, and sends calls along it.</summary>
    public bool IsOutbound { get; init; }

    /// <summary>The URI that leads to this device from anywhere (RFC 5627); calls of this address name it as their Contact by themselves. Null when there is none.</summary>
    public SipUri? PublicGruu { get; init; }

    /// <summary>One more such URI, which does not tell whose device it is (RFC 5627 §3.2); null when there is none.</summary>
    public SipUri? TemporaryGruu { get; init; }

    /// <summary>Routes to put into requests of this identity (RFC 3608), in order; empty when there are none.</summary>
    public IReadOnlyList<SipUri> ServiceRoute { get; init; } = [];
}
