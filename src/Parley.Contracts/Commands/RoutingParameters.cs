using System.ComponentModel;
using System.Text.Json.Serialization;

namespace Parley.Contracts.Commands;

/// <summary>Parameters of <c>CallBridge</c>: a party of one call is connected with a party of another without asking their phones; the other two are hung up.</summary>
public sealed record CallBridgeParameters : CommandParameters
{
    /// <summary>Call-ID of either leg of the first call.</summary>
    [JsonPropertyName("callid_a")]
    [Description("Call-ID of either leg of the first call.")]
    public required string CallIdA { get; init; }

    /// <summary>Who of the first call is connected. Null for its only party, or its caller.</summary>
    [Description("Which party of the first call to connect. Default: its only one, or its caller.")]
    public CallLeg? LegA { get; init; }

    /// <summary>Call-ID of either leg of the second call.</summary>
    [JsonPropertyName("callid_b")]
    [Description("Call-ID of either leg of the second call.")]
    public required string CallIdB { get; init; }

    /// <summary>Who of the second call is connected. Null for its only party, or its callee.</summary>
    [Description("Which party of the second call to connect it with. Default: its only one, or its callee.")]
    public CallLeg? LegB { get; init; }
}

/// <summary>Parameters of <c>CallReject</c>: refuses a call that has come in and is not answered.</summary>
public sealed record CallRejectParameters : CallParameters
{
    /// <summary>Status, 400–699. Null for 603.</summary>
    [Description("Status of the refusal, 400 to 699. Default: 603.")]
    public int? Code { get; init; }

    /// <summary>Reason phrase; null for the status's own.</summary>
    [Description("Reason phrase. Default: the status's own.")]
    public string? Reason { get; init; }
}

/// <summary>Parameters of <c>CallAnswer</c>: answers a call that has come in, itself.</summary>
public sealed record CallAnswerParameters : CallParameters;

/// <summary>Parameters of <c>CallRedirect</c>: sends a call that has come in and is not answered elsewhere.</summary>
public sealed record CallRedirectParameters : CallParameters
{
    /// <summary>Where to.</summary>
    [Description("Where to: a sip, sips or tel URI.")]
    public required string Destination { get; init; }
}
