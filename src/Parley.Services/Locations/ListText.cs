namespace Parley.Services.Locations;

/// <summary>Splits lists and header parameters that were found well-formed before.</summary>
internal static class ListText
{
    /// <summary>Length of the first part of a list, up to a separator outside quotes and angle brackets.</summary>
    public static int ValueLength(ReadOnlySpan<byte> list, byte separator)
    {
        var (isQuoted, isBracketed) = (false, false);
        for (var at = 0; at < list.Length; at++)
        {
            var b = list[at];
            if (isQuoted && b == '\\')
                at++;
            else if (b == '"' && !isBracketed)
                isQuoted = !isQuoted;
            else if (!isQuoted && b is (byte)'<' or (byte)'>')
                isBracketed = b == '<';
            else if (b == separator && !isQuoted && !isBracketed)
                return at;
        }

        return list.Length;
    }

    /// <summary>Takes one parameter off the front of <c>;name=value;name</c>. A quoted value keeps its quotes.</summary>
    public static bool NextParameter(scoped ref ReadOnlySpan<byte> text, out ReadOnlySpan<byte> name, out ReadOnlySpan<byte> value)
    {
        name = value = default;
        while (!text.IsEmpty && text[0] is (byte)';' or (byte)' ' or (byte)'\t')
            text = text[1..];
        if (text.IsEmpty)
            return false;
        var length = ValueLength(text, (byte)';');
        var one = text[..length];
        text = text[length..];
        var equals = one.IndexOf((byte)'=');
        name = (equals < 0 ? one : one[..equals]).Trim(" \t"u8);
        value = equals < 0 ? default : one[(equals + 1)..].Trim(" \t"u8);
        return true;
    }
}
