using System.Globalization;
using System.Text;

namespace Parley.Testing.Rhai.Evaluation;

/// <summary>Values as text.</summary>
internal static class Printer
{
    /// <summary>What <c>print</c> shows: text as it is, unit as nothing.</summary>
    public static string Text(in Value value, int limit = int.MaxValue) => value.Kind switch
    {
        ValueKind.Unit => "",
        ValueKind.String => value.Text,
        ValueKind.Character => value.Character.ToString(),
        ValueKind.Integer => value.Integer.ToString(CultureInfo.InvariantCulture),
        _ => Shown(value, limit),
    };

    /// <summary>What <c>debug</c> shows: as it would stand in a script.</summary>
    public static string Shown(in Value value, int limit = int.MaxValue)
    {
        var text = new StringBuilder();
        Show(text, value, limit);
        return text.ToString();
    }

    public static string Float(double value)
    {
        if (double.IsNaN(value))
            return "NaN";
        if (double.IsInfinity(value))
            return value > 0 ? "inf" : "-inf";
        var size = Math.Abs(value);
        if (size != 0 && (size >= 1e16 || size < 1e-7))
            return Exponent(value.ToString("E16", CultureInfo.InvariantCulture), value);
        var text = value.ToString("R", CultureInfo.InvariantCulture);
        if (text.Contains('E', StringComparison.Ordinal))
            text = value.ToString("F20", CultureInfo.InvariantCulture).TrimEnd('0');
        return text.Contains('.', StringComparison.Ordinal) ? text : text + ".0";
    }

    public static string Decimal(decimal value) => value.ToString(CultureInfo.InvariantCulture);

    public static string TypeName(in Value value, FunctionTable? table = null) => value.Kind switch
    {
        ValueKind.Unit => "()",
        ValueKind.Boolean => "bool",
        ValueKind.Integer => "i64",
        ValueKind.Float => "f64",
        ValueKind.Decimal => "decimal",
        ValueKind.Character => "char",
        ValueKind.String => "string",
        ValueKind.Array => "array",
        ValueKind.Map => "map",
        ValueKind.Blob => "blob",
        ValueKind.Range => value.Range.IsInclusive ? "range=" : "range",
        ValueKind.Function => "Fn",
        ValueKind.Time => "timestamp",
        _ => table?.NameOf(value.Object!.GetType()) ?? value.Object!.GetType().Name,
    };

    public static void Quote(StringBuilder text, string content)
    {
        text.Append('"');
        foreach (var character in content)
        {
            _ = character switch
            {
                '"' => text.Append("\\\""),
                '\\' => text.Append("\\\\"),
                '\n' => text.Append("\\n"),
                '\r' => text.Append("\\r"),
                '\t' => text.Append("\\t"),
                < ' ' => text.Append(CultureInfo.InvariantCulture, $"\\x{(int)character:x2}"),
                _ => text.Append(character),
            };
        }

        text.Append('"');
    }

    private static string Exponent(string text, double value)
    {
        // The shortest digits that read back the same, as in "1.5e20".
        var shortest = value.ToString("R", CultureInfo.InvariantCulture);
        if (!shortest.Contains('E', StringComparison.Ordinal))
            shortest = text;
        var parts = shortest.Split('E');
        var exponent = int.Parse(parts[1], CultureInfo.InvariantCulture);
        return string.Create(CultureInfo.InvariantCulture, $"{parts[0]}e{exponent}");
    }

    private static void Show(StringBuilder text, in Value value, int limit)
    {
        if (text.Length > limit)
            throw new RhaiException(RhaiErrorKind.Limit, $"text of a value is longer than {limit} characters") { Name = "ErrorDataTooLarge" };
        switch (value.Kind)
        {
            case ValueKind.Unit:
                text.Append("()");
                break;
            case ValueKind.Boolean:
                text.Append(value.Boolean ? "true" : "false");
                break;
            case ValueKind.Integer:
                text.Append(value.Integer);
                break;
            case ValueKind.Float:
                text.Append(Float(value.Float));
                break;
            case ValueKind.Decimal:
                text.Append(Decimal(value.Decimal));
                break;
            case ValueKind.Character:
                text.Append('\'').Append(value.Character.ToString()).Append('\'');
                break;
            case ValueKind.String:
                Quote(text, value.Text);
                break;
            case ValueKind.Array:
                ShowList(text, value.Array.Items, limit);
                break;
            case ValueKind.Map:
                ShowMap(text, value.Map, limit);
                break;
            case ValueKind.Blob:
                text.Append('[').Append(Convert.ToHexStringLower(value.Blob.Bytes.ToArray())).Append(']');
                break;
            case ValueKind.Range:
                text.Append(CultureInfo.InvariantCulture, $"{value.Range.From}{(value.Range.IsInclusive ? "..=" : "..")}{value.Range.To}");
                break;
            case ValueKind.Function:
                text.Append("Fn(").Append(value.Function.Name).Append(')');
                break;
            case ValueKind.Time:
                text.Append("<timestamp>");
                break;
            default:
                text.Append(value.Object);
                break;
        }
    }

    private static void ShowList(StringBuilder text, List<Value> items, int limit)
    {
        text.Append('[');
        for (var i = 0; i < items.Count; i++)
        {
            if (i > 0)
                text.Append(", ");
            Show(text, items[i], limit);
        }

        text.Append(']');
    }

    private static void ShowMap(StringBuilder text, RhaiMap map, int limit)
    {
        text.Append("#{");
        var isFirst = true;
        foreach (var (key, value) in map.Sorted)
        {
            if (!isFirst)
                text.Append(", ");
            isFirst = false;
            Quote(text, key);
            text.Append(": ");
            Show(text, value, limit);
        }

        text.Append('}');
    }
}
