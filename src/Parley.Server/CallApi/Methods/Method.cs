using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Parley.Contracts.Commands;
using Parley.Server.Access;
using Parley.Server.CallApi.Commands;
using Parley.Server.CallApi.JsonRpc;

namespace Parley.Server.CallApi.Methods;

/// <summary>Whose request it is.</summary>
/// <param name="Principal">The key it was sent with.</param>
/// <param name="Socket">The socket it came by.</param>
internal readonly record struct Requester(ApiPrincipal Principal, ISocketCommands Socket);

/// <summary>Commands of one socket that end with it.</summary>
internal interface ISocketCommands
{
    /// <summary>Subscriptions begun on the socket, in order.</summary>
    IReadOnlyList<CommandRun> Subscriptions { get; }
}

/// <summary>A method of the call API.</summary>
internal abstract class Method(string name, JsonTypeInfo parameters)
{
    /// <summary>Its documented name.</summary>
    public string Name { get; } = name;

    /// <summary>Its name in the later vocabulary, under which it is known, too.</summary>
    public string LaterName { get; init; } = name;

    /// <summary>Type of its parameters.</summary>
    public JsonTypeInfo ParametersType { get; } = parameters;

    /// <summary>Looks at a request without doing anything.</summary>
    /// <exception cref="RequestException">It cannot be taken.</exception>
    public abstract Prepared Prepare(JsonElement? parameters, Requester requester, bool strict);
}

/// <summary>A method whose parameters are a record.</summary>
/// <param name="name">Its name.</param>
/// <param name="type">How the record is read.</param>
/// <param name="prepare">Checks what the record cannot, and gives what is to be done.</param>
internal sealed class Method<T>(string name, JsonTypeInfo<T> type, Func<T, Requester, Func<CommandRun, Task>> prepare) : Method(name, type)
    where T : CommandParameters
{
    public bool IsBoundToSocket { get; init; }

    public Func<T, Requester, CommandResult, CommandResult>? Answer { get; init; }

    public override Prepared Prepare(JsonElement? parameters, Requester requester, bool strict)
    {
        var canonical = ParameterReader.Canonical(parameters, type, strict);
        var record = ParameterReader.Read(canonical, type);
        Checks.CmdId(record.CmdId);
        return new(canonical, record.CmdId, prepare(record, requester))
        {
            IsBoundToSocket = IsBoundToSocket, Answer = Answer is null ? null : result => Answer(record, requester, result),
        };
    }
}
