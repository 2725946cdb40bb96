namespace Parley.Cli.Configuration;

/// <summary>Which numbers are meant: each character stands for itself, <c>X</c> for any digit, and <c>.</c> at the end for one or more further characters.</summary>
internal sealed record DialPattern
{
    // Longer than any number with its prefixes (ITU-T E.164: 15 digits).
    private const int Longest = 64;

    private const char AnyDigit = 'X', Rest = '.';

    private DialPattern(string text) => Text = text;

    /// <summary>As it is written.</summary>
    public string Text { get; }

    /// <summary>Reads a pattern; null when it is none.</summary>
    public static DialPattern? TryParse(string text) =>
        text.Length is > 0 and <= Longest && text.IndexOf(Rest) is var dot && (dot < 0 || dot == text.Length - 1) && !text.Any(c => char.IsControl(c) || char.IsWhiteSpace(c))
            ? new(text)
            : null;

    /// <summary>True when that number is meant.</summary>
    public bool Matches(string number)
    {
        var open = Text[^1] == Rest;
        var fixedPart = open ? Text.Length - 1 : Text.Length;
        if (open ? number.Length <= fixedPart : number.Length != fixedPart)
            return false;
        for (var i = 0; i < fixedPart; i++)
        {
            if (Text[i] == AnyDigit ? !char.IsAsciiDigit(number[i]) : Text[i] != number[i])
                return false;
        }

        return true;
    }

    public override string ToString() => Text;
}
