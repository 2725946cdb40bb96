using System.ComponentModel;
using System.Text.Json.Serialization;

namespace Parley.Contracts.Commands;

/// <summary>Parameters of <c>CallBlindTransfer</c>: one party leaves, and the other one is connected with somebody new.</summary>
public sealed record CallBlindTransferParameters : CallParameters
{
    /// <summary>The party that is connected with the destination; the other one is hung up.</summary>
    [Description("Which party to transfer.")]
    public required CallLeg Leg { get; init; }

    /// <summary>Whom it is connected with.</summary>
    [Description("Whom to connect it with: a sip, sips or tel URI.")]
    public required string Destination { get; init; }
}

/// <summary>Parameters of <c>CallAttendedTransfer</c>: a party of one call is connected with a party of another; the other two are hung up.</summary>
public sealed record CallAttendedTransferParameters : CommandParameters
{
    /// <summary>Call-ID of either leg of the first call.</summary>
    [JsonPropertyName("callid_a")]
    [Description("Call-ID of either leg of the first call.")]
    public required string CallIdA { get; init; }

    /// <summary>Who of the first call stays.</summary>
    [Description("Which party of the first call to connect.")]
    public required CallLeg LegA { get; init; }

    /// <summary>Call-ID of either leg of the second call.</summary>
    [JsonPropertyName("callid_b")]
    [Description("Call-ID of either leg of the second call.")]
    public required string CallIdB { get; init; }

    /// <summary>Who of the second call stays.</summary>
    [Description("Which party of the second call to connect it with.")]
    public required CallLeg LegB { get; init; }

    /// <summary>URI the transferred phone is to call instead of the one the server knows for <see cref="LegB"/>. Null for that one.</summary>
    [Description("URI of the second party, where it is not to be the one the server knows.")]
    public string? Destination { get; init; }
}
