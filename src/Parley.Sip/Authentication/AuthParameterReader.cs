using System.Text;
using Parley.Sip.Messages;

namespace Parley.Sip.Authentication;

/// <summary>Walks the comma-separated <c>name=value</c> parameters of a challenge or credentials (RFC 3261 §25.1, RFC 7616 §3.3).</summary>
internal ref struct AuthParameterReader
{
    private ReadOnlySpan<byte> _rest;

    /// <summary>The name of the current parameter.</summary>
    public ReadOnlySpan<byte> Name { get; private set; }

    /// <summary>Its value; of a quoted string what is between the quotes, backslashes kept, as it goes into hashes.</summary>
    public ReadOnlySpan<byte> Value { get; private set; }

    /// <summary>False once something was met that is no parameter.</summary>
    public bool IsValid { get; private set; }

    /// <summary>Begins with a header value. False when its scheme is not Digest.</summary>
    public static bool TryBegin(ReadOnlySpan<byte> value, out AuthParameterReader reader)
    {
        reader = default;
        var scheme = "Digest"u8;
        if (value.Length <= scheme.Length || !Ascii.EqualsIgnoreCase(value[..scheme.Length], scheme) || !SipSyntax.IsSpace(value[scheme.Length]))
            return false;
        reader = new AuthParameterReader { _rest = value[scheme.Length..], IsValid = true };
        return true;
    }

    public bool MoveNext()
    {
        var rest = _rest;
        var at = SipSyntax.SkipSpace(rest, 0);
        while (at < rest.Length && rest[at] == ',')
            at = SipSyntax.SkipSpace(rest, at + 1);
        rest = rest[at..];
        _rest = default;
        if (rest.IsEmpty)
            return false;
        var length = Math.Max(0, rest.IndexOfAnyExcept(SipSyntax.Token));
        Name = rest[..length];
        at = SipSyntax.SkipSpace(rest, length);
        if (length == 0 || at >= rest.Length || rest[at] != '=')
            return Fail();
        return ReadValue(rest[SipSyntax.SkipSpace(rest, at + 1)..]);
    }

    private bool ReadValue(ReadOnlySpan<byte> rest)
    {
        int length;
        if (!rest.IsEmpty && rest[0] == '"')
        {
            length = SipSyntax.QuotedLength(rest);
            if (length < 0)
                return Fail();
            Value = rest[1..(length - 1)];
        }
        else
        {
            length = rest.IndexOfAny(" \t,"u8);
            if (length < 0)
                length = rest.Length;
            Value = rest[..length];
        }

        // What a stranger sends here goes into header fields of ours, which may hold no line end or NUL.
        if (Value.ContainsAny(SipSyntax.LineBreak))
            return Fail();
        _rest = rest[length..];
        length = SipSyntax.SkipSpace(_rest, 0);
        return length == _rest.Length || _rest[length] == ',' || Fail();
    }

    private bool Fail()
    {
        IsValid = false;
        return false;
    }

    public readonly bool Is(ReadOnlySpan<byte> name) => Name.Length == name.Length && Ascii.EqualsIgnoreCase(Name, name);
}
