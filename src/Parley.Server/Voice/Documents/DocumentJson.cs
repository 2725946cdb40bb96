using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace Parley.Server.Voice.Documents;

/// <summary>Writes the documents.</summary>
[JsonSourceGenerationOptions(WriteIndented = true)]
[JsonSerializable(typeof(JsonObject))]
internal sealed partial class DocumentJson : JsonSerializerContext;
