using System.Globalization;
using System.Text;
using Parley.Testing.Rhai.Evaluation;

namespace Parley.Testing.Rhai.Library;

/// <summary>Integers, floats, single bits, characters' numbers.</summary>
internal static class NumberFunctions
{
    public static void AddTo(FunctionTableBuilder table)
    {
        AddIntegers(table);
        AddFloats(table);
        AddConversions(table);
        AddBits(table);
        AddRandom(table);
    }

    private static void AddIntegers(FunctionTableBuilder table) => table
        .Add("abs(x: int) -> int", "The distance from zero.", static (_, a) => a[0].Integer == long.MinValue ? throw Operators.Overflow("Absolute value overflow") : Math.Abs(a[0].Integer))
        .Add("abs(x: float) -> float", "The distance from zero.", static (_, a) => Math.Abs(a[0].Float))
        .Add("sign(x: int) -> int", "-1, 0 or 1.", static (_, a) => Math.Sign(a[0].Integer))
        .Add("sign(x: float) -> int", "-1, 0 or 1.", static (_, a) => double.IsNaN(a[0].Float) ? 0 : Math.Sign(a[0].Float))
        .Add("prop is_zero(x: int|float) -> bool", "Whether it is zero.", static (_, a) => a[0].Number == 0)
        .Add("prop is_odd(x: int) -> bool", "Whether it is odd.", static (_, a) => (a[0].Integer & 1) == 1)
        .Add("prop is_even(x: int) -> bool", "Whether it is even.", static (_, a) => (a[0].Integer & 1) == 0)
        .Add("min(x: int, y: int) -> int", "The smaller one.", static (_, a) => Math.Min(a[0].Integer, a[1].Integer))
        .Add("max(x: int, y: int) -> int", "The larger one.", static (_, a) => Math.Max(a[0].Integer, a[1].Integer))
        .Add("min(x: int|float, y: int|float) -> float", "The smaller one.", static (_, a) => Math.Min(a[0].Number, a[1].Number))
        .Add("max(x: int|float, y: int|float) -> float", "The larger one.", static (_, a) => Math.Max(a[0].Number, a[1].Number))
        .Add("min(x: char, y: char) -> char", "The one earlier in Unicode.", static (_, a) => a[0].Integer <= a[1].Integer ? a[0] : a[1])
        .Add("max(x: char, y: char) -> char", "The one later in Unicode.", static (_, a) => a[0].Integer >= a[1].Integer ? a[0] : a[1]);

    private static void AddFloats(FunctionTableBuilder table)
    {
        table
            .Add("PI() -> float", "The circle's circumference over its diameter.", static (_, _) => Math.PI)
            .Add("E() -> float", "The base of natural logarithms.", static (_, _) => Math.E);
        Add("sin", "The sine of an angle in radians.", Math.Sin);
        Add("cos", "The cosine of an angle in radians.", Math.Cos);
        Add("tan", "The tangent of an angle in radians.", Math.Tan);
        Add("sinh", "The hyperbolic sine.", Math.Sinh);
        Add("cosh", "The hyperbolic cosine.", Math.Cosh);
        Add("tanh", "The hyperbolic tangent.", Math.Tanh);
        Add("asin", "The angle in radians with this sine.", Math.Asin);
        Add("acos", "The angle in radians with this cosine.", Math.Acos);
        Add("atan", "The angle in radians with this tangent.", Math.Atan);
        Add("asinh", "The inverse of the hyperbolic sine.", Math.Asinh);
        Add("acosh", "The inverse of the hyperbolic cosine.", Math.Acosh);
        Add("atanh", "The inverse of the hyperbolic tangent.", Math.Atanh);
        Add("sqrt", "The square root.", Math.Sqrt);
        Add("exp", "E to this power.", Math.Exp);
        Add("ln", "The natural logarithm.", Math.Log);
        Add("floor", "The next integer down, as a float.", Math.Floor);
        Add("ceiling", "The next integer up, as a float.", Math.Ceiling);
        Add("round", "The nearest integer, as a float; a half goes away from zero.", static x => Math.Round(x, MidpointRounding.AwayFromZero));
        Add("int", "The integer part, as a float.", Math.Truncate);
        Add("fraction", "What is behind the point.", static x => x - Math.Truncate(x));
        Add("to_degrees", "Radians as degrees.", double.RadiansToDegrees);
        Add("to_radians", "Degrees as radians.", double.DegreesToRadians);
        table
            .Add("atan(y: int|float, x: int|float) -> float", "The angle of the point (x, y).", static (_, a) => Math.Atan2(a[0].Number, a[1].Number))
            .Add("hypot(x: int|float, y: int|float) -> float", "The distance of the point (x, y).", static (_, a) => double.Hypot(a[0].Number, a[1].Number))
            .Add("log(x: float) -> float", "The logarithm to base 10.", static (_, a) => Math.Log10(a[0].Float))
            .Add("log(x: int|float, base: int|float) -> float", "The logarithm to a base.", static (_, a) => Math.Log(a[0].Number, a[1].Number))
            .Add("round(x: float, digits: int) -> float", "Rounded to some digits behind the point.", static (_, a) => Math.Round(a[0].Float, (int)Math.Clamp(a[1].Integer, 0, 15), MidpointRounding.AwayFromZero))
            .Add("prop is_nan(x: float) -> bool", "Whether it is not a number.", static (_, a) => double.IsNaN(a[0].Float))
            .Add("prop is_finite(x: float) -> bool", "Whether it is a number and not infinite.", static (_, a) => double.IsFinite(a[0].Float))
            .Add("prop is_infinite(x: float) -> bool", "Whether it is infinite.", static (_, a) => double.IsInfinity(a[0].Float));

        void Add(string name, string docs, Func<double, double> of) => table.Add($"prop {name}(x: int|float) -> float", docs, (_, a) => of(a[0].Number));
    }

