using System.Globalization;
using System.Text.Json;

namespace Parley.Speech.Vendors;

/// <summary>The envelope of Aliyun's DashScope: tasks that are run, continued and finished over one WebSocket.</summary>
internal static class DashScope
{
    public static Uri Address { get; } = new("wss://dashscope.aliyuncs.com/api-ws/v1/inference");

    public static string RunTask(string task, string kind, string function, string model, Action<Utf8JsonWriter> parameters) => Message(task, "run-task", payload =>
    {
        payload.WriteString("task_group", "audio");
        payload.WriteString("task", kind);
        payload.WriteString("function", function);
        payload.WriteString("model", model);
        payload.WriteStartObject("parameters");
        parameters(payload);
        payload.WriteEndObject();
        payload.WriteStartObject("input");
        payload.WriteEndObject();
    });

    public static string ContinueTask(string task, string text) => Message(task, "continue-task", payload =>
    {
        payload.WriteStartObject("input");
        payload.WriteString("text", text);
        payload.WriteEndObject();
    });

    public static string FinishTask(string task) => Message(task, "finish-task", static payload =>
    {
        payload.WriteStartObject("input");
        payload.WriteEndObject();
    });

    public static string? Event(JsonElement message) => message.At("header", "event").Text();

    public static SpeechVendorException Failed(string vendor, JsonElement message, string? secret)
    {
        var code = message.At("header", "error_code").Text() ?? "";
        var failure = code switch
        {
            "InvalidApiKey" or "AccessDenied" or "Arrearage" => VendorFailure.Refused,
            _ when code.StartsWith("Throttling", StringComparison.Ordinal) => VendorFailure.RateLimited,
            _ when code.StartsWith("Invalid", StringComparison.Ordinal) => VendorFailure.Protocol,
            _ => VendorFailure.Unavailable,
        };
        return new(vendor, failure, Failures.Clean($"{code} {message.At("header", "error_message").Text()}", secret));
    }

    /// <summary>Writes extras as what they look like: numbers and truth values without quotes.</summary>
    public static void WriteExtra(Utf8JsonWriter writer, IReadOnlyDictionary<string, string> extra)
    {
        foreach (var (name, value) in extra)
        {
            if (bool.TryParse(value, out var truth)) writer.WriteBoolean(name, truth);
            else if (double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out var number)) writer.WriteNumber(name, number);
            else writer.WriteString(name, value);
        }
    }

    private static string Message(string task, string action, Action<Utf8JsonWriter> payload) => Json.Write(writer =>
    {
        writer.WriteStartObject("header");
        writer.WriteString("action", action);
        writer.WriteString("task_id", task);
        writer.WriteString("streaming", "duplex");
        writer.WriteEndObject();
        writer.WriteStartObject("payload");
        payload(writer);
        writer.WriteEndObject();
    });
}
