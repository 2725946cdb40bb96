using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace Parley.Media.Sdp;

/// <summary>
/// Reads descriptions (RFC 8866) as real peers write them: a missing last line end, LF alone, empty lines, ids that are no
/// numbers, host names for addresses and missing <c>s=</c> or <c>t=</c> lines are accepted. What could be read in two ways is not.
/// </summary>
public static class SdpParser
{
    // Longer lines are read into memory of their own; those of a call are shorter.
    private const int UsualLine = 256;

    /// <summary>Reads a description within the default limits.</summary>
    /// <param name="body">The body's bytes, UTF-8.</param>
    /// <param name="description">The description, when the result is true.</param>
    /// <param name="error">What is wrong, when the result is false.</param>
    public static bool TryParse(
        ReadOnlySpan<byte> body,
        [NotNullWhen(true)] out SessionDescription? description,
        [NotNullWhen(false)] out SdpError? error) =>
        TryParse(body, SdpLimits.Default, out description, out error);

    /// <summary>Reads a description.</summary>
    /// <param name="body">The body's bytes, UTF-8.</param>
    /// <param name="limits">How much is read before the description is refused.</param>
    /// <param name="description">The description, when the result is true.</param>
    /// <param name="error">What is wrong, when the result is false.</param>
    public static bool TryParse(
        ReadOnlySpan<byte> body,
        SdpLimits limits,
        [NotNullWhen(true)] out SessionDescription? description,
        [NotNullWhen(false)] out SdpError? error)
    {
        ArgumentNullException.ThrowIfNull(limits);
        description = null;
        if (body.Length > limits.MaxBytes)
        {
            error = new(0, $"{body.Length} bytes, at most {limits.MaxBytes} are read.");
            return false;
        }
        var builder = new SessionBuilder(limits);
        error = ReadLines(body, limits, builder);
        if (error is null)
            description = builder.Build(out error);
        return description is not null;
    }

    private static SdpError? ReadLines(ReadOnlySpan<byte> body, SdpLimits limits, SessionBuilder builder)
    {
        var number = 0;
        Span<char> usual = stackalloc char[UsualLine];
        while (!body.IsEmpty)
        {
            if (++number > limits.MaxLines)
                return new(number, $"more than {limits.MaxLines} lines.");
            var end = body.IndexOf((byte)'\n');
            var line = end < 0 ? body : body[..end];
            body = end < 0 ? [] : body[(end + 1)..];
            if (line.EndsWith("\r"u8)) line = line[..^1];
            if (line.IsEmpty) continue;
            var fault = Check(line, limits);
            if (fault is null)
            {
                var text = line.Length <= UsualLine ? usual : new char[line.Length];
                fault = builder.Add((char)line[0], text[..Encoding.UTF8.GetChars(line[2..], text)]);
            }
            if (fault is not null) return new(number, fault);
        }
        return null;
    }

    private static string? Check(ReadOnlySpan<byte> line, SdpLimits limits)
    {
        if (line.Length > limits.MaxLineBytes) return $"longer than {limits.MaxLineBytes} bytes.";
        if (line.Length < 2 || line[1] != '=' || !char.IsAsciiLetter((char)line[0])) return "a line must be one letter, '=' and a value.";
        return line.IndexOfAny((byte)'\r', (byte)'\0') >= 0 ? "a line must not contain a lone CR or a NUL." : null;
    }
}
