using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using Parley.Contracts.Voice;

namespace Parley.Server.Voice.Documents;

/// <summary>The description of the sockets (AsyncAPI 3.0), made from the contracts: every command that is read and every event that is written.</summary>
internal static class AsyncApiDocument
{
    private static readonly Lazy<byte[]> Made = new(() => JsonSerializer.SerializeToUtf8Bytes(Make(), DocumentJson.Default.JsonObject));

    private static readonly (string Name, string Address, string Text)[] Channels =
    [
        ("sip", "/call/sip", "A call by SIP: one that is made (invite), or an incoming one whose id the webhook told (accept, ringing, reject)."),
        ("webrtc", "/call/webrtc", "A call of a browser."),
        ("webSocket", "/call", "A call whose audio is the binary frames of the socket itself."),
    ];

    public static ReadOnlyMemory<byte> Text => Made.Value;

    private static JsonObject Make()
    {
        var schemas = ContractSchemas.Of([.. VoiceWire.CommandTypes.Values, .. VoiceWire.EventTypes.Values]);
        var messages = new JsonObject();
        foreach (var (name, type) in VoiceWire.CommandTypes)
        {
            ContractSchemas.Name(schemas, type.Type, "command", name);
            messages["command." + name] = Message(name, type, VoiceExamples.Commands.GetValueOrDefault(name));
        }

        foreach (var (name, type) in VoiceWire.EventTypes)
        {
            ContractSchemas.Name(schemas, type.Type, "event", name);
            messages["event." + name] = Message(name, type, VoiceExamples.Events.GetValueOrDefault(name));
        }

        return new()
        {
            ["asyncapi"] = "3.0.0",
            ["info"] = new JsonObject
            {
                ["title"] = "Parley voice agents",
                ["version"] = typeof(AsyncApiDocument).Assembly.GetName().Version!.ToString(3),
                ["description"] = "One WebSocket is one call: commands go to the server, events come from it, each a JSON text.",
            },
            ["defaultContentType"] = "application/json",
            ["channels"] = new JsonObject(Channels.Select(channel => KeyValuePair.Create<string, JsonNode?>(channel.Name, Channel(channel, messages)))),
            ["operations"] = new JsonObject(Channels.SelectMany(channel => new[]
            {
                KeyValuePair.Create<string, JsonNode?>(channel.Name + "Commands", Operation("receive", channel.Name, messages, "command.")),
                KeyValuePair.Create<string, JsonNode?>(channel.Name + "Events", Operation("send", channel.Name, messages, "event.")),
            })),
            ["components"] = new JsonObject { ["messages"] = messages, ["schemas"] = schemas },
        };
    }

    private static JsonObject Message(string name, JsonTypeInfo type, string? example)
    {
        var message = new JsonObject { ["name"] = name, ["summary"] = ContractDocs.Of(type.Type), ["payload"] = ContractSchemas.Reference(type.Type) };
        if (example is not null)
            message["examples"] = new JsonArray(new JsonObject { ["payload"] = JsonNode.Parse(example) });
        return message;
    }

    private static JsonObject Channel((string Name, string Address, string Text) channel, JsonObject messages) => new()
    {
        ["address"] = channel.Address,
        ["description"] = channel.Text,
        ["messages"] = new JsonObject(messages.Select(one => KeyValuePair.Create<string, JsonNode?>(one.Key, new JsonObject { ["$ref"] = "#/components/messages/" + one.Key }))),
        ["bindings"] = new JsonObject { ["ws"] = new JsonObject { ["method"] = "GET", ["query"] = Query() } },
    };

    private static JsonObject Query()
    {
        var properties = new JsonObject();
        foreach (var (name, type, text) in new[]
        {
            ("id", "string", "Id of the session, at most 128 characters; without one it is made up. Of an incoming call: the webhook's dialogId."),
            ("dump", "boolean", "False writes no file of commands and events."),
            ("ping", "integer", "Seconds between pings, 20 without; 0 for none."),
            ("jsonPing", "boolean", "True tells ping events at the same times."),
            ("binaryHeader", "boolean", "Whether a byte before the audio of each binary frame says whose it is; without, it does for /call/sip and does not for /call."),
            ("serverSideTrack", "string", "Name of the track the other side hears, without: server-side-track."),
            ("forward", "boolean", "True is answered with 404 unless the call is here."),
            ("key", "string", "The API key, where no header can be set."),
        })
        {
            properties[name] = new JsonObject { ["type"] = type, ["description"] = text };
        }

        return new() { ["type"] = "object", ["properties"] = properties };
    }

    private static JsonObject Operation(string action, string channel, JsonObject messages, string prefix) => new()
    {
        ["action"] = action,
        ["channel"] = new JsonObject { ["$ref"] = "#/channels/" + channel },
        ["messages"] = new JsonArray([.. messages.Where(one => one.Key.StartsWith(prefix, StringComparison.Ordinal)).Select(one => new JsonObject { ["$ref"] = $"#/channels/{channel}/messages/{one.Key}" })]),
    };
}
