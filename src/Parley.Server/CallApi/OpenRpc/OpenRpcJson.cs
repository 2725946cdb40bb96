using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace Parley.Server.CallApi.OpenRpc;

/// <summary>Writes the description.</summary>
[JsonSourceGenerationOptions(WriteIndented = true)]
[JsonSerializable(typeof(JsonObject))]
internal sealed partial class OpenRpcJson : JsonSerializerContext;
