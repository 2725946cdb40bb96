using System.Numerics;
using System.Text;

namespace Parley.Testing.Rhai.Evaluation;

internal enum Operation
{
    Add,
    Subtract,
    Multiply,
    Divide,
    Modulo,
    Power,
    ShiftLeft,
    ShiftRight,
    And,
    Or,
    ExclusiveOr,
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    In,
    NotIn,
}

/// <summary>What the operators do with the types they know. Integers are checked, truth is not a number, and nothing is converted but an integer beside a float.</summary>
internal static partial class Operators
{
    public static Operation Parse(string symbol) => symbol switch
    {
        "+" => Operation.Add,
        "-" => Operation.Subtract,
        "*" => Operation.Multiply,
        "/" => Operation.Divide,
        "%" => Operation.Modulo,
        "**" => Operation.Power,
        "<<" => Operation.ShiftLeft,
        ">>" => Operation.ShiftRight,
        "&" => Operation.And,
        "|" => Operation.Or,
        "^" => Operation.ExclusiveOr,
        "==" => Operation.Equal,
        "!=" => Operation.NotEqual,
        "<" => Operation.Less,
        "<=" => Operation.LessOrEqual,
        ">" => Operation.Greater,
        ">=" => Operation.GreaterOrEqual,
        "in" => Operation.In,
        _ => Operation.NotIn,
    };

    public static string Symbol(Operation operation) => operation switch
    {
        Operation.Add => "+",
        Operation.Subtract => "-",
        Operation.Multiply => "*",
        Operation.Divide => "/",
        Operation.Modulo => "%",
        Operation.Power => "**",
        Operation.ShiftLeft => "<<",
        Operation.ShiftRight => ">>",
        Operation.And => "&",
        Operation.Or => "|",
        Operation.ExclusiveOr => "^",
        Operation.Equal => "==",
        Operation.NotEqual => "!=",
        Operation.Less => "<",
        Operation.LessOrEqual => "<=",
        Operation.Greater => ">",
        Operation.GreaterOrEqual => ">=",
        Operation.In => "in",
        _ => "!in",
    };

    public static Value Apply(Operation operation, in Value left, in Value right, Execution run)
    {
        if (left.IsInteger && right.IsInteger)
            return Integers(operation, left.Integer, right.Integer, run);
        switch (operation)
        {
            case Operation.Equal:
                return AreEqual(left, right, run);
            case Operation.NotEqual:
                return !AreEqual(left, right, run);
            case Operation.In:
                return Contains(right, left, run);
            case Operation.NotIn:
                return !Contains(right, left, run);
            case Operation.Less or Operation.LessOrEqual or Operation.Greater or Operation.GreaterOrEqual:
                return TryCompare(left, right, out var order) && IsOrdered(operation, order);
        }

        if (AreDecimals(left, right))
            return Decimals(operation, left.Decimal, right.Decimal, run);
        if (left.IsNumber && right.IsNumber)
            return Floats(operation, left.Number, right.Number, run);
        if (left.IsBoolean && right.IsBoolean && operation is Operation.And or Operation.Or or Operation.ExclusiveOr)
            return Booleans(operation, left.Boolean, right.Boolean);
        if (operation == Operation.Add && TryJoin(left, right, run, out var joined))
            return joined;
        if (left.Object is RhaiTime moment && operation is Operation.Add or Operation.Subtract)
        {
            if (right.IsNumber)
                return Value.Of(moment.After(operation == Operation.Add ? right.Number : -right.Number));
            if (right.Object is RhaiTime before && operation == Operation.Subtract)
                return moment.Since(before);
        }

        if (operation == Operation.Subtract && left.IsString && (right.IsString || right.IsCharacter))
            return left.Text.Replace(right.IsString && right.Text.Length == 0 ? "\0" : right.ToString(), "", StringComparison.Ordinal);
        throw Unknown(Symbol(operation), run, left, right);
    }

    public static bool AreEqual(in Value left, in Value right, Execution run)
    {
        run.Step();
        if (left.Kind != right.Kind)
            return AreDecimals(left, right) ? left.Decimal == right.Decimal : left.IsNumber && right.IsNumber && left.Number == right.Number;
        return left.Kind switch
        {
            ValueKind.Unit => true,
            ValueKind.Float => left.Float == right.Float,
            ValueKind.Boolean or ValueKind.Integer or ValueKind.Character => left.Integer == right.Integer,
            ValueKind.Decimal => left.Decimal == right.Decimal,
            ValueKind.String => left.Text == right.Text,
            ValueKind.Array => AreEqual(left.Array, right.Array, run),
            ValueKind.Map => AreEqual(left.Map, right.Map, run),
            ValueKind.Blob => left.Blob.Bytes.SequenceEqual(right.Blob.Bytes),
            ValueKind.Function => ReferenceEquals(left.Object, right.Object) || (left.Function.Code is null && right.Function.Code is null && left.Function.Name == right.Function.Name),
            _ => Equals(left.Object, right.Object),
        };
    }

