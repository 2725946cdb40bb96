using System.Text.Json;
using Parley.Contracts;
using Parley.Contracts.Commands;
using Parley.Contracts.Events;
using Parley.Server.CallApi.Commands;
using Parley.Server.CallApi.JsonRpc;

namespace Parley.Server.CallApi.Dialects;

/// <summary>
/// The default: the documented messages (<c>Event</c> with <c>data</c>, <c>Error</c>, <c>Ended</c>), and in each of them the later names and details beside those. What the documented
/// vocabulary has no name for comes as <c>Progress</c>, so that who counts Events finds the documented ones.
/// </summary>
internal sealed class BothVocabularies : Dialect
{
    public static readonly BothVocabularies Instance = new();

    public override bool IsStrict => true;

    public override void WriteResult(Utf8JsonWriter writer, CommandResult result) =>
        JsonSerializer.Serialize(writer, result with { Status = CommandResult.Started, Event = CommandResult.Started }, ContractsJson.Default.CommandResult);

    public override ReadOnlyMemory<byte> Write(CommandRun run, CommandMessage message)
    {
        var (name, notification) = message switch
        {
            CommandMessage.Happened { What: var what, Details: var details } => (
                what.Data is null ? CallNotification.ProgressMethod : CallNotification.EventMethod,
                new CallNotification(details) { CmdId = run.Id, Data = what.Data, Event = what.Event }),
            CommandMessage.Failed failed => (CallNotification.ErrorMethod, new CallNotification
            {
                CmdId = run.Id, Data = failed.Text, Event = CallNotification.ErrorMethod, Code = failed.Code, Message = failed.Message,
            }),
            _ => (CallNotification.EndedMethod, new CallNotification { CmdId = run.Id, Event = CallNotification.EndedMethod }),
        };
        return RpcWriter.WriteNotification(name, writer => JsonSerializer.Serialize(writer, notification, ContractsJson.Default.CallNotification));
    }
}
