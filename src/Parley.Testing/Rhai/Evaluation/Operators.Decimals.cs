namespace Parley.Testing.Rhai.Evaluation;

internal static partial class Operators
{
    /// <summary>Whether a number, of whatever type, lies in a range.</summary>
    public static bool Contains(RhaiRange range, in Value number) => number.Kind switch
    {
        ValueKind.Integer => range.Contains(number.Integer),
        ValueKind.Decimal => number.Decimal >= range.From && (range.IsInclusive ? number.Decimal <= range.To : number.Decimal < range.To),
        _ => number.Float >= range.From && (range.IsInclusive ? number.Float <= range.To : number.Float < range.To),
    };

    // A decimal beside an integer makes a decimal; beside a float it does not fit.
    private static bool AreDecimals(in Value left, in Value right) =>
        (left.IsDecimal && (right.IsDecimal || right.IsInteger)) || (left.IsInteger && right.IsDecimal);

    private static Value Decimals(Operation operation, decimal left, decimal right, Execution run)
    {
        try
        {
            return operation switch
            {
                Operation.Add => left + right,
                Operation.Subtract => left - right,
                Operation.Multiply => left * right,
                Operation.Divide => left / right,
                Operation.Modulo => left % right,
                Operation.Power when right == decimal.Truncate(right) => Power(left, right),
                _ => throw Unknown(Symbol(operation), run, left, right),
            };
        }
        catch (DivideByZeroException)
        {
            throw Overflow($"Division by zero: {Printer.Decimal(left)} {Symbol(operation)} {Printer.Decimal(right)}");
        }
        catch (OverflowException)
        {
            throw Overflow($"Decimal overflow: {Printer.Decimal(left)} {Symbol(operation)} {Printer.Decimal(right)}");
        }
    }

    private static decimal Power(decimal value, decimal exponent)
    {
        if (exponent < 0)
            return 1 / Power(value, -exponent);

        var steps = (long)exponent;
        var result = 1m;
        for (; steps > 0; steps >>= 1, value = steps > 0 ? value * value : value)
        {
            if ((steps & 1) == 1)
                result *= value;
        }

        return result;
    }
}
