using System.Globalization;
using Parley.Testing.Rhai.Evaluation;

namespace Parley.Testing.Rhai.Library;

/// <summary>Numbers of 28 decimal digits, for amounts that must not be rounded to what binary can hold.</summary>
internal static class DecimalFunctions
{
    // A decimal has no more places than this.
    private const int MaxPlaces = 28;

    public static void AddTo(FunctionTableBuilder table)
    {
        AddConversions(table);
        AddReading(table);
        AddRounding(table);
    }

    private static void AddConversions(FunctionTableBuilder table) => table
        .Add("to_decimal(x: int|float|decimal) -> decimal", "As a decimal.", static (_, a) => ToDecimal(a[0]))
        .Add("parse_decimal(text: string) -> decimal", "Reads a decimal number.", static (_, a) => Parse(a[0].Text))
        .Add("to_int(x: decimal) -> int", "As an integer: cut towards zero.", static (_, a) => ToInteger(a[0].Decimal))
        .Add("to_float(x: decimal) -> float", "As a float.", static (_, a) => (double)a[0].Decimal);

    private static void AddReading(FunctionTableBuilder table) => table
        .Add("abs(x: decimal) -> decimal", "The distance from zero.", static (_, a) => Math.Abs(a[0].Decimal))
        .Add("sign(x: decimal) -> int", "-1, 0 or 1.", static (_, a) => Math.Sign(a[0].Decimal))
        .Add("prop is_zero(x: decimal) -> bool", "Whether it is zero.", static (_, a) => a[0].Decimal == 0)
        .Add("min(x: int|decimal, y: int|decimal) -> decimal", "The smaller one.", static (_, a) => Math.Min(a[0].Decimal, a[1].Decimal))
        .Add("max(x: int|decimal, y: int|decimal) -> decimal", "The larger one.", static (_, a) => Math.Max(a[0].Decimal, a[1].Decimal))
        .Add("sqrt(x: decimal) -> decimal", "The square root.", static (_, a) => SquareRoot(a[0].Decimal));

    private static void AddRounding(FunctionTableBuilder table) => table
        .Add("prop floor(x: decimal) -> decimal", "The next integer down, as a decimal.", static (_, a) => decimal.Floor(a[0].Decimal))
        .Add("prop ceiling(x: decimal) -> decimal", "The next integer up, as a decimal.", static (_, a) => decimal.Ceiling(a[0].Decimal))
        .Add("prop int(x: decimal) -> decimal", "The integer part, as a decimal.", static (_, a) => decimal.Truncate(a[0].Decimal))
        .Add("prop fraction(x: decimal) -> decimal", "What is behind the point.", static (_, a) => a[0].Decimal - decimal.Truncate(a[0].Decimal))
        .Add("prop round(x: decimal) -> decimal", "The nearest integer, as a decimal; a half goes to the even one.", static (_, a) => Math.Round(a[0].Decimal))
        .Add("round(x: decimal, digits: int) -> decimal", "Rounded to some digits behind the point; a half goes to the even one.", static (_, a) => Round(a, static (x, places) => Math.Round(x, places)))
        .Add("round_up(x: decimal, digits: int) -> decimal", "Rounded away from zero.", static (_, a) => Round(a, AwayFromZero))
        .Add("round_down(x: decimal, digits: int) -> decimal", "Cut off behind some digits.", static (_, a) => Round(a, static (x, places) => Math.Round(x, places, MidpointRounding.ToZero)))
        .Add("round_half_up(x: decimal, digits: int) -> decimal", "Rounded to some digits behind the point; a half goes away from zero.", static (_, a) =>
            Round(a, static (x, places) => Math.Round(x, places, MidpointRounding.AwayFromZero)))
        .Add("round_half_down(x: decimal, digits: int) -> decimal", "Rounded to some digits behind the point; a half goes towards zero.", static (_, a) => Round(a, HalfToZero));

    private static Value Round(Value[] a, Func<decimal, int, decimal> round)
    {
        if (a[1].Integer < 0)
            throw Operators.Overflow($"Invalid number of digits for rounding: {a[1].Integer}");
        return a[1].Integer >= MaxPlaces ? a[0] : round(a[0].Decimal, (int)a[1].Integer);
    }

    private static decimal AwayFromZero(decimal x, int places)
    {
        var cut = Math.Round(x, places, MidpointRounding.ToZero);
        return cut == x ? cut : cut + (Math.Sign(x) * Unit(places));
    }

    private static decimal HalfToZero(decimal x, int places)
    {
        var cut = Math.Round(x, places, MidpointRounding.ToZero);
        return Math.Abs(x - cut) > Unit(places) / 2 ? cut + (Math.Sign(x) * Unit(places)) : cut;
    }

    private static decimal Unit(int places) => new(1, 0, 0, false, (byte)places);

    private static Value ToDecimal(in Value value)
    {
        if (!value.IsFloat)
            return value.Decimal;
        try
        {
            return (decimal)value.Float;
        }
        catch (OverflowException)
        {
            throw Operators.Overflow($"Cannot convert to Decimal: to_decimal({Printer.Float(value.Float)})");
        }
    }

    private static Value Parse(string text) => decimal.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value)
        ? value
        : throw Operators.Overflow($"Error parsing decimal number '{text}'");

    private static Value ToInteger(decimal value)
    {
        var whole = decimal.Truncate(value);
        return whole is >= long.MinValue and <= long.MaxValue ? (long)whole : throw Operators.Overflow($"Integer overflow: to_int({Printer.Decimal(value)})");
    }

    private static Value SquareRoot(decimal value)
    {
        if (value < 0)
            throw Operators.Overflow($"Error taking the square root of {Printer.Decimal(value)}");

        // A double has 15 of the digits; each step of Newton's doubles them.
        var root = (decimal)Math.Sqrt((double)value);
        for (var i = 0; i < 2 && root != 0; i++)
            root = (root + (value / root)) / 2;
        return root;
    }
}
