using System.Runtime.CompilerServices;
using System.Text;

namespace Parley.Sip.Messages;

/// <summary>One Via value: who sent the message over what, and where answers go (RFC 3261 §20.42, RFC 3581). A view; valid as long as its message.</summary>
public ref struct ViaView
{
    // Written in place, never copied: to read in one piece what was just written in many makes the processor wait for the writes.
    private ReadOnlySpan<byte> _text;
    private ViaIndex _index;

    /// <summary>The transport as written: <c>UDP</c>, <c>TCP</c>, <c>TLS</c>, <c>WS</c>, <c>WSS</c>, or another token.</summary>
    public readonly ReadOnlySpan<byte> Transport => _index.Transport.Of(_text);

    /// <summary>Host of sent-by; an IPv6 address without its brackets.</summary>
    public readonly ReadOnlySpan<byte> Host => _index.Host.Of(_text);

    /// <summary>Port of sent-by, 1–65535; 0 when none is written.</summary>
    public readonly int Port => _index.Port;

    /// <summary>The branch parameter; empty when absent.</summary>
    public readonly ReadOnlySpan<byte> Branch => _index.Branch.Of(_text);

    /// <summary>The received parameter: the address the request really came from; empty when absent.</summary>
    public readonly ReadOnlySpan<byte> Received => _index.Received.Of(_text);

    /// <summary>True when rport is present, with or without a value (RFC 3581 §3).</summary>
    public readonly bool HasRport => _index.Rport >= 0;

    /// <summary>Value of rport; 0 when absent or without a value.</summary>
    public readonly int Rport => Math.Max(_index.Rport, 0);

    /// <summary>The maddr parameter; empty when absent.</summary>
    public readonly ReadOnlySpan<byte> Maddr => Parameter("maddr"u8);

    /// <summary>The ttl parameter, 0–255; -1 when absent or no such number.</summary>
    public readonly int Ttl => SipSyntax.TryReadNumber(Parameter("ttl"u8), 255, out var ttl) ? (int)ttl : -1;

    /// <summary>All parameters from the first semicolon on; empty when there are none.</summary>
    public readonly ReadOnlySpan<byte> Parameters => _index.Parameters.Of(_text);

    /// <summary>The whole value, without the comma and what follows it.</summary>
    public readonly ReadOnlySpan<byte> Text => _text[.._index.Length];

    /// <summary>Finds a parameter by name, without regard to case. The value is empty when it has none.</summary>
    public readonly bool TryGetParameter(ReadOnlySpan<byte> name, out ReadOnlySpan<byte> value) =>
        ParameterReader.TryFind(Parameters, name, out value);

    /// <summary>Reads one Via value. False when it is malformed or when something follows it.</summary>
    public static bool TryParse(ReadOnlySpan<byte> text, out ViaView via)
    {
        via._text = text;
        if (ViaIndex.TryParse(text, out via._index) && via._index.Length == text.Length && !via._index.HasGap)
            return true;
        via = default;
        return false;
    }

    internal static void Make(ReadOnlySpan<byte> text, in ViaIndex index, out ViaView via)
    {
        via._text = text;
        via._index = index;
    }

    private readonly ReadOnlySpan<byte> Parameter(ReadOnlySpan<byte> name) => TryGetParameter(name, out var value) ? value : default;
}

/// <summary>Where the parts of a Via value lie.</summary>
internal struct ViaIndex
{
    public Piece Transport;
    public Piece Host;
    public Piece Branch;
    public Piece Received;
    public Piece Parameters;
    public int Length;
    public int Port;
    public int Rport; // -1 absent, 0 without value

    /// <summary>Semicolons without parameters: wrong, but the value can be used to tell its sender so.</summary>
    public bool HasGap;

    /// <summary>Reads the value at the start of <paramref name="text"/>, up to its end or a comma.</summary>
    public static bool TryParse(ReadOnlySpan<byte> text, out ViaIndex via)
    {
        via = default;
        via.Rport = -1;
        return ReadProtocol(text, ref via, out var at)
            && ReadSentBy(text, ref via, ref at)
            && ReadParameters(text, ref via, at);
    }

    // sent-protocol: the usual writing first, then the one with blanks around the slashes that the grammar allows. Another version than 2.0 is let
    // through, or a request of that version could not be answered with 505.
    private static bool ReadProtocol(ReadOnlySpan<byte> text, ref ViaIndex via, out int at)
    {
        at = 0;
        if (text.StartsWith("SIP/2.0/"u8))
            at = 8;
        else if (!ReadWord(text, "SIP"u8, ref at) || !ReadSlash(text, ref at) || !SkipToken(text, ref at) || !ReadSlash(text, ref at))
            return false;
        var start = at;
        var end = ByteClass.Skip(text, start, ByteClass.Token);
        via.Transport = Piece.Between(start, end);
        at = SipSyntax.SkipSpace(text, end);
        return end > start && at > end;
    }

    private static bool ReadWord(ReadOnlySpan<byte> text, ReadOnlySpan<byte> word, ref int at)
    {
        if (text.Length - at < word.Length || !Ascii.EqualsIgnoreCase(text.Slice(at, word.Length), word))
            return false;
        at += word.Length;
        return true;
    }

    private static bool SkipToken(ReadOnlySpan<byte> text, ref int at)
    {
        var start = at;
        at = ByteClass.Skip(text, at, ByteClass.Token);
        return at > start;
    }

    private static bool ReadSlash(ReadOnlySpan<byte> text, ref int at)
    {
        at = SipSyntax.SkipSpace(text, at);
        if (at >= text.Length || text[at] != '/')
            return false;
        at = SipSyntax.SkipSpace(text, at + 1);
        return true;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool ReadSentBy(ReadOnlySpan<byte> text, ref ViaIndex via, ref int at)
    {
        if (!HostPort.TryReadHost(text, ref at, out via.Host))
            return false;
        var colon = SipSyntax.SkipSpace(text, at);
        if (colon >= text.Length || text[colon] != ':')
            return true;
        at = SipSyntax.SkipSpace(text, colon + 1);
        return HostPort.TryReadPort(text, ref at, out via.Port);
    }

    private static bool ReadParameters(ReadOnlySpan<byte> text, ref ViaIndex via, int at)
    {
        var start = at;
        var reader = new ParameterReader(text, at);
        while (reader.MoveNext())
        {
            if (!KeepParameter(text, ref via, reader.Name.Of(text), reader.Value))
                return false;
        }

        via.Length = reader.Position;
        via.Parameters = Piece.Between(start, reader.Position);
        via.HasGap = reader.HasGap;
        return reader.IsValid;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool KeepParameter(ReadOnlySpan<byte> text, ref ViaIndex via, ReadOnlySpan<byte> name, Piece value)
    {
        switch (name.Length)
        {
            case 6 when SipSyntax.IsName(name, "branch"u8):
                via.Branch = value;
                break;
            case 5 when SipSyntax.IsName(name, "rport"u8):
                via.Rport = 0;
                if (value.IsEmpty)
                    break;
                if (!SipSyntax.TryReadNumber(value.Of(text), 65535, out var port))
                    return false;
                via.Rport = (int)port;
                break;
            case 8 when SipSyntax.IsName(name, "received"u8):
                via.Received = value;
                break;
        }

        return true;
    }
}
