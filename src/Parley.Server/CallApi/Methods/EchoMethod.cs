using System.Text.Json;
using Parley.Contracts;
using Parley.Contracts.Commands;
using Parley.Server.CallApi.Commands;
using Parley.Server.CallApi.JsonRpc;

namespace Parley.Server.CallApi.Methods;

/// <summary><c>Echo</c>: says back what it is told, as it was told.</summary>
internal sealed class EchoMethod() : Method(CommandNames.Echo, ContractsJson.Default.EchoParameters)
{
    private static readonly JsonElement Empty = JsonDocument.Parse("{}").RootElement;

    public override Prepared Prepare(JsonElement? parameters, Requester requester, bool strict)
    {
        var given = (parameters ?? Empty).Clone();
        if (given.ValueKind != JsonValueKind.Object)
            throw RequestException.Parameter("params", "has to be an object.");
        string? id = null;
        if (given.TryGetProperty("cmd_id", out var value) && value.ValueKind != JsonValueKind.Null)
            id = value.ValueKind == JsonValueKind.String ? value.GetString() : throw RequestException.Parameter("cmd_id", "has to be a text in quotes.");
        Checks.CmdId(id);
        return new(given, id, run =>
        {
            run.Tell(Happening.Reply, new() { Echo = given });
            return Task.CompletedTask;
        });
    }
}
