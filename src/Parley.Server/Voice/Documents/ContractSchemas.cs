using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Schema;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Parley.Contracts.Voice;

namespace Parley.Server.Voice.Documents;

/// <summary>JSON schemas of the contracts, each with what its members are for; what another contract is part of is referred to by name.</summary>
internal static class ContractSchemas
{
    public const string Prefix = "#/components/schemas/";

    private static readonly JsonSchemaExporterOptions Exporting = new() { TreatNullObliviousAsNonNullable = true, TransformSchemaNode = Transform };

    public static string NameOf(Type type) => type.Name;

    public static JsonObject Reference(Type type) => new() { ["$ref"] = Prefix + NameOf(type) };

    /// <summary>Schemas of these types and of all they are made of.</summary>
    public static JsonObject Of(IEnumerable<JsonTypeInfo> types)
    {
        var schemas = new SortedDictionary<string, JsonNode>(StringComparer.Ordinal);
        var waiting = new Queue<JsonTypeInfo>(types);
        while (waiting.TryDequeue(out var type))
        {
            if (schemas.ContainsKey(NameOf(type.Type)))
                continue;
            schemas[NameOf(type.Type)] = Schema(type);
            foreach (var property in type.Properties)
            {
                if (Inner(property.PropertyType) is { } inner)
                    waiting.Enqueue(VoiceJson.Default.Options.GetTypeInfo(inner));
            }
        }

        return new(schemas.Select(one => KeyValuePair.Create<string, JsonNode?>(one.Key, one.Value)));
    }

    private static JsonObject Schema(JsonTypeInfo type)
    {
        var schema = type.GetJsonSchemaAsNode(Exporting).AsObject();
        // All other contracts are referred to by name, so that what refers to a place in here is the type within itself.
        foreach (var (_, property) in schema["properties"]?.AsObject() ?? [])
        {
            if (property is JsonObject own && own["$ref"] is JsonValue place && !place.GetValue<string>().StartsWith(Prefix, StringComparison.Ordinal))
                own["$ref"] = Prefix + NameOf(type.Type);
        }

        if (ContractDocs.Of(type.Type) is { } text)
            schema.Insert(0, "description", text);
        return schema;
    }

    // The name is a constant of each command and event, and nobody can do without it.
    public static void Name(JsonObject schemas, Type type, string member, string name)
    {
        var schema = schemas[NameOf(type)]!.AsObject();
        schema["properties"]![member] = new JsonObject { ["description"] = "Its name.", ["const"] = name };
        var required = schema["required"]?.AsArray().Select(one => one!.GetValue<string>()).Where(one => one != member) ?? [];
        schema["required"] = new JsonArray([.. required.Prepend(member).Select(one => JsonValue.Create(one))]);
    }

    private static JsonNode Transform(JsonSchemaExporterContext context, JsonNode schema)
    {
        var isRoot = context.PropertyInfo is null && context.Path.IsEmpty;
        if (!isRoot && IsContract(context.TypeInfo.Type))
            schema = Reference(context.TypeInfo.Type);
        else if (context.PropertyInfo?.CustomConverter is JsonConverter<double?>)
            schema = new JsonObject { ["anyOf"] = new JsonArray(new JsonObject { ["type"] = "number", ["minimum"] = 0 }, new JsonObject { ["type"] = "string" }) };
        else if (schema is JsonObject plain)
            Simplify(plain);
        else if (context.PropertyInfo is not null)
            schema = new JsonObject(); // anything
        if (context.PropertyInfo?.AttributeProvider is MemberInfo member && ContractDocs.Of(member) is { } text && schema is JsonObject node)
            node.Insert(0, "description", text);
        return schema;
    }

    // Null is written by leaving out, and numbers as numbers; that more is understood is another matter.
    private static void Simplify(JsonObject schema)
    {
        if (schema["type"] is not JsonArray types)
            return;
        var left = types.Select(one => one!.GetValue<string>()).Where(one => one != "null").ToList();
        if (left.Count > 1 && left.Remove("string"))
            schema.Remove("pattern");
        schema["type"] = left.Count == 1 ? left[0] : new JsonArray([.. left.Select(one => JsonValue.Create(one))]);
    }

    private static bool IsContract(Type type) => type.Namespace?.StartsWith("Parley.Contracts", StringComparison.Ordinal) == true && type.IsClass;

    private static Type? Inner(Type type) => IsContract(type) ? type : type.IsGenericType && type.GetGenericArguments() is [.., var last] && IsContract(last) ? last : null;
}
