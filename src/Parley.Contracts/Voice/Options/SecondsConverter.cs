using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Parley.Contracts.Voice.Options;

/// <summary>Reads seconds as a number, or as text with or without an <c>s</c> behind it; clients of different ages write either.</summary>
internal sealed class SecondsConverter : JsonConverter<double?>
{
    public override double? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType == JsonTokenType.Number)
            return reader.GetDouble();
        if (reader.TokenType != JsonTokenType.String)
            throw new JsonException();
        var text = reader.GetString()!.Trim();
        if (text.Length == 0)
            return null;
        if (text[^1] is 's' or 'S')
            text = text[..^1].TrimEnd();
        return double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var seconds) ? seconds : throw new JsonException();
    }

    public override void Write(Utf8JsonWriter writer, double? value, JsonSerializerOptions options)
    {
        if (value is { } seconds)
            writer.WriteNumberValue(seconds);
        else
            writer.WriteNullValue();
    }
}
