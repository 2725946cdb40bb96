using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Parley.Contracts.Voice.Options;

/// <summary>Reads seconds as a number, or as text with or without an <c>s</c> behind it; clients of different ages write either.</summary>
internal sealed class SecondsConverter : JsonConverter<double?>
{
    // 23 days: what timers can wait, with room to add to.
    private const double Most = 2_000_000;

    public override double? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType == JsonTokenType.Number)
            return Checked(reader.GetDouble());
        if (reader.TokenType != JsonTokenType.String)
            throw new JsonException();
        var text = reader.GetString()!.Trim();
        if (text.Length == 0)
            return null;
        if (text[^1] is 's' or 'S')
            text = text[..^1].TrimEnd();
        return double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var seconds) ? Checked(seconds) : throw new JsonException();
    }

    public override void Write(Utf8JsonWriter writer, double? value, JsonSerializerOptions options)
    {
        if (value is { } seconds)
            writer.WriteNumberValue(seconds);
        else
            writer.WriteNullValue();
    }

    // NaN is none of them.
    private static double Checked(double seconds) => seconds is >= 0 and <= Most ? seconds : throw new JsonException();
}
