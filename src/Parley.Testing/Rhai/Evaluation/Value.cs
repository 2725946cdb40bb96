using System.Text;

namespace Parley.Testing.Rhai.Evaluation;

internal enum ValueKind : byte
{
    Unit,
    Boolean,
    Integer,
    Float,
    Decimal,
    Character,
    String,
    Array,
    Map,
    Blob,
    Range,
    Function,
    Time,
    Host,
}

/// <summary>
/// One value of a script, two words: numbers and characters are held without an object. Arrays, maps and blobs are objects that have one owner; who takes a second
/// hold of one takes a copy (<see cref="Execution.Copy(Value)"/>), which makes them values to the script.
/// </summary>
internal readonly struct Value
{
    private static readonly object s_boolean = new Tag(ValueKind.Boolean);
    private static readonly object s_integer = new Tag(ValueKind.Integer);
    private static readonly object s_float = new Tag(ValueKind.Float);
    private static readonly object s_character = new Tag(ValueKind.Character);

    private readonly object? _object;
    private readonly long _bits;

    private Value(object? content, long bits = 0)
    {
        _object = content;
        _bits = bits;
    }

    public static Value Unit => default;

    public static Value True { get; } = new(s_boolean, 1);

    public static Value False { get; } = new(s_boolean);

    public bool IsUnit => _object is null;

    public bool IsInteger => ReferenceEquals(_object, s_integer);

    public bool IsFloat => ReferenceEquals(_object, s_float);

    public bool IsBoolean => ReferenceEquals(_object, s_boolean);

    public bool IsCharacter => ReferenceEquals(_object, s_character);

    public bool IsDecimal => _object is decimal;

    public bool IsNumber => IsInteger || IsFloat;

    public bool IsString => _object is string;

    public ValueKind Kind => _object switch
    {
        null => ValueKind.Unit,
        Tag tag => tag.Kind,
        decimal => ValueKind.Decimal,
        string => ValueKind.String,
        RhaiArray => ValueKind.Array,
        RhaiMap => ValueKind.Map,
        RhaiBlob => ValueKind.Blob,
        RhaiRange => ValueKind.Range,
        FunctionPointer => ValueKind.Function,
        RhaiTime => ValueKind.Time,
        _ => ValueKind.Host,
    };

    public bool Boolean => _bits != 0;

    public long Integer => _bits;

    public double Float => BitConverter.Int64BitsToDouble(_bits);

    /// <summary>An integer's or a float's value.</summary>
    public double Number => IsInteger ? _bits : Float;

    /// <summary>A decimal's or an integer's value.</summary>
    public decimal Decimal => _object is decimal number ? number : _bits;

    public Rune Character => new((int)_bits);

    public string Text => (string)_object!;

    public RhaiArray Array => (RhaiArray)_object!;

    public RhaiMap Map => (RhaiMap)_object!;

    public RhaiBlob Blob => (RhaiBlob)_object!;

    public RhaiRange Range => (RhaiRange)_object!;

    public FunctionPointer Function => (FunctionPointer)_object!;

    /// <summary>The object behind it: text, array, …, or the host's own; null for unit and what has no object.</summary>
    public object? Object => _object is Tag ? null : _object;

    /// <summary>The shared variable a slot holds in place of a value.</summary>
    public Cell Cell => (Cell)_object!;

    public bool IsCell => _object is Cell;

    /// <summary>Whether it must be copied when a second variable gets it.</summary>
    public bool IsComposite => _object is RhaiArray or RhaiMap or RhaiBlob;

    public static implicit operator Value(long value) => new(s_integer, value);

    public static implicit operator Value(int value) => new(s_integer, value);

    public static implicit operator Value(double value) => new(s_float, BitConverter.DoubleToInt64Bits(value));

    public static implicit operator Value(decimal value) => new(value);

    public static implicit operator Value(bool value) => value ? True : False;

    public static implicit operator Value(Rune value) => new(s_character, value.Value);

    public static implicit operator Value(string? value) => new(value);

    public static implicit operator Value(RhaiArray value) => new(value);

    public static implicit operator Value(RhaiMap value) => new(value);

    public static implicit operator Value(RhaiBlob value) => new(value);

    public static implicit operator Value(RhaiRange value) => new(value);

    public static implicit operator Value(FunctionPointer value) => new(value);

    /// <summary>A value for any object of the host's; null is unit.</summary>
    public static Value Of(object? content) => content switch
    {
        Value value => value,
        bool flag => flag,
        int number => number,
        long number => number,
        double number => number,
        Rune rune => rune,
        _ => new(content),
    };

    /// <summary>The same object, or the same number: what a function that changes its first argument is asked by.</summary>
    public bool IsSame(in Value other) => ReferenceEquals(_object, other._object) && _bits == other._bits;

    /// <summary>As the host's functions take it: numbers, text and truth as themselves, everything else as the object or, for arrays and maps, this value.</summary>
    public object? ToHost() => Kind switch
    {
        ValueKind.Unit => null,
        ValueKind.Boolean => Boolean,
        ValueKind.Integer => Integer,
        ValueKind.Float => Float,
        ValueKind.Character or ValueKind.Array or ValueKind.Map or ValueKind.Blob => this,
        _ => _object,
    };

    public override string ToString() => Printer.Text(this);

    private sealed class Tag(ValueKind kind)
    {
        public ValueKind Kind { get; } = kind;
    }
}
