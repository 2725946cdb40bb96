using System.Buffers;
using System.Runtime.CompilerServices;

namespace Parley.Sip.Messages;

/// <summary>Character sets and small readers of the grammar (RFC 3261 §25.1).</summary>
internal static class SipSyntax
{
    private const string Alphanumeric = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    private const string Mark = "-_.!~*'()";

    /// <summary>token</summary>
    public static readonly SearchValues<byte> Token = Set(Alphanumeric + "-.!%*_+`'~");

    /// <summary>What a user is written with, without the percent sign of escapes.</summary>
    public static readonly SearchValues<byte> User = Set(Alphanumeric + Mark + "&=+$,;?/");

    /// <summary>Inside the brackets of an IPv6reference.</summary>
    public static readonly SearchValues<byte> V6 = Set("0123456789ABCDEFabcdef:.");

    /// <summary>global-number and local-number of a tel URI with parameters (RFC 3966 §3).</summary>
    public static readonly SearchValues<byte> Telephone = Set(Alphanumeric + Mark + "%+#;=[]/:&$");

    /// <summary>Any absolute URI: printable and none of the delimiters that end one.</summary>
    public static readonly SearchValues<byte> AbsoluteUri = Set(Alphanumeric + Mark + "%;/?:@&=+$,#[]");

    /// <summary>What matters when a list is split at its commas.</summary>
    public static readonly SearchValues<byte> ListDelimiter = SearchValues.Create(",\"<"u8);

    /// <summary>What must never reach a header value from outside: line ends and NUL.</summary>
    public static readonly SearchValues<byte> LineBreak = SearchValues.Create("\r\n\0"u8);

    private static SearchValues<byte> Set(string characters) => SearchValues.Create(System.Text.Encoding.ASCII.GetBytes(characters));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool IsSpace(byte b) => b is (byte)' ' or (byte)'\t';

    public static bool IsToken(ReadOnlySpan<byte> text) => !text.IsEmpty && ByteClass.Skip(text, 0, ByteClass.Token) == text.Length;

    /// <summary>Index of the first byte at or after <paramref name="at"/> that is no blank. Line folds are blanks by then.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int SkipSpace(ReadOnlySpan<byte> text, int at)
    {
        while ((uint)at < (uint)text.Length && IsSpace(text[at]))
            at++;
        return at;
    }

    public static ReadOnlySpan<byte> Trim(ReadOnlySpan<byte> text)
    {
        while (!text.IsEmpty && IsSpace(text[0]))
            text = text[1..];
        while (!text.IsEmpty && IsSpace(text[^1]))
            text = text[..^1];
        return text;
    }

    /// <summary>Reads decimal digits and nothing else; false when there are none, when something else follows, or above <paramref name="max"/>.</summary>
    public static bool TryReadNumber(ReadOnlySpan<byte> digits, long max, out long value)
    {
        value = 0;
        if (digits.IsEmpty)
            return false;
        foreach (var b in digits)
        {
            var digit = (uint)(b - '0');
            if (digit > 9)
                return false;
            value = value * 10 + digit;
            if (value > max)
                return false;
        }

        return true;
    }

    /// <summary>True when the text is this lower-case name in any case. For the few letters of a parameter name quicker than the general comparison.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool IsName(ReadOnlySpan<byte> text, ReadOnlySpan<byte> lower)
    {
        if (text.Length != lower.Length)
            return false;
        for (var i = 0; i < lower.Length; i++)
        {
            if ((text[i] | 0x20) != lower[i])
                return false;
        }

        return true;
    }

    /// <summary>Length of the digits at the start.</summary>
    public static int DigitCount(ReadOnlySpan<byte> text)
    {
        var n = 0;
        while (n < text.Length && char.IsAsciiDigit((char)text[n]))
            n++;
        return n;
    }

    /// <summary>Length of the quoted string at the start, both quotes included; -1 when it is not closed (RFC 3261 §25.1 quoted-string).</summary>
    public static int QuotedLength(ReadOnlySpan<byte> text)
    {
        var at = 1;
        while (at < text.Length)
        {
            var next = text[at..].IndexOfAny((byte)'"', (byte)'\\');
            if (next < 0)
                return -1;
            at += next;
            if (text[at] == '"')
                return at + 1;
            at += 2; // a quoted-pair: whatever follows the backslash is text
        }

        return -1;
    }

    /// <summary>True when every percent sign begins an escape of two hexadecimal digits.</summary>
    public static bool EscapesAreWhole(ReadOnlySpan<byte> text)
    {
        while (true)
        {
            var at = text.IndexOf((byte)'%');
            if (at < 0)
                return true;
            if (at + 2 >= text.Length || !char.IsAsciiHexDigit((char)text[at + 1]) || !char.IsAsciiHexDigit((char)text[at + 2]))
                return false;
            text = text[(at + 3)..];
        }
    }
}