    private static void AddConversions(FunctionTableBuilder table) => table
        .Add("to_int(x: int|float|char|bool) -> int", "As an integer: cut towards zero; a character's number; 1 for true.", static (_, a) => ToInteger(a[0]))
        .Add("to_float(x: int|float) -> float", "As a float.", static (_, a) => a[0].Number)
        .Add("parse_int(text: string) -> int", "Reads a decimal integer.", static (_, a) => ParseInteger(a[0].Text, 10))
        .Add("parse_int(text: string, radix: int) -> int", "Reads an integer to a base from 2 to 36.", static (_, a) => ParseInteger(a[0].Text, a[1].Integer))
        .Add("parse_float(text: string) -> float", "Reads a number.", static (_, a) => ParseFloat(a[0].Text))
        .Add("to_hex(x: int) -> string", "The digits to base 16.", static (_, a) => a[0].Integer.ToString("x", CultureInfo.InvariantCulture))
        .Add("to_octal(x: int) -> string", "The digits to base 8.", static (_, a) => Convert.ToString(a[0].Integer, 8))
        .Add("to_binary(x: int) -> string", "The digits to base 2.", static (_, a) => Convert.ToString(a[0].Integer, 2))
        .Add("to_char(x: int) -> char", "The character of this number.", static (_, a) => a[0].Integer is >= 0 and <= 0x10FFFF && Rune.IsValid((int)a[0].Integer)
            ? new Rune((int)a[0].Integer) : throw Fail($"{a[0].Integer} is no character's number"));

    private static void AddBits(FunctionTableBuilder table) => table
        .Add("get_bit(x: int, index: int) -> bool", "One bit; a negative index counts from the highest.", static (_, a) => BitFields.Get(a[0].Integer, Bit(a[1].Integer)))
        .Add("set_bit(mut x: int, index: int, bit: bool)", "Changes one bit.", static (_, a) => Change(a, BitFields.Set(a[0].Integer, Bit(a[1].Integer), a[2].Boolean)))
        .Add("get_bits(x: int, bits: range) -> int", "Some bits as a number.", static (_, a) => Bits(a[0].Integer, a[1].Range.Within(64)))
        .Add("get_bits(x: int, start: int, count: int) -> int", "Some bits as a number.", static (_, a) => Bits(a[0].Integer, Cut(a[1].Integer, a[2].Integer)))
        .Add("set_bits(mut x: int, bits: range, value: int)", "Changes some bits.", static (_, a) => SetBits(a, a[1].Range.Within(64), a[2].Integer))
        .Add("set_bits(mut x: int, start: int, count: int, value: int)", "Changes some bits.", static (_, a) => SetBits(a, Cut(a[1].Integer, a[2].Integer), a[3].Integer))
        .Add("prop bits(x: int) -> iterator", "All 64 bits, the lowest first.", static (_, a) => BitsOf(a[0].Integer, 0, 64))
        .Add("bits(x: int, start: int) -> iterator", "The bits from one on.", static (_, a) => BitsOf(a[0].Integer, Bit(a[1].Integer), 64))
        .Add("bits(x: int, start: int, count: int) -> iterator", "Some bits.", static (_, a) => BitsOf(a[0].Integer, Cut(a[1].Integer, a[2].Integer)))
        .Add("bits(x: int, bits: range) -> iterator", "Some bits.", static (_, a) => BitsOf(a[0].Integer, a[1].Range.Within(64)));

