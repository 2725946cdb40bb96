namespace Parley.Sip.Messages;

/// <summary>The values of all lines of one header field, in the order received; for <c>foreach</c>.</summary>
public ref struct HeaderLines
{
    private readonly SipMessage _message;
    private readonly HeaderId _id;
    private int _index;

    internal HeaderLines(SipMessage message, HeaderId id)
    {
        _message = message;
        _id = id;
        _index = message.FirstIndex(id) - 1;
    }

    /// <summary>The value of the current line.</summary>
    public readonly ReadOnlySpan<byte> Current => _message.Header(_index).Value;

    /// <summary>This, for <c>foreach</c>.</summary>
    public readonly HeaderLines GetEnumerator() => this;

    /// <summary>Goes to the next line.</summary>
    public bool MoveNext()
    {
        _index = _message.NextIndex(_id, _index + 1);
        return _index < _message.HeaderCount;
    }
}
