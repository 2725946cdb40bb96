using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Parley.Services.Trunks;

/// <summary>
/// Rewrites a number: what a pattern matches loses its first characters and gets others in front. Patterns are compared character by character: <c>X</c> is any digit,
/// <c>Z</c> one from 1 to 9, <c>N</c> one from 2 to 9, <c>*</c> at the end whatever follows, and everything else itself. Immutable.
/// </summary>
public sealed class NumberRule
{
    // Longer ones are no telephone numbers: E.164 has 15 digits, dialling prefixes and visual separators a few more.
    private const int LongestNumber = 64;

    // A pattern that takes longer over 64 characters backtracks without end.
    private static readonly TimeSpan s_patience = TimeSpan.FromMilliseconds(20);

    private readonly string _pattern;
    private readonly int _strip;
    private readonly string _add;
    private readonly Regex? _expression;

    private NumberRule(string pattern, int strip, string add, Regex? expression)
    {
        _pattern = pattern;
        _strip = strip;
        _add = add;
        _expression = expression;
    }

    /// <summary>A rule by pattern.</summary>
    /// <param name="pattern">What it is for: <c>00*</c>, <c>0Z*</c>, <c>1XX</c>.</param>
    /// <param name="strip">Characters taken away at the front.</param>
    /// <param name="add">Put in front of what is left: digits, <c>+</c>, <c>*</c>, <c>#</c> and letters.</param>
    /// <exception cref="ArgumentException">The pattern is empty, a <c>*</c> stands before its end, or <paramref name="add"/> cannot be in a number.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="strip"/> is negative, or takes more than the pattern makes sure is there.</exception>
    public static NumberRule Of(string pattern, int strip = 0, string add = "")
    {
        ArgumentException.ThrowIfNullOrEmpty(pattern);
        RequireNumber(add, nameof(add));
        if (pattern.Length > LongestNumber || pattern[..^1].Contains('*', StringComparison.Ordinal) || pattern.Any(char.IsControl))
            throw new ArgumentException($"'{pattern}' is no pattern of a number: a * stands at its end only.", nameof(pattern));
        ArgumentOutOfRangeException.ThrowIfNegative(strip);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(strip, pattern.TrimEnd('*').Length);
        return new(pattern, strip, add, null);
    }

    /// <summary>A rule by regular expression, for what patterns cannot say. It has 20 ms for a number; one that takes longer does not match.</summary>
    /// <param name="expression">Matched against the whole number.</param>
    /// <param name="replacement">What the number becomes; <c>$1</c> stands for the first group.</param>
    /// <exception cref="ArgumentException">The expression is malformed.</exception>
    public static NumberRule OfExpression(string expression, string replacement)
    {
        ArgumentException.ThrowIfNullOrEmpty(expression);
        ArgumentNullException.ThrowIfNull(replacement);
        return new(expression, 0, replacement, new Regex($"^(?:{expression})$", RegexOptions.CultureInvariant, s_patience));
    }

    /// <summary>What the number becomes; null when the rule is not for it.</summary>
    public string? Apply(string number)
    {
        ArgumentNullException.ThrowIfNull(number);
        if (number.Length > LongestNumber)
            return null;
        if (_expression is null)
            return Matches(number) ? _add + number[_strip..] : null;
        try
        {
            var match = _expression.Match(number);
            return match.Success && IsNumber(match.Result(_add)) ? match.Result(_add) : null;
        }
        catch (RegexMatchTimeoutException)
        {
            return null;
        }
    }

    /// <summary>What the first of the rules that is for the number makes of it; the number itself when none is.</summary>
    public static string ApplyFirst(IReadOnlyList<NumberRule> rules, string number)
    {
        ArgumentNullException.ThrowIfNull(rules);
        foreach (var rule in rules)
        {
            if (rule.Apply(number) is { } changed)
                return changed;
        }

        return number;
    }

    /// <summary>The rule as text.</summary>
    public override string ToString() => _expression is null
        ? new StringBuilder(_pattern).Append(CultureInfo.InvariantCulture, $" strip {_strip} add '{_add}'").ToString()
        : $"/{_pattern}/{_add}/";

    private bool Matches(string number)
    {
        var isOpen = _pattern[^1] == '*';
        var fixedLength = isOpen ? _pattern.Length - 1 : _pattern.Length;
        if (isOpen ? number.Length < fixedLength : number.Length != fixedLength)
            return false;
        for (var i = 0; i < fixedLength; i++)
        {
            var matches = _pattern[i] switch
            {
                'X' => char.IsAsciiDigit(number[i]),
                'Z' => number[i] is >= '1' and <= '9',
                'N' => number[i] is >= '2' and <= '9',
                var character => number[i] == character,
            };
            if (!matches)
                return false;
        }

        return true;
    }

    private static void RequireNumber(string text, string argument)
    {
        ArgumentNullException.ThrowIfNull(text, argument);
        if (!IsNumber(text))
            throw new ArgumentException($"'{text}' cannot be part of a number.", argument);
    }

    private static bool IsNumber(string text) => text.All(c => char.IsAsciiLetterOrDigit(c) || c is '+' or '*' or '#' or '-' or '.' or '_');
}
