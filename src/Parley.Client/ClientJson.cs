using System.Text.Json.Serialization;

namespace Parley.Client;

/// <summary>What the client writes besides the contracts.</summary>
[JsonSerializable(typeof(string))]
internal sealed partial class ClientJson : JsonSerializerContext;
