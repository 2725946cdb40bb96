using System.Text;
using Parley.Sip.Messages;

namespace Parley;

/// <summary>
/// DTMF in INFO bodies. No RFC defines it; phones agree on <c>application/dtmf-relay</c> (<c>Signal=5</c> and <c>Duration=160</c>, in milliseconds)
/// and <c>application/dtmf</c> (the digit alone).
/// </summary>
internal static class InfoDigits
{
    private const int DefaultMilliseconds = 160; // what the common phones write

    /// <summary>True when the body names a digit.</summary>
    public static bool TryRead(SipMessage info, out char digit, out TimeSpan duration)
    {
        digit = default;
        duration = TimeSpan.FromMilliseconds(DefaultMilliseconds);
        var type = info.Value(HeaderId.ContentType);
        if (Starts(type, "application/dtmf-relay"u8))
            return TryReadRelay(info.Body, ref digit, ref duration);
        return Starts(type, "application/dtmf"u8) && TryDigit(info.Body.Trim(" \t\r\n"u8), out digit);
    }

    /// <summary>The body that sends a digit.</summary>
    public static byte[] WriteRelay(char digit, TimeSpan duration) =>
        Encoding.ASCII.GetBytes($"Signal={digit}\r\nDuration={(int)duration.TotalMilliseconds}\r\n");

    public static bool IsDigit(char symbol) => char.ToUpperInvariant(symbol) is >= '0' and <= '9' or '*' or '#' or >= 'A' and <= 'D';

    private static bool TryReadRelay(ReadOnlySpan<byte> body, ref char digit, ref TimeSpan duration)
    {
        var found = false;
        foreach (var range in body.Split((byte)'\n'))
        {
            var line = body[range].Trim(" \t\r"u8);
            var equals = line.IndexOf((byte)'=');
            if (equals < 0)
                continue;
            var name = line[..equals].Trim((byte)' ');
            var value = line[(equals + 1)..].Trim((byte)' ');
            if (Starts(name, "signal"u8))
                found = TryDigit(value, out digit);
            else if (Starts(name, "duration"u8) && int.TryParse(value, out var milliseconds) && milliseconds is > 0 and <= 60_000)
                duration = TimeSpan.FromMilliseconds(milliseconds);
        }

        return found;
    }

    private static bool TryDigit(ReadOnlySpan<byte> text, out char digit)
    {
        digit = default;
        if (text.Length == 1)
            digit = char.ToUpperInvariant((char)text[0]);
        else if (int.TryParse(text, out var number) && number is 10 or 11)
            digit = number == 10 ? '*' : '#'; // the event numbers of RFC 4733 §3.2, which some phones write
        return IsDigit(digit);
    }

    private static bool Starts(ReadOnlySpan<byte> value, ReadOnlySpan<byte> with) =>
        value.Length >= with.Length && Ascii.EqualsIgnoreCase(value[..with.Length], with);
}
