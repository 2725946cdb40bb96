using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Parley.Contracts.Voice;
using Parley.Server.Access;

namespace Parley.Server.Voice.Extras;

/// <summary>Past calls, from their records: the newest first, a page at a time.</summary>
internal static class RecordList
{
    private const int DefaultLimit = 100;
    private const int MaxLimit = 1_000;

    public static async Task AnswerAsync(HttpContext context, VoiceCore core)
    {
        var query = context.Request.Query;
        var limit = DefaultLimit;
        if (query["limit"] is [{ } text] && (!int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out limit) || limit is 0 or > MaxLimit))
        {
            await ApiGate.RefuseAsync(context, StatusCodes.Status400BadRequest, $"limit: 1 to {MaxLimit}.");
            return;
        }

        var (before, day) = ((string?)query["before"], (string?)query["date"]);
        if (day is not null && (day.Length != 8 || !day.All(char.IsAsciiDigit)))
        {
            await ApiGate.RefuseAsync(context, StatusCodes.Status400BadRequest, "date: a day as YYYYMMDD.");
            return;
        }

        var records = core.Records is { } book ? await book.ListAsync(limit, string.IsNullOrEmpty(before) ? null : before, day, context.RequestAborted) : [];
        await JsonAnswer.WriteAsync(context, 200, writer =>
        {
            writer.WriteStartArray();
            foreach (var (file, record) in records)
                Write(writer, file, record, core.Options.Recordings);
            writer.WriteEndArray();
        });
    }

    // Names of files, not where the server has them.
    private static void Write(Utf8JsonWriter writer, string file, CallRecord record, string? recordings)
    {
        writer.WriteStartObject();
        writer.WriteString("id", record.CallId);
        writer.WriteString("date", record.StartTime);
        writer.WriteString("duration", $"{Seconds(record).ToString(CultureInfo.InvariantCulture)}s");
        writer.WriteString("status", record switch { { AnswerTime: not null } => "completed", { StatusCode: 487 } => "canceled", _ => "failed" });
        writer.WriteString("file", file);
        writer.WriteString("callType", record.CallType);
        Text("caller", record.Caller);
        Text("callee", record.Callee);
        Text("ringTime", record.RingTime);
        Text("answerTime", record.AnswerTime);
        Text("endTime", record.EndTime);
        writer.WriteNumber("statusCode", record.StatusCode);
        Text("hangupReason", record.HangupReason);
        writer.WriteStartArray("recordings");
        foreach (var recording in record.Recorder)
            writer.WriteStringValue(recordings is null ? Path.GetFileName(recording.Path) : Path.GetRelativePath(recordings, recording.Path));
        writer.WriteEndArray();
        Text("dump", record.DumpEventFile is { } dump ? Path.GetFileName(dump) : null);
        writer.WriteEndObject();

        void Text(string name, string? value)
        {
            if (value is not null)
                writer.WriteString(name, value);
        }
    }

    private static long Seconds(CallRecord record) =>
        DateTimeOffset.TryParse(record.AnswerTime, CultureInfo.InvariantCulture, out var from) && DateTimeOffset.TryParse(record.EndTime, CultureInfo.InvariantCulture, out var to) && to > from
            ? (long)(to - from).TotalSeconds : 0;
}
