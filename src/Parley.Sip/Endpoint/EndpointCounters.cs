using Parley.Sip.Invites;
using Parley.Sip.Transactions;

namespace Parley.Sip.Endpoint;

/// <summary>What an endpoint has done and holds. Everything said to exist now returns to zero when the last call and its transactions have ended.</summary>
public sealed record EndpointCounters
{
    /// <summary>Incoming calls that exist now, ringing or up.</summary>
    public long IncomingCalls { get; init; }

    /// <summary>Outgoing calls that exist now, being made or up.</summary>
    public long OutgoingCalls { get; init; }

    /// <summary>Dialogs that exist now, early and confirmed.</summary>
    public long Dialogs { get; init; }

    /// <summary>Requests of ours that wait for a final response, BYEs of ended calls included.</summary>
    public long PendingRequests { get; init; }

    /// <summary>Registrations being kept now.</summary>
    public long Registrations { get; init; }

    /// <summary>Subscriptions others have with this endpoint now, unanswered ones and those of REFER included.</summary>
    public long IncomingSubscriptions { get; init; }

    /// <summary>Subscriptions of ours being kept now.</summary>
    public long Subscriptions { get; init; }

    /// <summary>SUBSCRIBEs refused, by the application or for a limit.</summary>
    public long SubscriptionsRefused { get; init; }

    /// <summary>NOTIFYs sent, without repetitions.</summary>
    public long NotificationsSent { get; init; }

    /// <summary>Incoming calls there have been.</summary>
    public long IncomingCallsTotal { get; init; }

    /// <summary>Outgoing calls there have been.</summary>
    public long OutgoingCallsTotal { get; init; }

    /// <summary>INVITEs refused with 503: limit reached, or draining.</summary>
    public long CallsRefused { get; init; }

    /// <summary>Requests refused before any handler saw them: 405, 415, 416, 420, 481, 483, 500.</summary>
    public long RequestsRefused { get; init; }

    /// <summary>2xx of further forks that were acknowledged and hung up (RFC 3261 §13.2.2.4).</summary>
    public long ExtraForksEnded { get; init; }

    /// <summary>2xx responses to INVITE sent again for want of an ACK.</summary>
    public long AnswersRepeated { get; init; }

    /// <summary>Handlers that threw.</summary>
    public long HandlerFaults { get; init; }

    /// <summary>Calls ended, by how.</summary>
    public IReadOnlyDictionary<CallEndKind, long> Ends { get; init; } = new Dictionary<CallEndKind, long>();

    /// <summary>The transactions below.</summary>
    public TransactionCounters Transactions { get; init; }
}
