namespace Parley.Sip.Messages;

/// <summary>
/// The values of one header field, in the order received, whether they came in one line separated by commas or in many (RFC 3261 §7.3.1); for
/// <c>foreach</c>. Commas inside quotes and angle brackets separate nothing. Empty values are left out.
/// </summary>
/// <remarks>Not for Authorization, WWW-Authenticate, Date and other fields whose grammar has commas of its own.</remarks>
public ref struct HeaderValues
{
    private HeaderLines _lines;
    private ReadOnlySpan<byte> _rest;

    internal HeaderValues(HeaderLines lines)
    {
        _lines = lines;
        _rest = default;
        Current = default;
    }

    /// <summary>The current value without blanks around it.</summary>
    public ReadOnlySpan<byte> Current { get; private set; }

    /// <summary>This, for <c>foreach</c>.</summary>
    public readonly HeaderValues GetEnumerator() => this;

    /// <summary>Goes to the next value.</summary>
    public bool MoveNext()
    {
        while (true)
        {
            while (!_rest.IsEmpty)
            {
                var length = ValueLength(_rest);
                Current = SipSyntax.Trim(_rest[..length]);
                _rest = length < _rest.Length ? _rest[(length + 1)..] : default;
                if (!Current.IsEmpty)
                    return true;
            }

            if (!_lines.MoveNext())
                return false;
            _rest = _lines.Current;
        }
    }

    /// <summary>Length of the first value of a list: up to a comma outside quotes and angle brackets. What is opened and not closed reaches to the end.</summary>
    internal static int ValueLength(ReadOnlySpan<byte> list)
    {
        var at = 0;
        while (at < list.Length)
        {
            var next = list[at..].IndexOfAny(SipSyntax.ListDelimiter);
            if (next < 0)
                return list.Length;
            at += next;
            if (list[at] == ',')
                return at;
            var length = list[at] == '"' ? SipSyntax.QuotedLength(list[at..]) : list[at..].IndexOf((byte)'>') + 1;
            if (length <= 0)
                return list.Length;
            at += length;
        }

        return list.Length;
    }
}
