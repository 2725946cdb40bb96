using System.Text.Json.Serialization;

namespace Parley.Contracts.Commands;

/// <summary>How a call between two parties is set up by a third (RFC 3725), and where its audio goes.</summary>
[JsonConverter(typeof(StrictEnumConverter<CallFlow>))]
public enum CallFlow
{
    /// <summary>The server answers both parties and relays their audio: every other command works on such a call.</summary>
    [JsonStringEnumMemberName("relay")]
    Relay,

    /// <summary>RFC 3725 flow I: the caller's offer is the callee's, audio goes from phone to phone; for callees that answer at once.</summary>
    [JsonStringEnumMemberName("I")]
    I,

    /// <summary>RFC 3725 flow III: as IV, for callers that want to make the first offer.</summary>
    [JsonStringEnumMemberName("III")]
    III,

    /// <summary>RFC 3725 flow IV: the caller waits without audio until the callee has answered, then audio goes from phone to phone.</summary>
    [JsonStringEnumMemberName("IV")]
    IV,
}
