namespace Parley.Sip.Messages;

/// <summary>One header line. A view; valid as long as its message.</summary>
public readonly ref struct HeaderView
{
    internal HeaderView(HeaderId id, ReadOnlySpan<byte> name, ReadOnlySpan<byte> value)
    {
        Id = id;
        Name = name;
        Value = value;
    }

    /// <summary>Which header field it is; <see cref="HeaderId.Unknown"/> when it has no number.</summary>
    public HeaderId Id { get; }

    /// <summary>The name as it came, possibly in compact form.</summary>
    public ReadOnlySpan<byte> Name { get; }

    /// <summary>The value without blanks around it; line folds are blanks (RFC 3261 §7.3.1).</summary>
    public ReadOnlySpan<byte> Value { get; }
}

/// <summary>Where the parts of a header line lie in the message.</summary>
internal struct HeaderEntry
{
    public int NameStart;
    public int ValueStart;
    public int ValueLength;
    public ushort NameLength;
    public HeaderId Id;
}
