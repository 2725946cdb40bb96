using System.Text.Json;
using System.Text.Json.Nodes;
using Parley.Contracts.Voice;
using Parley.Contracts.Voice.Commands;

namespace Parley.Server.Voice.Documents;

/// <summary>The description of what there is over HTTP (OpenAPI 3.1), made from the contracts; the sockets are described by <see cref="AsyncApiDocument"/>.</summary>
internal static class OpenApiDocument
{
    private static readonly Lazy<byte[]> Made = new(() => JsonSerializer.SerializeToUtf8Bytes(Make(), DocumentJson.Default.JsonObject));

    public static ReadOnlyMemory<byte> Text => Made.Value;

    private static JsonObject Make()
    {
        var schemas = ContractSchemas.Of([.. VoiceWire.CommandTypes.Values, .. VoiceWire.EventTypes.Values, VoiceJson.Default.WebhookCall, VoiceJson.Default.CallRecord]);
        foreach (var (name, type) in VoiceWire.CommandTypes)
            ContractSchemas.Name(schemas, type.Type, "command", name);
        foreach (var (name, type) in VoiceWire.EventTypes)
            ContractSchemas.Name(schemas, type.Type, "event", name);
        schemas["Command"] = OneOf("command", VoiceWire.CommandTypes.Select(one => (one.Key, ContractSchemas.NameOf(one.Value.Type))));
        schemas["Event"] = OneOf("event", VoiceWire.EventTypes.Select(one => (one.Key, ContractSchemas.NameOf(one.Value.Type))));
        foreach (var (name, schema) in HttpShapes.All())
            schemas[name] = schema;
        return new()
        {
            ["openapi"] = "3.1.0",
            ["info"] = new JsonObject
            {
                ["title"] = "Parley voice agents",
                ["version"] = typeof(OpenApiDocument).Assembly.GetName().Version!.ToString(3),
                ["description"] = "Calls of voice agents from outside their sockets. The sockets are described by /asyncapi.json.",
            },
            ["paths"] = Paths(),
            ["webhooks"] = new JsonObject
            {
                ["incomingCall"] = new JsonObject { ["post"] = Operation("Announces an incoming call to your program; it connects with dialogId as id.", body: "WebhookCall", answers: [("2XX", "Taken; the body does not matter.", null)]) },
            },
            ["security"] = new JsonArray(new JsonObject { ["bearer"] = new JsonArray() }, new JsonObject { ["key"] = new JsonArray() }),
            ["components"] = new JsonObject
            {
                ["schemas"] = schemas,
                ["securitySchemes"] = new JsonObject
                {
                    ["bearer"] = new JsonObject { ["type"] = "http", ["scheme"] = "bearer", ["description"] = "Where the server has keys; without any it listens on loopback and asks for none." },
                    ["key"] = new JsonObject { ["type"] = "apiKey", ["in"] = "query", ["name"] = "key" },
                },
            },
        };
    }

    private static JsonObject Paths() => new()
    {
        ["/list"] = Get("Sessions there are, without secrets.", [], ("200", "Sessions.", "Sessions")),
        ["/kill/{id}"] = Both("Ends a session.", ["id"], ("200", "Its end has begun.", "Status"), ("404", "There is none of that id.", "Status")),
        ["/command/{id}"] = new JsonObject
        {
            ["post"] = Operation("Gives a session a command, as its socket would.", ["id"], "Command", ("200", "Taken; what becomes of it is told by events.", "Status"), ("404", "There is none of that id.", "Status"), ("413", "It is too large.", "Status")),
        },
        ["/events/{id}"] = Get("Commands and events of a session from now on: server-sent events named 'command' and 'event'.", ["id"], ("200", "They follow until the session ends.", "text/event-stream"), ("404", "There is none of that id.", null), ("429", "It has too many readers.", null)),
        ["/precache"] = new JsonObject
        {
            ["post"] = Operation("Has a text synthesised and kept.", [], nameof(TtsCommand), ("200", "It is kept.", "Precached"), ("400", "The command cannot be.", "Failure"), ("500", "There is no audio, or no cache.", "Failure")),
        },
        ["/api/records"] = Get("Past calls, the newest first.", ["?limit", "?before", "?date"], ("200", "A page of them; the next is asked for with the last one's 'file' as 'before'.", "Records")),
        ["/iceservers"] = Get("Servers by which browsers find a way for their audio.", [], ("200", "They.", "IceServers")),
        ["/health"] = Get("How the server is.", [], ("200", "It runs.", "Health")),
        ["/llm/v1/{path}"] = Both("Passes a request on to the language model's service, where one is configured.", ["path"], ("default", "Its answer, as it comes.", null)),
        ["/openapi.json"] = Get("This document.", [], ("200", "It.", null)),
        ["/asyncapi.json"] = Get("The description of the sockets.", [], ("200", "It.", null)),
    };

    private static JsonObject Get(string text, string[] parameters, params (string Status, string Text, string? Schema)[] answers) => new() { ["get"] = Operation(text, parameters, null, answers) };

    private static JsonObject Both(string text, string[] parameters, params (string Status, string Text, string? Schema)[] answers) =>
        new() { ["get"] = Operation(text, parameters, null, answers), ["post"] = Operation(text, parameters, null, answers) };

    private static JsonObject Operation(string text, string[]? parameters = null, string? body = null, params (string Status, string Text, string? Schema)[] answers)
    {
        var operation = new JsonObject { ["summary"] = text };
        if (parameters is { Length: > 0 })
            operation["parameters"] = new JsonArray([.. parameters.Select(Parameter)]);
        if (body is not null)
            operation["requestBody"] = new JsonObject { ["required"] = true, ["content"] = Content(body) };
        operation["responses"] = new JsonObject(answers.Select(answer =>
        {
            var response = new JsonObject { ["description"] = answer.Text };
            if (answer.Schema is { } schema)
                response["content"] = Content(schema);
            return KeyValuePair.Create<string, JsonNode?>(answer.Status, response);
        }));
        return operation;
    }

    private static JsonObject Parameter(string name) => name[0] == '?'
        ? new() { ["name"] = name[1..], ["in"] = "query", ["schema"] = new JsonObject { ["type"] = name == "?limit" ? "integer" : "string" } }
        : new() { ["name"] = name, ["in"] = "path", ["required"] = true, ["schema"] = new JsonObject { ["type"] = "string" } };

    private static JsonObject Content(string schema) => schema == "text/event-stream"
        ? new() { [schema] = new JsonObject { ["schema"] = new JsonObject { ["type"] = "string" } } }
        : new() { ["application/json"] = new JsonObject { ["schema"] = new JsonObject { ["$ref"] = ContractSchemas.Prefix + schema } } };

    private static JsonObject OneOf(string member, IEnumerable<(string Name, string Schema)> types)
    {
        var all = types.ToList();
        return new()
        {
            ["oneOf"] = new JsonArray([.. all.Select(one => new JsonObject { ["$ref"] = ContractSchemas.Prefix + one.Schema })]),
            ["discriminator"] = new JsonObject
            {
                ["propertyName"] = member,
                ["mapping"] = new JsonObject(all.Select(one => KeyValuePair.Create<string, JsonNode?>(one.Name, ContractSchemas.Prefix + one.Schema))),
            },
        };
    }
}
