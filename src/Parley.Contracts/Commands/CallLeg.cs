using System.Text.Json.Serialization;

namespace Parley.Contracts.Commands;

/// <summary>A party of a call.</summary>
[JsonConverter(typeof(StrictEnumConverter<CallLeg>))]
public enum CallLeg
{
    /// <summary>Who was rung first, or has called.</summary>
    [JsonStringEnumMemberName("caller")]
    Caller,

    /// <summary>Who was called.</summary>
    [JsonStringEnumMemberName("callee")]
    Callee,
}
