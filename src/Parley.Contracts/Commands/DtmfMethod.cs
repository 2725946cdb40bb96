using System.Text.Json.Serialization;

namespace Parley.Contracts.Commands;

/// <summary>How keys are sent to a phone.</summary>
[JsonConverter(typeof(StrictEnumConverter<DtmfMethod>))]
public enum DtmfMethod
{
    /// <summary>As named events (RFC 4733).</summary>
    [JsonStringEnumMemberName("rtp")]
    Rtp,

    /// <summary>As INFO requests.</summary>
    [JsonStringEnumMemberName("info")]
    Info,

    /// <summary>As tones in the audio.</summary>
    [JsonStringEnumMemberName("inband")]
    Inband,
}
