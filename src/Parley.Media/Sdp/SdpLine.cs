namespace Parley.Media.Sdp;

/// <summary>A line this library has no own type for (<c>i= u= e= p= b= r= z= k=</c> and unknown letters), kept as it came.</summary>
public sealed record SdpLine
{
    /// <summary>Makes a line.</summary>
    /// <param name="type">The letter before the equals sign.</param>
    /// <param name="value">The text after it.</param>
    /// <exception cref="ArgumentException"><paramref name="type"/> is no ASCII letter or one that has its own property, or the value contains CR, LF or NUL.</exception>
    public SdpLine(char type, string value)
    {
        if (!char.IsAsciiLetter(type))
            throw new ArgumentException("An SDP line type is one ASCII letter.", nameof(type));
        if ("vostma".Contains(type, StringComparison.Ordinal))
            throw new ArgumentException($"The '{type}=' line has a property of its own in the description.", nameof(type));
        Type = type;
        Value = SdpText.Value(value, nameof(value));
    }

    /// <summary>The letter before the equals sign.</summary>
    public char Type { get; }

    /// <summary>The text after the equals sign.</summary>
    public string Value { get; }
}
