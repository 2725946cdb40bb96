using System.Runtime.CompilerServices;
using System.Text;

namespace Parley.Sip.Messages;

/// <summary>
/// Walks the <c>;name=value</c> parameters of a header field (RFC 3261 §25.1 generic-param). Stops at a comma outside quotes, which begins the
/// next value of the list.
/// </summary>
internal ref struct ParameterReader
{
    private readonly ReadOnlySpan<byte> _text;
    private int _at;

    public ParameterReader(ReadOnlySpan<byte> text, int at = 0)
    {
        _text = text;
        _at = at;
        Name = default;
        Value = default;
        IsValid = true;
    }

    /// <summary>Where the name of the current parameter lies.</summary>
    public Piece Name { get; private set; }

    /// <summary>Where its value lies, quotes included; empty when it has none.</summary>
    public Piece Value { get; private set; }

    /// <summary>False once something was met that is no parameter.</summary>
    public bool IsValid { get; private set; }

    /// <summary>True once a semicolon had no parameter after it, which the grammar does not allow.</summary>
    public bool HasGap { get; private set; }

    /// <summary>Where reading stands: after the last parameter, at a comma or at the end.</summary>
    public readonly int Position => _at;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool MoveNext()
    {
        var text = _text;
        var at = SipSyntax.SkipSpace(text, _at);
        while ((uint)at < (uint)text.Length && text[at] == ';')
        {
            at = SipSyntax.SkipSpace(text, at + 1);
            if ((uint)at < (uint)text.Length && text[at] is not ((byte)';' or (byte)','))
                return Read(at);
            HasGap = true;
        }

        _at = at;
        if (at < text.Length && text[at] != ',')
            IsValid = false;
        return false;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool Read(int start)
    {
        var text = _text;
        var at = ByteClass.Skip(text, start, ByteClass.Token);
        if (at == start)
            return Fail(at);
        Name = Piece.Between(start, at);
        Value = default;
        _at = at;
        at = SipSyntax.SkipSpace(text, at);
        if ((uint)at >= (uint)text.Length || text[at] != '=')
            return true;
        at = SipSyntax.SkipSpace(text, at + 1);
        return ReadValue(at);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool ReadValue(int start)
    {
        var text = _text;
        var length = (uint)start < (uint)text.Length && text[start] == '"'
            ? SipSyntax.QuotedLength(text[start..])
            : ByteClass.Skip(text, start, ByteClass.ParameterValue) - start;
        if (length <= 0)
            return Fail(start);
        Value = new Piece(start, length);
        _at = start + length;
        return true;
    }

    private bool Fail(int at)
    {
        _at = at;
        IsValid = false;
        return false;
    }

    /// <summary>Finds a parameter by name, without regard to case (RFC 3261 §7.3.1). The value is empty when it has none.</summary>
    public static bool TryFind(ReadOnlySpan<byte> parameters, ReadOnlySpan<byte> name, out ReadOnlySpan<byte> value)
    {
        var reader = new ParameterReader(parameters);
        while (reader.MoveNext())
        {
            if (reader.Name.Length == name.Length && Ascii.EqualsIgnoreCase(reader.Name.Of(parameters), name))
            {
                value = reader.Value.Of(parameters);
                return true;
            }
        }

        value = default;
        return false;
    }
}