    private static void AddRandom(FunctionTableBuilder table) => table
        .Add("rand() -> int", "A random integer.", static (run, _) => run.Run.Options.Random(run.Host).NextInt64(long.MinValue, long.MaxValue))
        .Add("rand(range: range) -> int", "A random integer within a range.", static (run, a) => Random(run, a[0].Range.From, a[0].Range.IsInclusive ? a[0].Range.To : a[0].Range.To - 1))
        .Add("rand(from: int, to: int) -> int", "A random integer from one to another, both included.", static (run, a) => Random(run, a[0].Integer, a[1].Integer))
        .Add("rand_float() -> float", "A random number from 0 up to 1.", static (run, _) => run.Run.Options.Random(run.Host).NextDouble())
        .Add("rand_bool() -> bool", "True or false.", static (run, _) => run.Run.Options.Random(run.Host).Next(2) == 1);

    private static Value Random(Execution run, long from, long to) => from > to
        ? throw Fail($"there is no number from {from} to {to}")
        : run.Run.Options.Random(run.Host).NextInt64(from, to == long.MaxValue ? to : to + 1);

    private static Value ToInteger(in Value value)
    {
        if (!value.IsFloat)
            return value.Integer;

        // 2^63 is the first float too large; -2^63 is an integer.
        var number = Math.Truncate(value.Float);
        return number is >= -9223372036854775808.0 and < 9223372036854775808.0 ? (long)number : throw Operators.Overflow($"Integer overflow: to_int({Printer.Float(value.Float)})");
    }

    private static Value ParseInteger(string text, long radix)
    {
        if (radix is < 2 or > 36)
            throw Fail($"a base is from 2 to 36, not {radix}");
        var digits = text.Trim();
        var isNegative = digits.StartsWith('-');
        if (isNegative || digits.StartsWith('+'))
            digits = digits[1..];
        Int128 value = 0;
        foreach (var character in digits)
        {
            var digit = char.IsAsciiDigit(character) ? character - '0' : char.IsAsciiLetter(character) ? (character | 0x20) - 'a' + 10 : 99;
            if (digit >= radix || value > ulong.MaxValue)
                throw Bad();
            value = (value * radix) + digit;
        }

        value = isNegative ? -value : value;
        return digits.Length == 0 || value > long.MaxValue || value < long.MinValue ? throw Bad() : (long)value;

        RhaiException Bad() => Fail($"Error parsing integer number '{text}'");
    }

    private static Value ParseFloat(string text) =>
        double.TryParse(text.Trim(), NumberStyles.Float, CultureInfo.InvariantCulture, out var value) ? value : throw Fail($"Error parsing floating-point number '{text}'");

    private static Value Change(Value[] arguments, long number)
    {
        arguments[0] = number;
        return Value.Unit;
    }

    private static Value SetBits(Value[] arguments, (int Start, int Count) bits, long value) =>
        Change(arguments, BitFields.Set(arguments[0].Integer, bits.Start, bits.Count, value));

    private static Value Bits(long number, (int Start, int Count) bits) => BitFields.Get(number, bits.Start, bits.Count);

    private static Value BitsOf(long number, (int Start, int Count) bits) => BitsOf(number, bits.Start, bits.Count);

    private static Value BitsOf(long number, int start, int count) =>
        Value.Of(new RhaiSequence(Enumerable.Range(start, Math.Min(count, 64 - start)).Select(index => (Value)BitFields.Get(number, index))));

    private static int Bit(long index) => index is >= -64 and < 64 ? (int)(index < 0 ? index + 64 : index) : throw Fail($"Bit-field index {index} out of bounds: 64 bits in it");

    private static (int Start, int Count) Cut(long start, long count)
    {
        var from = Bit(start);
        return (from, (int)Math.Clamp(count, 0, 64 - from));
    }

    private static RhaiException Fail(string text) => new(RhaiErrorKind.Runtime, text);
}
