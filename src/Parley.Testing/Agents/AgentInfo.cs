using System.Text.Json.Serialization;

namespace Parley.Testing.Agents;

/// <summary>An agent at one moment.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Aor">Its address of record.</param>
/// <param name="Registered">Whether it is registered.</param>
/// <param name="State"><c>Idle</c>, <c>Ringing</c> or <c>Established</c>.</param>
/// <param name="Reason">Why its last call ended; null before.</param>
/// <param name="StatusCode">The SIP status of that; null when it was none.</param>
/// <param name="Peer">URI of the other side of its call; null without one.</param>
/// <param name="Calls">Calls it has now.</param>
public sealed record AgentInfo(
    [property: JsonPropertyName("name")] string Name,
    [property: JsonPropertyName("aor")] string Aor,
    [property: JsonPropertyName("registered")] bool Registered,
    [property: JsonPropertyName("state")] string State,
    [property: JsonPropertyName("reason")] string? Reason,
    [property: JsonPropertyName("status_code")] int? StatusCode,
    [property: JsonPropertyName("peer")] string? Peer,
    [property: JsonPropertyName("calls")] int Calls);

[JsonSerializable(typeof(AgentInfo))]
internal sealed partial class AgentInfoJson : JsonSerializerContext;