    /// <summary>The order of two values of one type, or of two numbers.</summary>
    public static bool TryCompare(in Value left, in Value right, out int order)
    {
        order = 0;
        if (left.IsInteger && right.IsInteger)
            order = left.Integer.CompareTo(right.Integer);
        else if (AreDecimals(left, right))
            order = left.Decimal.CompareTo(right.Decimal);
        else if (left.IsNumber && right.IsNumber && !double.IsNaN(left.Number) && !double.IsNaN(right.Number))
            order = left.Number.CompareTo(right.Number);
        else if (left.IsString && right.IsString)
            order = string.CompareOrdinal(left.Text, right.Text);
        else if ((left.IsCharacter && right.IsCharacter) || (left.IsBoolean && right.IsBoolean))
            order = left.Integer.CompareTo(right.Integer);
        else if (left.Kind == ValueKind.Time && right.Kind == ValueKind.Time)
            order = ((RhaiTime)left.Object!).Stamp.CompareTo(((RhaiTime)right.Object!).Stamp);
        else if (left.IsUnit && right.IsUnit)
            order = 0;
        else
            return false;
        return true;
    }

    public static bool Contains(in Value container, in Value item, Execution run)
    {
        switch (container.Kind)
        {
            case ValueKind.Array:
                foreach (var element in container.Array.Items)
                {
                    if (AreEqual(element, item, run))
                        return true;
                }

                return false;
            case ValueKind.Map when item.IsString || item.IsCharacter:
                return container.Map.Entries.ContainsKey(item.ToString());
            case ValueKind.String when item.IsString || item.IsCharacter:
                run.Charge(container.Text.Length);
                return container.Text.Contains(item.ToString(), StringComparison.Ordinal);
            case ValueKind.Range when item.IsInteger:
                return container.Range.Contains(item.Integer);
            case ValueKind.Blob when item.IsInteger:
                return item.Integer is >= 0 and <= 255 && container.Blob.Bytes.Contains((byte)item.Integer);
            default:
                throw Unknown("in", run, item, container);
        }
    }

    public static Value Negate(in Value value, Execution run) => value.Kind switch
    {
        ValueKind.Integer when value.Integer == long.MinValue => throw Overflow($"Negation overflow: -({value.Integer})"),
        ValueKind.Integer => (Value)(-value.Integer),
        ValueKind.Float => -value.Float,
        ValueKind.Decimal => -value.Decimal,
        _ => throw Unknown("-", run, value),
    };

    public static RhaiException Overflow(string text) => new(RhaiErrorKind.Runtime, text) { Name = "ErrorArithmetic" };

    public static RhaiException Unknown(string name, Execution run, params ReadOnlySpan<Value> arguments)
    {
        var types = new StringBuilder();
        foreach (var argument in arguments)
            types.Append(types.Length > 0 ? ", " : "").Append(Printer.TypeName(argument, run.Table));
        return new(RhaiErrorKind.Arguments, $"Function not found: {name} ({types})") { Name = "ErrorFunctionNotFound" };
    }

