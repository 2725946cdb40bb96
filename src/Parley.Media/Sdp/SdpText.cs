namespace Parley.Media.Sdp;

/// <summary>
/// Guards the text that becomes an SDP line. SDP separates records by CR/LF and fields by space, so a value carrying one of
/// them could add lines or fields its author never wrote (RFC 8866 §9, byte-string excludes NUL, CR and LF).
/// </summary>
internal static class SdpText
{
    public static string Value(string value, string name)
    {
        ArgumentNullException.ThrowIfNull(value, name);
        if (value.AsSpan().IndexOfAny('\r', '\n', '\0') >= 0)
            throw new ArgumentException("An SDP value must not contain CR, LF or NUL.", name);
        return value;
    }

    public static string Token(string value, string name)
    {
        Value(value, name);
        if (value.Length == 0 || value.Contains(' ', StringComparison.Ordinal))
            throw new ArgumentException("An SDP field must be one word: not empty and without spaces.", name);
        return value;
    }

    public static string AttributeName(string value, string name)
    {
        Value(value, name);
        if (value.Length == 0 || value.Contains(':', StringComparison.Ordinal))
            throw new ArgumentException("An SDP attribute name must not be empty and must not contain a colon.", name);
        return value;
    }
}
