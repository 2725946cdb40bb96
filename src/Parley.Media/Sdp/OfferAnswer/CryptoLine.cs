using System.Globalization;
using Parley.Media.Srtp;

namespace Parley.Media.Sdp.OfferAnswer;

/// <summary>One key of a session description: <c>a=crypto</c> (RFC 4568 §9.1).</summary>
/// <param name="Tag">Its number, by which the answer names it.</param>
/// <param name="Key">Suite and key.</param>
internal readonly record struct CryptoLine(int Tag, SrtpKey Key)
{
    private const string Inline = "inline:";

    /// <summary>Reads the lines of a stream that can be used, in their order; what is unknown, or asks for what is not done here, is left out.</summary>
    public static List<CryptoLine> ReadAll(MediaDescription media)
    {
        List<CryptoLine> lines = [];
        foreach (var attribute in media.Attributes)
        {
            if (attribute.Is("crypto") && TryParse(attribute.Value, out var line))
                lines.Add(line);
        }

        return lines;
    }

    public SdpAttribute ToAttribute() => new("crypto", string.Create(CultureInfo.InvariantCulture, $"{Tag} {Key.Suite} {Inline}{Key.ToBase64()}"));

    private static bool TryParse(string? text, out CryptoLine line)
    {
        line = default;
        var fields = text?.Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) ?? [];
        // RFC 4568 §9.1: the tag has at most nine digits; §6.3: a parameter that is not known makes the line one that cannot be used, unless it begins with a hyphen.
        if (fields.Length < 3 || fields[0].Length > 9 || !int.TryParse(fields[0], NumberStyles.None, CultureInfo.InvariantCulture, out var tag)
            || !SrtpSuite.TryFind(fields[1], out var suite) || fields[3..].Any(parameter => !CanIgnore(parameter)))
            return false;
        if (!TryReadKey(fields[2], suite, out var key))
            return false;
        line = new CryptoLine(tag, key);
        return true;
    }

    // Hints that change nothing of what is sent: the window of a receiver, and what others may add. A rate of zero is how it is done here.
    private static bool CanIgnore(string parameter) =>
        parameter.StartsWith('-') || parameter.StartsWith("WSH=", StringComparison.Ordinal) || parameter is "KDR=0" or "FEC_ORDER=FEC_SRTP";

    // inline:<key and salt>["|" lifetime]["|" MKI ":" length]. Several keys need an MKI to tell them apart, which is not used here.
    private static bool TryReadKey(string text, SrtpSuite suite, out SrtpKey key)
    {
        key = null!;
        if (!text.StartsWith(Inline, StringComparison.OrdinalIgnoreCase) || text.Contains(';', StringComparison.Ordinal))
            return false;
        var parts = text[Inline.Length..].Split('|');
        if (parts.Length > 2 || (parts.Length == 2 && parts[1].Contains(':', StringComparison.Ordinal)))
            return false;
        Span<byte> bytes = stackalloc byte[64]; // the longest, 256 bits with 112 of salt, has 46
        if (parts[0].Length > 80 || !Convert.TryFromBase64String(parts[0], bytes, out var length) || length != suite.KeyLength + suite.SaltLength)
            return false;
        key = SrtpKey.From(suite, bytes[..length]);
        return true;
    }
}
