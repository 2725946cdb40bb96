using System.Buffers;
using System.Text;

namespace Parley.Sip.Messages;

/// <summary>Percent escapes of URIs (RFC 3261 §19.1.2) and quoted strings (§25.1).</summary>
internal static class Escaping
{
    /// <summary>Resolves the escapes; bytes that are no UTF-8 become replacement characters.</summary>
    public static string Unescape(string text)
    {
        if (!text.Contains('%', StringComparison.Ordinal))
            return text;
        var bytes = Encoding.UTF8.GetBytes(text);
        var length = 0;
        for (var i = 0; i < bytes.Length; i++)
        {
            var escaped = bytes[i] == '%' && i + 2 < bytes.Length && char.IsAsciiHexDigit((char)bytes[i + 1]) && char.IsAsciiHexDigit((char)bytes[i + 2]);
            bytes[length++] = escaped ? (byte)(Digit(bytes[i + 1]) << 4 | Digit(bytes[i + 2])) : bytes[i];
            if (escaped)
                i += 2;
        }

        return Encoding.UTF8.GetString(bytes, 0, length);
    }

    /// <summary>Escapes every byte of the UTF-8 form that <paramref name="allowed"/> does not have, and the percent sign.</summary>
    public static string Escape(string text, SearchValues<byte> allowed)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        if (bytes.AsSpan().IndexOfAnyExcept(allowed) < 0 && !bytes.AsSpan().Contains((byte)'%'))
            return text;
        var result = new StringBuilder(bytes.Length);
        foreach (var b in bytes)
        {
            if (allowed.Contains(b) && b != '%')
                result.Append((char)b);
            else
                result.Append('%').Append(b.ToString("X2", System.Globalization.CultureInfo.InvariantCulture));
        }

        return result.ToString();
    }

    /// <summary>The text of a display name: a quoted string without its quotes and backslashes, tokens as they are.</summary>
    public static string Unquote(ReadOnlySpan<byte> text)
    {
        if (text.Length < 2 || text[0] != '"')
            return Encoding.UTF8.GetString(text);
        var inner = Encoding.UTF8.GetString(text[1..^1]);
        if (!inner.Contains('\\', StringComparison.Ordinal))
            return inner;
        var result = new StringBuilder(inner.Length);
        for (var i = 0; i < inner.Length; i++)
        {
            if (inner[i] == '\\' && i + 1 < inner.Length)
                i++;
            result.Append(inner[i]);
        }

        return result.ToString();
    }

    /// <summary>The text as a quoted string.</summary>
    public static string Quote(string text) =>
        "\"" + text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal) + "\"";

    private static int Digit(byte b) => b <= '9' ? b - '0' : (b | 0x20) - 'a' + 10;
}