    private static Value Integers(Operation operation, long left, long right, Execution run)
    {
        long result;
        switch (operation)
        {
            case Operation.Add:
                result = unchecked(left + right);
                return ((left ^ result) & (right ^ result)) < 0 ? throw Overflow($"Addition overflow: {left} + {right}") : result;
            case Operation.Subtract:
                result = unchecked(left - right);
                return ((left ^ right) & (left ^ result)) < 0 ? throw Overflow($"Subtraction overflow: {left} - {right}") : result;
            case Operation.Multiply:
                var high = Math.BigMul(left, right, out result);
                return high != result >> 63 ? throw Overflow($"Multiplication overflow: {left} * {right}") : result;
            case Operation.Divide when right == 0:
                throw Overflow($"Division by zero: {left} / {right}");
            case Operation.Divide or Operation.Modulo when right == -1:
                if (operation == Operation.Modulo)
                    return 0;
                return left == long.MinValue ? throw Overflow($"Division overflow: {left} / {right}") : -left;
            case Operation.Divide:
                return left / right;
            case Operation.Modulo:
                return right == 0 ? throw Overflow($"Modulo division by zero: {left} % {right}") : left % right;
            case Operation.Power:
                return Power(left, right);
            case Operation.ShiftLeft:
                return Shift(left, right);
            case Operation.ShiftRight:
                return Shift(left, right == long.MinValue ? long.MaxValue : -right);
            case Operation.And:
                return left & right;
            case Operation.Or:
                return left | right;
            case Operation.ExclusiveOr:
                return left ^ right;
            case Operation.Equal:
                return left == right;
            case Operation.NotEqual:
                return left != right;
            case Operation.Less or Operation.LessOrEqual or Operation.Greater or Operation.GreaterOrEqual:
                return IsOrdered(operation, left.CompareTo(right));
            default:
                throw Unknown(Symbol(operation), run, left, right);
        }
    }

    private static Value Floats(Operation operation, double left, double right, Execution run) => operation switch
    {
        Operation.Add => left + right,
        Operation.Subtract => left - right,
        Operation.Multiply => left * right,
        Operation.Divide => left / right,
        Operation.Modulo => left % right,
        Operation.Power => Math.Pow(left, right),
        _ => throw Unknown(Symbol(operation), run, left, right),
    };

    private static Value Booleans(Operation operation, bool left, bool right) => operation switch
    {
        Operation.And => left & right,
        Operation.Or => left | right,
        _ => left ^ right,
    };

    private static long Power(long value, long exponent)
    {
        if (exponent < 0)
            throw Overflow($"Integer raised to a negative power: {value} ** {exponent}");
        if (value is 0 or 1 || exponent == 0)
            return exponent == 0 ? 1 : value;
        if (value == -1)
            return exponent % 2 == 0 ? 1 : -1;
        var result = exponent > 63 ? BigInteger.Zero : BigInteger.Pow(value, (int)exponent);
        return exponent > 63 || result > long.MaxValue || result < long.MinValue ? throw Overflow($"Power overflow: {value} ** {exponent}") : (long)result;
    }

    private static long Shift(long value, long left) => left switch
    {
        >= 64 => 0,
        >= 0 => value << (int)left,
        > -64 => value >> (int)-left,
        _ => value < 0 ? -1 : 0,
    };

    private static bool IsOrdered(Operation operation, int order) => operation switch
    {
        Operation.Less => order < 0,
        Operation.LessOrEqual => order <= 0,
        Operation.Greater => order > 0,
        _ => order >= 0,
    };

    // Text takes anything at either side; a character beside a character is text.
    private static bool TryJoin(in Value left, in Value right, Execution run, out Value joined)
    {
        if (left.IsString || right.IsString || (left.IsCharacter && right.IsCharacter))
            joined = run.Joined(run.JoinedText(left), run.JoinedText(right));
        else if (left.Kind == ValueKind.Array && right.Kind == ValueKind.Array)
            joined = run.Checked(new RhaiArray(left.Array.Items.Select(run.Copy).Concat(right.Array.Items.Select(run.Copy))));
        else if (left.Kind == ValueKind.Map && right.Kind == ValueKind.Map)
            joined = Merge(left.Map, right.Map, run);
        else if (left.Kind == ValueKind.Blob && right.Kind == ValueKind.Blob)
            joined = run.Checked(new RhaiBlob([.. left.Blob.Bytes, .. right.Blob.Bytes]));
        else
            joined = default;
        return !joined.IsUnit;
    }

    private static Value Merge(RhaiMap left, RhaiMap right, Execution run)
    {
        var merged = run.Copy(left).Map;
        foreach (var (key, value) in right.Entries)
            merged[key] = run.Copy(value);
        return run.Checked(merged);
    }

    private static bool AreEqual(RhaiArray left, RhaiArray right, Execution run)
    {
        if (left.Items.Count != right.Items.Count)
            return false;
        for (var i = 0; i < left.Items.Count; i++)
        {
            if (!AreEqual(left.Items[i], right.Items[i], run))
                return false;
        }

        return true;
    }

    private static bool AreEqual(RhaiMap left, RhaiMap right, Execution run)
    {
        if (left.Count != right.Count)
            return false;
        foreach (var (key, value) in left.Entries)
        {
            if (!right.Entries.TryGetValue(key, out var other) || !AreEqual(value, other, run))
                return false;
        }

        return true;
    }
}
