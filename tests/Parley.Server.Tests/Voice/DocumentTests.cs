using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Parley.Contracts.Voice;
using Parley.Server.Voice.Documents;
using static Parley.Server.Tests.Voice.VoiceStage;

namespace Parley.Server.Tests.Voice;

/// <summary>The documents that are served say what the wire is.</summary>
public sealed class DocumentTests
{
    private static readonly JsonNode Async = JsonNode.Parse(AsyncApiDocument.Text.Span)!;
    private static readonly JsonNode Open = JsonNode.Parse(OpenApiDocument.Text.Span)!;

    // Every sample there is of the contracts as they are written today.
    public static TheoryData<string> Samples => [.. WireTests.Commands.Concat(WireTests.Events).Concat(ConformanceSampleTests.ServerCommands).Concat(ConformanceSampleTests.ServerEvents).Select(row => row.Data).Distinct()];

    [Fact]
    public async Task They_are_served()
    {
        await using var stage = await StartAsync();
        using var http = new HttpClient();
        var (open, async) = (JsonElement.Parse(await http.GetStringAsync(stage.Http("/openapi.json"))), JsonElement.Parse(await http.GetStringAsync(stage.Http("/asyncapi.json"))));
        Assert.StartsWith("3.1", open.GetProperty("openapi").GetString(), StringComparison.Ordinal);
        Assert.StartsWith("3.0", async.GetProperty("asyncapi").GetString(), StringComparison.Ordinal);
        Assert.Equal(["/call", "/call/sip", "/call/webrtc"], async.GetProperty("channels").EnumerateObject().Select(one => one.Value.GetProperty("address").GetString()).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Every_command_and_event_is_a_message_with_its_description()
    {
        var messages = Async["components"]!["messages"]!.AsObject();
        Assert.Equal(
            VoiceWire.CommandNames.Select(name => "command." + name).Concat(VoiceWire.EventNames.Select(name => "event." + name)).Order(StringComparer.Ordinal),
            messages.Select(one => one.Key).Order(StringComparer.Ordinal));
        Assert.All(messages, one => Assert.False(string.IsNullOrEmpty((string?)one.Value!["summary"]), one.Key));
        foreach (var (name, operation) in Async["operations"]!.AsObject())
            Assert.Equal(name.EndsWith("Commands", StringComparison.Ordinal) ? VoiceWire.CommandNames.Count() : VoiceWire.EventNames.Count(), operation!["messages"]!.AsArray().Count);
    }

    [Fact]
    public void Every_member_of_every_contract_is_there_and_described()
    {
        foreach (var document in (JsonNode[])[Async, Open])
        {
            var schemas = document["components"]!["schemas"]!.AsObject();
            foreach (var type in VoiceWire.CommandTypes.Values.Concat(VoiceWire.EventTypes.Values))
            {
                var schema = schemas[type.Type.Name]!;
                Assert.Equal(type.Properties.Select(property => property.Name).Order(StringComparer.Ordinal), schema["properties"]!.AsObject().Select(one => one.Key).Order(StringComparer.Ordinal));
            }

            foreach (var (name, schema) in schemas.Where(one => one.Value!["description"] is not null))
            {
                foreach (var (member, value) in schema!["properties"]?.AsObject() ?? [])
                    Assert.True(value is JsonObject node && (string?)node["description"] is { Length: > 2 }, $"{name}.{member}: {value?.ToJsonString()}");
            }

            Assert.True(schemas.ContainsKey("CallOption") && schemas.ContainsKey("VadOption") && schemas.ContainsKey("Attendee"));
        }

        Assert.True(Open["components"]!["schemas"]!.AsObject() is var all && all.ContainsKey("WebhookCall") && all.ContainsKey("CallRecord"));
    }

    [Fact]
    public void Every_reference_leads_somewhere()
    {
        foreach (var document in (JsonNode[])[Async, Open])
            Walk(document, document);

        static void Walk(JsonNode? node, JsonNode root)
        {
            if (node is JsonArray items)
            {
                foreach (var item in items)
                    Walk(item, root);
            }
            else if (node is JsonObject members)
            {
                foreach (var (name, value) in members)
                {
                    if (name == "$ref")
                        Assert.NotNull(Follow(root, (string)value!));
                    Walk(value, root);
                }
            }
        }
    }

    [Fact]
    public void Every_example_is_understood_and_as_its_schema_says()
    {
        foreach (var (name, message) in Async["components"]!["messages"]!.AsObject())
        {
            foreach (var example in message!["examples"]?.AsArray() ?? [])
            {
                var payload = example!["payload"]!;
                Check(payload, message["payload"]!, Async, name);
                var text = Encoding.UTF8.GetBytes(payload.ToJsonString());
                if (name.StartsWith("command.", StringComparison.Ordinal))
                {
                    Assert.NotNull(VoiceWire.ReadCommand(text, out var problems));
                    Assert.Empty(problems);
                }
                else
                {
                    Assert.True(JsonNode.DeepEquals(payload, JsonNode.Parse(VoiceWire.Write(VoiceWire.ReadEvent(text)))), name);
                }
            }
        }
    }

    [Theory]
    [MemberData(nameof(Samples))]
    public void Every_sample_is_as_its_schema_says(string json)
    {
        var sample = JsonNode.Parse(json)!;
        var name = (string?)sample["event"] is { } happened ? "event." + happened : "command." + (string)sample["command"]!;
        Check(sample, Async["components"]!["messages"]![name]!["payload"]!, Async, name);
    }

    [Theory]
    [InlineData("""{"command":"tts"}""")]
    [InlineData("""{"command":"tts","text":7}""")]
    [InlineData("""{"command":"invite","option":{"vad":{"type":[]}}}""")]
    [InlineData("""{"command":"play","text":"x","url":"x","playId":{}}""")]
    public void What_is_wrong_is_not_as_the_schema_says(string json)
    {
        var sample = JsonNode.Parse(json)!;
        Assert.ThrowsAny<Xunit.Sdk.XunitException>(() => Check(sample, Async["components"]!["messages"]!["command." + (string)sample["command"]!]!["payload"]!, Async, "x"));
    }

    private static JsonNode? Follow(JsonNode root, string reference)
    {
        Assert.StartsWith("#/", reference, StringComparison.Ordinal);
        return reference[2..].Split('/').Aggregate((JsonNode?)root, (node, part) => node?[part.Replace("~1", "/", StringComparison.Ordinal)]);
    }

    // As much of JSON Schema as the documents use.
    private static void Check(JsonNode? value, JsonNode schema, JsonNode root, string path)
    {
        if (schema is not JsonObject rules)
            return;
        if ((string?)rules["$ref"] is { } reference)
            Check(value, Follow(root, reference)!, root, path);
        if (rules["const"] is { } constant)
            Assert.True(JsonNode.DeepEquals(value, constant), $"{path}: {value?.ToJsonString()} is not {constant.ToJsonString()}");
        if (rules["anyOf"] is JsonArray any)
            Assert.Contains(any, one => Passes(value, one!, root));
        if ((string?)rules["type"] is { } type)
            Assert.True(Is(value, type), $"{path}: {value?.ToJsonString()} is no {type}");
        foreach (var name in rules["required"]?.AsArray() ?? [])
            Assert.True(value!.AsObject().ContainsKey((string)name!), $"{path}: {name} is missing");
        if (value is JsonObject members)
        {
            foreach (var (name, member) in members)
            {
                if (rules["properties"]?[name] is { } property)
                    Check(member, property, root, $"{path}.{name}");
                else if (rules["additionalProperties"] is JsonObject further)
                    Check(member, further, root, $"{path}.{name}");
            }
        }

        if (value is JsonArray items && rules["items"] is { } element)
        {
            foreach (var item in items)
                Check(item, element, root, path + "[]");
        }
    }

    private static bool Passes(JsonNode? value, JsonNode schema, JsonNode root)
    {
        try
        {
            Check(value, schema, root, "");
            return true;
        }
        catch (Xunit.Sdk.XunitException)
        {
            return false;
        }
    }

    private static bool Is(JsonNode? value, string type) => (type, value?.GetValueKind()) switch
    {
        ("object", JsonValueKind.Object) or ("array", JsonValueKind.Array) or ("string", JsonValueKind.String) or ("number", JsonValueKind.Number) or ("boolean", JsonValueKind.True or JsonValueKind.False) => true,
        ("integer", JsonValueKind.Number) => value!.ToJsonString().All(c => char.IsAsciiDigit(c) || c == '-'),
        _ => false,
    };
}
