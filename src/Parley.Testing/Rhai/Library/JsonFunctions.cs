using System.Text.Json;
using Parley.Testing.Rhai.Evaluation;

namespace Parley.Testing.Rhai.Library;

/// <summary>JSON text and values.</summary>
internal static class JsonFunctions
{
    private static readonly JsonWriterOptions s_compact = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping, MaxDepth = 128 };
    private static readonly JsonDocumentOptions s_reading = new() { MaxDepth = 64 };

    public static void AddTo(FunctionTableBuilder table) => table
        .Add("parse_json(text: string) -> any", "Reads JSON: objects become maps, null becomes ().", static (run, a) => Parse(run, a[0].Text))
        .Add("to_json(value: map) -> string", "Writes JSON.", static (run, a) => run.Checked(Write(a[0])))
        .Add("to_json(value: array|string|int|float|decimal|bool|char|()) -> string", "Writes JSON.", static (run, a) => run.Checked(Write(a[0])));

    public static Value Parse(Execution run, string text)
    {
        try
        {
            run.Charge(text.Length);
            using var document = JsonDocument.Parse(text, s_reading);
            var budget = run.Limits.MaxElements;
            return FromJson(document.RootElement, ref budget);
        }
        catch (Exception exception) when (exception is JsonException or ArgumentException or InvalidOperationException)
        {
            // The latter two for half a pair of surrogates, plain or escaped.
            throw new RhaiException(RhaiErrorKind.Runtime, $"not JSON: {exception.Message}", exception) { Name = "ErrorParsing" };
        }
    }

    public static Value FromJson(JsonElement element)
    {
        var budget = RhaiLimits.Default.MaxElements;
        return FromJson(element, ref budget);
    }

    public static string Write(in Value value)
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream, s_compact))
            Write(writer, value);
        return System.Text.Encoding.UTF8.GetString(stream.GetBuffer(), 0, (int)stream.Length);
    }

    private static Value FromJson(JsonElement element, ref int budget)
    {
        if (--budget < 0)
            throw new RhaiException(RhaiErrorKind.Limit, $"JSON has more than {RhaiLimits.Default.MaxElements} values") { Name = "ErrorDataTooLarge" };
        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                var map = new RhaiMap();
                foreach (var property in element.EnumerateObject())
                    map[property.Name] = FromJson(property.Value, ref budget);
                return map;
            case JsonValueKind.Array:
                var array = new RhaiArray();
                foreach (var item in element.EnumerateArray())
                    array.Items.Add(FromJson(item, ref budget));
                return array;
            case JsonValueKind.String:
                return element.GetString();
            case JsonValueKind.Number:
                return element.TryGetInt64(out var number) ? (Value)number : element.GetDouble();
            case JsonValueKind.True or JsonValueKind.False:
                return element.GetBoolean();
            default:
                return Value.Unit;
        }
    }

    private static void Write(Utf8JsonWriter writer, in Value value)
    {
        switch (value.Kind)
        {
            case ValueKind.Unit:
                writer.WriteNullValue();
                break;
            case ValueKind.Boolean:
                writer.WriteBooleanValue(value.Boolean);
                break;
            case ValueKind.Integer:
                writer.WriteNumberValue(value.Integer);
                break;
            case ValueKind.Decimal:
                writer.WriteNumberValue(value.Decimal);
                break;
            case ValueKind.Float when double.IsFinite(value.Float):
                writer.WriteRawValue(Printer.Float(value.Float));
                break;
            case ValueKind.Float:
                writer.WriteNullValue();
                break;
            case ValueKind.Array:
                writer.WriteStartArray();
                foreach (var item in value.Array.Items)
                    Write(writer, item);
                writer.WriteEndArray();
                break;
            case ValueKind.Map:
                writer.WriteStartObject();
                foreach (var (key, item) in value.Map.Sorted)
                {
                    writer.WritePropertyName(key);
                    Write(writer, item);
                }

                writer.WriteEndObject();
                break;
            default:
                writer.WriteStringValue(value.ToString());
                break;
        }
    }
}
