using System.Text.Json;
using Parley.Contracts;
using Parley.Contracts.Commands;
using Parley.Contracts.Events;
using Parley.Server.CallApi.Commands;
using Parley.Server.CallApi.JsonRpc;

namespace Parley.Server.CallApi.Dialects;

/// <summary>What the original speaks today: notifications bear the command's name, <c>event</c> says what it is, and <c>data</c> is an object, or for an Error its text.</summary>
internal sealed class LaterVocabulary : Dialect
{
    public static readonly LaterVocabulary Instance = new();

    // The original passes over what it does not know.
    public override bool IsStrict => false;

    public override void WriteResult(Utf8JsonWriter writer, CommandResult result) =>
        JsonSerializer.Serialize(writer, result with { Event = CommandResult.Started }, ContractsJson.Default.CommandResult);

    public override ReadOnlyMemory<byte> Write(CommandRun run, CommandMessage message) => RpcWriter.WriteNotification(run.Method.LaterName, writer =>
    {
        writer.WriteStartObject();
        writer.WriteString("cmd_id"u8, run.Id);
        switch (message)
        {
            case CommandMessage.Happened happened:
                writer.WriteString("event"u8, happened.What.Event);
                // Here the original names no call yet.
                WriteDetails(writer, happened.What == Happening.CallerAnswered ? happened.Details with { CallId = null } : happened.Details, run.Id);
                break;
            case CommandMessage.Failed failed:
                writer.WriteString("event"u8, CallNotification.ErrorMethod);
                writer.WriteString("data"u8, failed.Text);
                break;
            default:
                writer.WriteString("event"u8, CallNotification.EndedMethod);
                break;
        }

        writer.WriteEndObject();
    });

    private static void WriteDetails(Utf8JsonWriter writer, EventDetails details, string id)
    {
        if (details.Echo is { } echo)
        {
            WriteEcho(writer, echo, id);
            return;
        }

        if (details == Nothing)
            return;
        writer.WritePropertyName("data"u8);
        JsonSerializer.Serialize(writer, details, ContractsJson.Default.EventDetails);
    }

    // What was said, with the id it was given.
    private static void WriteEcho(Utf8JsonWriter writer, JsonElement echo, string id)
    {
        writer.WriteStartObject("data"u8);
        foreach (var member in echo.EnumerateObject().Where(member => member.Name != "cmd_id"))
            member.WriteTo(writer);
        writer.WriteString("cmd_id"u8, id);
        writer.WriteEndObject();
    }

    private static readonly EventDetails Nothing = new();
}
