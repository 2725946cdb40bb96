using Parley.Services.Locations;

namespace Parley.Services.Messaging;

/// <summary>How messages are taken and delivered.</summary>
public sealed record MessageOptions
{
    /// <summary>Body types taken; another gets 415 with these. Default none: every type is taken, and passed through untouched.</summary>
    public IReadOnlyList<string> AcceptedTypes { get; init; } = [];

    /// <summary>
    /// How long a phone may take to answer before the message is kept for later. Default 10 s: well within the 32 s the sender waits (RFC 3261 §17.1.2.2), five
    /// retransmissions over a network that loses some.
    /// </summary>
    public TimeSpan DeliveryTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long a message is kept whose sender named no Expires, and at most. Default 7 days: a holiday week.</summary>
    public TimeSpan MaxKeep { get; init; } = TimeSpan.FromDays(7);

    /// <summary>Messages that may wait for one recipient; past it the sender gets 480. Default 100: what somebody reads on coming back.</summary>
    public int MaxPerRecipient { get; init; } = 100;

    /// <summary>Bytes of a body that is taken; past it 413. Default 32,768: half of the largest message, so that CPIM and its headers fit.</summary>
    public int MaxBody { get; init; } = 32_768;

    /// <summary>Deliveries under way at a time, to all recipients together; past it a message to somebody reachable gets 503. Default 1,000.</summary>
    public int MaxDelivering { get; init; } = 1_000;

    /// <summary>How often what has expired is let go. Default 1 min.</summary>
    public TimeSpan ExpireEvery { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>
    /// Told how many messages wait for somebody when that has changed, e.g. for <see cref="Presence.MessageSummaryPackage"/>. Called on any thread, one call at a time.
    /// Default nobody.
    /// </summary>
    public Action<AddressOfRecord, int>? OnWaiting { get; init; }

    /// <summary>Told of exceptions of the store, which cost the sender a 500. Called on any thread. Default nobody; they are counted in any case.</summary>
    public Action<Exception>? OnFault { get; init; }
}

/// <summary>What a message service has done.</summary>
public readonly record struct MessageCounters
{
    /// <summary>Messages that somebody's phone took at once.</summary>
    public long Delivered { get; init; }

    /// <summary>Messages kept for later, each answered 202.</summary>
    public long Stored { get; init; }

    /// <summary>Kept messages that were delivered.</summary>
    public long DeliveredLater { get; init; }

    /// <summary>Kept messages that expired.</summary>
    public long Expired { get; init; }

    /// <summary>Messages refused.</summary>
    public long Refused { get; init; }

    /// <summary>Failures of the store.</summary>
    public long Faults { get; init; }

    /// <summary>Deliveries under way now.</summary>
    public long Delivering { get; init; }
}
