using System.ComponentModel;
using System.Text.Json.Serialization;

namespace Parley.Contracts.Commands;

/// <summary>Parameters of <c>Subscribe</c>: events of calls, whoever has started them, until <c>Unsubscribe</c> or the end of the socket.</summary>
public sealed record SubscribeParameters : CommandParameters
{
    /// <summary>Names of the events wanted, of either vocabulary; null for all.</summary>
    [Description("Names of the events wanted, e.g. [\"CALL_INCOMING\", \"CALL_END\"]. Default: all.")]
    public IReadOnlyList<string>? Events { get; init; }

    /// <summary>Call-ID of either leg of the only call meant; null for all calls.</summary>
    [JsonPropertyName("callid")]
    [Description("Call-ID of either leg of the only call meant. Default: all calls.")]
    public string? CallId { get; init; }
}

/// <summary>Parameters of <c>Unsubscribe</c>.</summary>
public sealed record UnsubscribeParameters : CommandParameters
{
    /// <summary>The <c>cmd_id</c> of the Subscribe; null for all subscriptions of this socket.</summary>
    [Description("The cmd_id of the Subscribe that ends. Default: all of this socket.")]
    public string? Subscription { get; init; }
}

/// <summary>Parameters of <c>CallList</c>.</summary>
public sealed record CallListParameters : CommandParameters;

/// <summary>Parameters of <c>CallGet</c>.</summary>
public sealed record CallGetParameters : CallParameters;

/// <summary>Parameters of <c>Echo</c>: whatever else is given comes back, too.</summary>
public sealed record EchoParameters : CommandParameters;
