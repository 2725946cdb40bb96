using System.Text;
using Parley.Services.Locations;
using Parley.Sip.Messages;

namespace Parley.Services.Registrar;

/// <summary>One Contact value of a REGISTER, read. Views into the request.</summary>
internal ref struct ContactRequest
{
    // RFC 3261 §20.10, §20.19: what cannot be read counts as an hour.
    public const long MalformedExpires = 3600;

    public SipUriView Uri;
    public ReadOnlySpan<byte> DisplayName;
    public ReadOnlySpan<byte> Parameters;

    /// <summary>The device's URN without quotes and angle brackets; empty for none.</summary>
    public ReadOnlySpan<byte> Instance;

    /// <summary>0 for none.</summary>
    public uint RegId;

    /// <summary>Seconds asked for; negative when the value names none.</summary>
    public long Expires;

    /// <summary>In thousandths.</summary>
    public ushort Q;

    /// <summary>Null when the value can be used; else what is wrong with it.</summary>
    public string? Problem;

    public static ContactRequest Read(ReadOnlySpan<byte> value)
    {
        var contact = new ContactRequest { Expires = -1, Q = 1000 };
        if (!NameAddrView.TryParse(value, out var address) || !address.TryGetUri(out contact.Uri))
            contact.Problem = "Contact cannot be read";
        contact.DisplayName = address.DisplayName;
        contact.Parameters = address.Parameters;
        var rest = address.Parameters;
        while (ListText.NextParameter(ref rest, out var name, out var text))
            contact.Take(name, text);
        if (contact.Instance.IsEmpty)
            contact.RegId = 0; // RFC 5626 §6: ignored without an instance
        return contact;
    }

    /// <summary>Copies the parameters that mean nothing here, which are kept and given back.</summary>
    /// <returns>Their length.</returns>
    public readonly int CopyOthers(Span<byte> destination)
    {
        var length = 0;
        var rest = Parameters;
        while (ListText.NextParameter(ref rest, out var name, out var text))
        {
            if (IsKnown(name))
                continue;
            destination[length++] = (byte)';';
            name.CopyTo(destination[length..]);
            length += name.Length;
            if (text.IsEmpty)
                continue;
            destination[length++] = (byte)'=';
            text.CopyTo(destination[length..]);
            length += text.Length;
        }

        return length;
    }

    private void Take(ReadOnlySpan<byte> name, ReadOnlySpan<byte> text)
    {
        if (Ascii.EqualsIgnoreCase(name, "expires"u8))
            Expires = ReadSeconds(text);
        else if (Ascii.EqualsIgnoreCase(name, "q"u8))
            Problem ??= TryReadQ(text, out Q) ? null : "Bad q in Contact";
        else if (Ascii.EqualsIgnoreCase(name, "reg-id"u8))
            Problem ??= TryReadNumber(text, int.MaxValue, out var id) && id > 0 && (RegId = (uint)id) > 0 ? null : "Bad reg-id in Contact";
        else if (Ascii.EqualsIgnoreCase(name, "+sip.instance"u8))
            Problem ??= text is [(byte)'"', (byte)'<', .., (byte)'>', (byte)'"'] && (Instance = text[2..^2]).Length > 0 ? null : "Bad +sip.instance in Contact";
    }

    public static long ReadSeconds(ReadOnlySpan<byte> text) => TryReadNumber(text, uint.MaxValue, out var seconds) ? seconds : MalformedExpires;

    private static bool IsKnown(ReadOnlySpan<byte> name) =>
        Ascii.EqualsIgnoreCase(name, "expires"u8) || Ascii.EqualsIgnoreCase(name, "q"u8) || Ascii.EqualsIgnoreCase(name, "reg-id"u8)
        || Ascii.EqualsIgnoreCase(name, "+sip.instance"u8) || Ascii.EqualsIgnoreCase(name, "pub-gruu"u8) || Ascii.EqualsIgnoreCase(name, "temp-gruu"u8)
        || Ascii.EqualsIgnoreCase(name, "tag"u8);

    private static bool TryReadNumber(ReadOnlySpan<byte> text, long max, out long value)
    {
        value = 0;
        foreach (var b in text)
        {
            if (b is < (byte)'0' or > (byte)'9')
                return false;
            value = Math.Min(value * 10 + (b - '0'), max + 1);
        }

        return !text.IsEmpty && value <= max;
    }

    // RFC 3261 §25.1 qvalue: 0 or 1 with at most three decimals, those after a 1 being zeros.
    private static bool TryReadQ(ReadOnlySpan<byte> text, out ushort thousandths)
    {
        thousandths = 0;
        if (text.IsEmpty || text[0] is not ((byte)'0' or (byte)'1') || text.Length > 5 || (text.Length > 1 && text[1] != '.'))
            return false;
        var value = (text[0] - '0') * 1000;
        var weight = 100;
        for (var i = 2; i < text.Length; i++, weight /= 10)
        {
            if (text[i] is < (byte)'0' or > (byte)'9')
                return false;
            value += (text[i] - '0') * weight;
        }

        thousandths = (ushort)Math.Min(value, 1000);
        return value <= 1000;
    }
}
