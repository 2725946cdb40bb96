using System.ComponentModel;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Schema;
using System.Text.Json.Serialization.Metadata;
using Parley.Contracts;
using Parley.Contracts.Events;
using Parley.Contracts.JsonRpc;
using Parley.Server.CallApi.Methods;

namespace Parley.Server.CallApi.OpenRpc;

/// <summary>The description of the call API (OpenRPC 1.3), made from the contracts it reads and writes.</summary>
internal static class OpenRpcDocument
{
    private static readonly JsonSchemaExporterOptions Exporting = new() { TreatNullObliviousAsNonNullable = true, TransformSchemaNode = Describe };

    public static byte[] Write(IReadOnlyList<Method> methods)
    {
        var document = new JsonObject
        {
            ["openrpc"] = "1.3.2",
            ["info"] = new JsonObject
            {
                ["title"] = "Parley call API",
                ["version"] = typeof(OpenRpcDocument).Assembly.GetName().Version!.ToString(3),
                ["description"] = "JSON-RPC 2.0 over WebSocket. Each request that is taken is answered at once; what becomes of it is told by notifications with the same cmd_id, the last of which is Ended.",
            },
            ["methods"] = new JsonArray([.. methods.Select(MethodNode)]),
            ["x-notifications"] = new JsonArray([.. Notifications().Select(Notification)]),
            ["components"] = new JsonObject { ["errors"] = Errors() },
        };
        return JsonSerializer.SerializeToUtf8Bytes(document, OpenRpcJson.Default.JsonObject);
    }

    private static JsonObject MethodNode(Method method)
    {
        var summary = MethodSummaries.Of(method.Name);
        var node = new JsonObject
        {
            ["name"] = method.Name,
            ["summary"] = summary.Text,
            ["paramStructure"] = "by-name",
            ["params"] = new JsonArray([.. method.ParametersType.Properties.Where(property => !property.IsExtensionData).OrderBy(property => !property.IsRequired).Select(Parameter)]),
            ["result"] = new JsonObject { ["name"] = "result", ["schema"] = Schema(ContractsJson.Default.CommandResult) },
            ["errors"] = new JsonArray([.. ((string[])["InvalidParams", "TooManyCommands", "NotAllowed"]).Select(name => new JsonObject { ["$ref"] = "#/components/errors/" + name })]),
            ["x-events"] = new JsonArray([.. summary.Events.Select(name => JsonValue.Create(name))]),
        };
        if (method.LaterName != method.Name)
            node["x-alias"] = method.LaterName;
        return node;
    }

    private static JsonObject Parameter(JsonPropertyInfo property)
    {
        var type = property.Options.GetTypeInfo(property.PropertyType);
        var node = new JsonObject { ["name"] = property.Name, ["required"] = property.IsRequired, ["schema"] = Schema(type) };
        if (DescriptionOf(property) is { } text)
            node["description"] = text;
        return node;
    }

    private static IEnumerable<(string Name, string Text)> Notifications() =>
    [
        (CallNotification.EventMethod, "Something the command was to do has happened; 'data' names it."),
        (CallNotification.ProgressMethod, "Something has happened on the way there; 'event' names it."),
        (CallNotification.ErrorMethod, "The command has failed; Ended follows."),
        (CallNotification.EndedMethod, "The command is over; the last notification of each, and exactly one."),
    ];

    private static JsonObject Notification((string Name, string Text) one) => new()
    {
        ["name"] = one.Name, ["summary"] = one.Text, ["params"] = Schema(ContractsJson.Default.CallNotification),
    };

    private static JsonObject Errors() => new()
    {
        ["ParseError"] = Error(RpcErrorCodes.ParseError, "The message is no JSON."),
        ["InvalidRequest"] = Error(RpcErrorCodes.InvalidRequest, "The message is no request."),
        ["MethodNotFound"] = Error(RpcErrorCodes.MethodNotFound, "There is no such method."),
        ["InvalidParams"] = Error(RpcErrorCodes.InvalidParams, "A parameter is missing, unknown or malformed; data.parameter names it."),
        ["InternalError"] = Error(RpcErrorCodes.InternalError, "A fault of the server itself."),
        ["TooManyCommands"] = Error(RpcErrorCodes.TooManyCommands, "Too many commands are in flight on this socket."),
        ["NotAllowed"] = Error(RpcErrorCodes.NotAllowed, "The key does not allow this command, or not with these parties."),
    };

    private static JsonObject Error(int code, string message) => new() { ["code"] = code, ["message"] = message };

    private static JsonNode Schema(JsonTypeInfo type) => type.GetJsonSchemaAsNode(Exporting);

    private static JsonNode Describe(JsonSchemaExporterContext context, JsonNode schema)
    {
        if (schema is JsonObject node && context.PropertyInfo is { } property && DescriptionOf(property) is { } text)
            node.Insert(0, "description", text);
        return schema;
    }

    private static string? DescriptionOf(JsonPropertyInfo property) => property.AttributeProvider
        ?.GetCustomAttributes(typeof(DescriptionAttribute), inherit: true)
        .OfType<DescriptionAttribute>()
        .FirstOrDefault()?.Description;
}
