using System.ComponentModel;
using System.Text.Json.Serialization;

namespace Parley.Contracts.Commands;

/// <summary>Parameters of commands that mean one call.</summary>
public abstract record CallParameters : CommandParameters
{
    /// <summary>Call-ID of either leg of the call.</summary>
    [JsonPropertyName("callid")]
    [Description("Call-ID of either leg of the call.")]
    public required string CallId { get; init; }
}
