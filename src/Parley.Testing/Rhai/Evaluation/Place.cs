using System.Text;

namespace Parley.Testing.Rhai.Evaluation;

/// <summary>Where a value is kept, found once: reading and writing it evaluates nothing of the script again.</summary>
internal readonly struct Place
{
    private readonly object? _owner;
    private readonly object? _key;
    private readonly int _index;
    private readonly Value _value;
    private readonly string? _constant;

    private Place(object? owner, object? key, int index, in Value value, string? constant)
    {
        _owner = owner;
        _key = key;
        _index = index;
        _value = value;
        _constant = constant;
    }

    /// <summary>The constant it is, or belongs to; null when it can be changed.</summary>
    public string? Constant => _constant;

    /// <summary>A value that is kept nowhere; what is written to it is lost.</summary>
    public static Place Temporary(in Value value) => new(null, null, 0, value, null);

    public static Place Fixed(in Value value, string constant) => new(null, null, 0, value, constant);

    public static Place Variable(Frame frame, Symbol symbol) => new(frame, symbol, 0, default, symbol.IsConstant ? symbol.Name : null);

    public static Place This(Frame frame) => new(frame, null, 0, default, null);

    public Value Read() => _owner switch
    {
        null => _value,
        Frame frame => _key is Symbol symbol ? frame.Read(symbol) : frame.This,
        RhaiArray array => _index < array.Items.Count ? array.Items[_index] : default,
        RhaiMap map => map[(string)_key!],
        _ => _value,
    };

    public void Write(in Value value, Execution run)
    {
        if (_constant is not null)
            throw new RhaiException(RhaiErrorKind.Runtime, $"Cannot modify constant: {_constant}") { Name = "ErrorAssignmentToConstant" };
        switch (_owner)
        {
            case Frame frame when _key is Symbol symbol:
                frame.Write(symbol, value);
                break;
            case Frame frame:
                frame.This = value;
                break;
            case RhaiArray array when _index < array.Items.Count:
                array.Items[_index] = value;
                break;
            case RhaiMap map:
                if (!map.Entries.ContainsKey((string)_key!))
                    run.CheckCount(map.Count + 1, "map");
                map[(string)_key!] = value;
                break;
            case Part part:
                part.Write(value, run);
                break;
        }
    }

    /// <summary>The element of what is kept here.</summary>
    public Place At(in Value index, Execution run)
    {
        var value = Read();
        switch (value.Kind)
        {
            case ValueKind.Array when index.IsInteger:
                return new(value.Array, null, Position(index.Integer, value.Array.Items.Count, "Array", "element"), default, _constant);
            case ValueKind.Map when index.IsString:
                return new(value.Map, index.Text, 0, default, _constant);
            case ValueKind.Blob when index.IsInteger:
                var at = Position(index.Integer, value.Blob.Bytes.Count, "BLOB", "byte");
                return InPart((item, inner) => value.Blob.Bytes[at] = Byte(item, inner), value.Blob.Bytes[at]);
            case ValueKind.String when index.IsInteger:
                return Character(value.Text, index.Integer);
            case ValueKind.Integer when index.IsInteger:
                return Bit(value.Integer, index.Integer);
            case ValueKind.Integer when index.Kind == ValueKind.Range:
                return Bits(value.Integer, index.Range);
            case ValueKind.Array when index.Kind == ValueKind.Range:
                var (start, count) = index.Range.Within(value.Array.Items.Count);
                return Temporary(new RhaiArray(value.Array.Items.GetRange(start, count).Select(run.Copy)));
            case ValueKind.String when index.Kind == ValueKind.Range:
                var (first, length) = index.Range.Within(Characters.Count(value.Text));
                return Temporary(Characters.Slice(value.Text, first, length));
            case ValueKind.Unit:
                throw new RhaiException(RhaiErrorKind.Runtime, "there is nothing to index: the value is ()") { Name = "ErrorIndexingType" };
            default:
                throw new RhaiException(RhaiErrorKind.Arguments, $"Indexer is not registered: {Printer.TypeName(value, run.Table)} [{Printer.TypeName(index, run.Table)}]")
                {
                    Name = "ErrorIndexingType",
                };
        }
    }

    /// <summary>The property of what is kept here.</summary>
    public Place Member(string name, Execution run)
    {
        var value = Read();
        if (value.Kind == ValueKind.Map && (value.Map.Entries.ContainsKey(name) || run.Table.Getter(name)?.Find([value]) is null))
            return new(value.Map, name, 0, default, _constant);
        if (run.Table.Getter(name)?.Find([value]) is not { } getter)
            throw UnknownProperty(name, value, run);
        var setter = run.Table.Setter(name);
        var parent = this;
        return InPart(
            (item, inner) =>
            {
                Value[] arguments = [value, item];
                if (setter?.Find(arguments) is not { } set)
                    throw new RhaiException(RhaiErrorKind.Arguments, $"property '{name}' of {Printer.TypeName(value, inner.Table)} cannot be set") { Name = "ErrorDotExpr" };
                set.Body!(inner, arguments);
                if (!arguments[0].IsSame(value))
                    parent.Write(arguments[0], inner);
            },
            getter.Body!(run, [value]));
    }

    private static RhaiException UnknownProperty(string name, in Value value, Execution run)
    {
        if (LeftOut.Reason(name) is { } reason)
            return new(RhaiErrorKind.UnknownVariable, reason) { Name = "ErrorDotExpr" };
        var kind = RhaiErrorKind.UnknownVariable;
        var table = run.Table;
        var receiver = value;
        if (value.IsUnit && table.Getter(name) is not null)
            kind = RhaiErrorKind.Runtime;
        var hint = NearestName.Hint(name, table.PropertyNames.Where(property => table.Getter(property)!.Functions.Any(getter => getter.Signature.Parameters[0].Takes(receiver))));
        if (table.Function(name)?.Functions.Any(function => function.Signature.Parameters.Count == 1 && function.Takes([receiver])) == true)
            hint = $" — it is a method: {name}()";
        return new(kind, $"Unknown property '{name}' of {Printer.TypeName(value, table)}{hint}") { Name = "ErrorDotExpr" };
    }

    private static int Position(long index, int count, string what, string element)
    {
        var position = index < 0 ? index + count : index;
        if (position >= 0 && position < count)
            return (int)position;
        var has = count == 0 ? $"but it is empty" : $"only {count} {element}{(count == 1 ? "" : "s")} in it";
        throw new RhaiException(RhaiErrorKind.Runtime, $"{what} index {index} out of bounds: {has}") { Name = "ErrorIndexNotFound" };
    }

    private static byte Byte(in Value value, Execution run) => value.IsInteger ? (byte)value.Integer : throw Operators.Unknown("=", run, value);

    private Place Character(string text, long index)
    {
        var at = Position(index, Characters.Count(text), "String", "character");
        var parent = this;
        return InPart(
            (item, inner) =>
            {
                if (!item.IsCharacter)
                    throw new RhaiException(RhaiErrorKind.Arguments, $"a character is expected here, not {Printer.TypeName(item, inner.Table)}") { Name = "ErrorMismatchDataType" };
                parent.Write(Characters.Replace(text, at, item.Character), inner);
            },
            Characters.At(text, at));
    }

    private Place Bit(long number, long index)
    {
        var at = Position(index, 64, "Bit-field", "bit");
        var parent = this;
        return InPart(
            (item, inner) => parent.Write(item.IsBoolean ? BitFields.Set(number, at, item.Boolean) : throw Operators.Unknown("set_bit", inner, number, at, item), inner),
            BitFields.Get(number, at));
    }

    private Place Bits(long number, RhaiRange range)
    {
        var (start, count) = range.Within(64);
        var parent = this;
        return InPart(
            (item, inner) => parent.Write(item.IsInteger ? BitFields.Set(number, start, count, item.Integer) : throw Operators.Unknown("set_bits", inner, number, item), inner),
            BitFields.Get(number, start, count));
    }

    private Place InPart(Action<Value, Execution> write, in Value value) => new(new Part(write), null, 0, value, _constant);

    private sealed record Part(Action<Value, Execution> Write);
}
