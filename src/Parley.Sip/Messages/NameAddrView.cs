using System.Buffers;
using System.Runtime.CompilerServices;

namespace Parley.Sip.Messages;

/// <summary>
/// A name-addr or addr-spec with the header field's parameters: From, To, Contact, Route, Refer-To and their like (RFC 3261 §20.10). A view;
/// valid as long as its message.
/// </summary>
public ref struct NameAddrView
{
    // Written in place, never copied: to read in one piece what was just written in many makes the processor wait for the writes.
    private ReadOnlySpan<byte> _text;
    private NameAddrIndex _index;

    /// <summary>The display name as written, a quoted one with its quotes; empty when absent.</summary>
    public readonly ReadOnlySpan<byte> DisplayName => _index.Display.Of(_text);

    /// <summary>The URI without angle brackets; empty for <see cref="IsStar"/>.</summary>
    public readonly ReadOnlySpan<byte> Uri => _index.Uri.Of(_text);

    /// <summary>The header field's parameters from the first semicolon on; empty when there are none.</summary>
    public readonly ReadOnlySpan<byte> Parameters => _index.Parameters.Of(_text);

    /// <summary>The tag parameter; empty when absent.</summary>
    public readonly ReadOnlySpan<byte> Tag => _index.Tag.Of(_text);

    /// <summary>True for <c>Contact: *</c> (RFC 3261 §10.2.2).</summary>
    public readonly bool IsStar => _index.IsStar;

    /// <summary>The whole value, without the comma and what follows it.</summary>
    public readonly ReadOnlySpan<byte> Text => _text[.._index.Length];

    /// <summary>Reads the URI. False when it is malformed or a star.</summary>
    public readonly bool TryGetUri(out SipUriView uri) => SipUriView.TryParse(Uri, out uri);

    /// <summary>Finds a parameter by name, without regard to case. The value is empty when it has none.</summary>
    public readonly bool TryGetParameter(ReadOnlySpan<byte> name, out ReadOnlySpan<byte> value) =>
        ParameterReader.TryFind(Parameters, name, out value);

    /// <summary>Reads one value. False when it is malformed or when something follows it.</summary>
    public static bool TryParse(ReadOnlySpan<byte> text, out NameAddrView address)
    {
        address._text = text;
        if (NameAddrIndex.TryParse(text, out address._index) && address._index.Length == text.Length)
            return true;
        address = default;
        return false;
    }

    internal static void Make(ReadOnlySpan<byte> text, in NameAddrIndex index, out NameAddrView address)
    {
        address._text = text;
        address._index = index;
    }
}

/// <summary>Where the parts of a name-addr lie.</summary>
internal struct NameAddrIndex
{
    // An addr-spec without brackets ends where a header parameter, a list or a blank begins; a question mark or comma in it would need brackets
    // (RFC 3261 §20).
    private static readonly SearchValues<byte> BareEnd = SearchValues.Create(";, \t<>\"?"u8);

    private static readonly SearchValues<byte> BracketStop = SearchValues.Create("<>\" \t"u8);

    public Piece Display;
    public Piece Uri;
    public Piece Parameters;
    public Piece Tag;
    public int Length;
    public bool IsStar;

    /// <summary>Reads the value at the start of <paramref name="text"/>, up to its end or a comma.</summary>
    public static bool TryParse(ReadOnlySpan<byte> text, out NameAddrIndex address)
    {
        address = default;
        var at = SipSyntax.SkipSpace(text, 0);
        if (at == text.Length)
            return false;
        if (text[at] == '*' && SipSyntax.SkipSpace(text, at + 1) == text.Length)
        {
            address.IsStar = true;
            address.Length = text.Length;
            return true;
        }

        return ReadAddress(text, ref address, ref at) && ReadParameters(text, ref address, at);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool ReadAddress(ReadOnlySpan<byte> text, ref NameAddrIndex address, ref int at)
    {
        if (text[at] == '"')
        {
            var length = SipSyntax.QuotedLength(text[at..]);
            if (length < 0)
                return false;
            address.Display = new Piece(at, length);
            at = SipSyntax.SkipSpace(text, at + length);
            return at < text.Length && text[at] == '<' && ReadBracketed(text, ref address, ref at);
        }

        if (text[at] == '<')
            return ReadBracketed(text, ref address, ref at);
        return ReadBareOrNamed(text, ref address, ref at);
    }

    // Either tokens as display name, or the URI itself.
    private static bool ReadBareOrNamed(ReadOnlySpan<byte> text, ref NameAddrIndex address, ref int at)
    {
        var rest = text[at..];
        var length = rest.IndexOfAny(BareEnd);
        if (length < 0)
            length = rest.Length;
        var bracket = rest[length..].IndexOfAny("<;,\""u8);
        if (bracket < 0 || rest[length + bracket] != '<')
        {
            address.Uri = new Piece(at, length);
            at += length;
            return length > 0;
        }

        var name = SipSyntax.Trim(rest[..(length + bracket)]);
        foreach (var b in name)
        {
            if (!SipSyntax.IsSpace(b) && !SipSyntax.Token.Contains(b))
                return false;
        }

        address.Display = new Piece(at, name.Length);
        at += length + bracket;
        return ReadBracketed(text, ref address, ref at);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool ReadBracketed(ReadOnlySpan<byte> text, ref NameAddrIndex address, ref int at)
    {
        var length = text[(at + 1)..].IndexOfAny(BracketStop);
        if (length <= 0 || text[at + 1 + length] != '>')
            return false;
        address.Uri = new Piece(at + 1, length);
        at += length + 2;
        return true;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool ReadParameters(ReadOnlySpan<byte> text, ref NameAddrIndex address, int at)
    {
        at = SipSyntax.SkipSpace(text, at);
        var start = at;
        var reader = new ParameterReader(text, at);
        while (reader.MoveNext())
        {
            if (SipSyntax.IsName(reader.Name.Of(text), "tag"u8))
                address.Tag = reader.Value;
        }

        address.Length = reader.Position;
        address.Parameters = Piece.Between(start, reader.Position);
        return reader.IsValid && !reader.HasGap;
    }
}
