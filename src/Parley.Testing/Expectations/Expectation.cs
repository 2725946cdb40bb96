using System.Globalization;
using System.Text.RegularExpressions;

namespace Parley.Testing.Expectations;

/// <summary>A value of which things are expected. Each matcher returns the same, so that they can be chained, or throws an <see cref="ExpectationException"/>.</summary>
public sealed class Expectation
{
    // A pattern of a script on a text of the other side's: long enough for any honest one.
    private static readonly TimeSpan s_patternLimit = TimeSpan.FromSeconds(1);

    private readonly ExpectationScope? _scope;
    private readonly IValueText _text;
    private string? _label;

    /// <summary>Creates one.</summary>
    /// <param name="actual">The value.</param>
    /// <param name="label">What it is, for messages. Default nothing.</param>
    /// <param name="scope">Where it is reported. Default <see cref="ExpectationScope.Current"/>.</param>
    /// <param name="text">How values look. Default <see cref="ValueText.Default"/>.</param>
    public Expectation(object? actual, string? label = null, ExpectationScope? scope = null, IValueText? text = null)
    {
        Value = actual;
        _label = label;
        _scope = scope ?? ExpectationScope.Current;
        _text = text ?? ValueText.Default;
    }

    /// <summary>The value.</summary>
    public object? Value { get; }

    /// <summary>Says what the value is, in place of what was said before.</summary>
    public Expectation Describe(string label)
    {
        _label = label;
        return this;
    }

    /// <summary>It is of the same kind and prints the same: 1 is not "1", and 1 is not 1.0.</summary>
    public Expectation IsEqualTo(object? expected) => Decide($"equals {_text.Print(expected)}", IsSame(expected));

    /// <summary>It is of another kind, or prints differently.</summary>
    public Expectation IsNotEqualTo(object? expected) => Decide($"not equals {_text.Print(expected)}", !IsSame(expected));

    /// <summary>It is the boolean true.</summary>
    public Expectation IsTrue() => Decide("is true", Value is true);

    /// <summary>It is the boolean false.</summary>
    public Expectation IsFalse() => Decide("is false", Value is false);

    /// <summary>There is a value.</summary>
    public Expectation IsPresent() => Decide("is present", !IsNothing);

    /// <summary>There is none.</summary>
    public Expectation IsAbsent() => Decide("is absent", IsNothing);

    /// <summary>A string, array or map without anything in it.</summary>
    public Expectation IsEmpty() => Decide("is empty", Count() == 0);

    /// <summary>A string, array or map with something in it.</summary>
    public Expectation IsNotEmpty() => Decide("is not empty", Count() != 0);

    /// <summary>Its printed form has that in it.</summary>
    public Expectation Contains(string part)
    {
        ArgumentNullException.ThrowIfNull(part);
        return Decide($"contains \"{part}\"", Printed.Contains(part, StringComparison.Ordinal));
    }

    /// <summary>A regular expression finds something in its printed form.</summary>
    /// <exception cref="ArgumentException">It is no regular expression, or one that does not come to an end on this text; the message says why.</exception>
    public Expectation Matches(string pattern)
    {
        ArgumentNullException.ThrowIfNull(pattern);
        return Decide($"matches \"{pattern}\"", Finds(pattern));
    }

    /// <summary>It is a number above another.</summary>
    public Expectation IsGreaterThan(object? limit) => Compare("greater than", limit, static order => order > 0);

    /// <summary>It is a number not below another.</summary>
    public Expectation IsAtLeast(object? limit) => Compare("at least", limit, static order => order >= 0);

    /// <summary>It is a number below another.</summary>
    public Expectation IsLessThan(object? limit) => Compare("less than", limit, static order => order < 0);

    /// <summary>It is a number not above another.</summary>
    public Expectation IsAtMost(object? limit) => Compare("at most", limit, static order => order <= 0);

    private bool Finds(string pattern)
    {
        try
        {
            return Regex.IsMatch(Printed, pattern, RegexOptions.CultureInvariant, s_patternLimit);
        }
        catch (RegexMatchTimeoutException)
        {
            throw new ArgumentException($"the pattern \"{pattern}\" takes longer than {Durations.Print(s_patternLimit)} on this text: it tries too many ways", nameof(pattern));
        }
    }

    private bool IsNothing => _text.KindOf(Value) == "()";

    private string Printed => _text.Print(Value);

    private bool IsSame(object? expected) => _text.KindOf(Value) == _text.KindOf(expected) && Printed == _text.Print(expected);

    private int Count() => _text.CountOf(Value) ?? throw Wrong("a string, array or map");

    private Expectation Compare(string phrase, object? limit, Predicate<int> holds)
    {
        if (!TryNumber(limit, out var bound))
            throw new ArgumentException($"{_text.Print(limit)} is no number to compare with.", nameof(limit));
        if (!TryNumber(Value, out var number))
            throw Wrong("a number to compare");
        var both = number is decimal a && bound is decimal b ? a.CompareTo(b) : Convert.ToDouble(number, CultureInfo.InvariantCulture).CompareTo(Convert.ToDouble(bound, CultureInfo.InvariantCulture));
        return Decide($"{phrase} {_text.Print(limit)}", holds(both));
    }

    private ExpectationException Wrong(string expected)
    {
        _scope?.Report(new AssertionRecord(_label, expected, false, Printed));
        return new ExpectationException(_label, expected, Printed);
    }

    private Expectation Decide(string expected, bool ok)
    {
        _scope?.Report(new AssertionRecord(_label, expected, ok, Printed));
        return ok ? this : throw new ExpectationException(_label, expected, Printed);
    }

    // Whole numbers compare exactly, whatever their size; a fraction on either side makes it a comparison of doubles.
    private static bool TryNumber(object? value, out object number)
    {
        number = value switch
        {
            sbyte or byte or short or ushort or int or uint or long or ulong => Convert.ToDecimal(value, CultureInfo.InvariantCulture),
            float or double => Convert.ToDouble(value, CultureInfo.InvariantCulture),
            decimal => value,
            _ => false,
        };
        return number is not false;
    }
}
