using Parley.Services.Locations;
using Parley.Sip.Messages;

namespace Parley.Services.Messaging;

/// <summary>A MESSAGE that waits for its recipient (RFC 3428 §7: store and forward). Immutable.</summary>
public sealed record StoredMessage
{
    /// <summary>Tells messages apart; later ones compare greater, so that order is kept.</summary>
    public required Guid Id { get; init; }

    /// <summary>For whom.</summary>
    public required AddressOfRecord Recipient { get; init; }

    /// <summary>From whom: display name and URI.</summary>
    public required SipAddress Sender { get; init; }

    /// <summary>When it was taken.</summary>
    public required DateTimeOffset Received { get; init; }

    /// <summary>Until when it is worth delivering.</summary>
    public required DateTimeOffset Expires { get; init; }

    /// <summary>Value of Content-Type; empty when there is no body.</summary>
    public string ContentType { get; init; } = "";

    /// <summary>The body, byte for byte: text, CPIM with its notifications (RFC 5438), whatever it is.</summary>
    public ReadOnlyMemory<byte> Body { get; init; }

    /// <summary>Header fields that belong to the message and not to its way.</summary>
    public IReadOnlyList<SipHeader> Headers { get; init; } = [];
}
