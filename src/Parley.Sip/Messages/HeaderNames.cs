using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Text;

namespace Parley.Sip.Messages;

/// <summary>Names of <see cref="HeaderId"/>s, long and compact (RFC 3261 §7.3.3). Names are found without regard to case.</summary>
public static class HeaderNames
{
    // In the order of HeaderId, beginning with the one after Unknown: long form, compact form.
    private static readonly (string Long, string Compact)[] Table =
    [
        ("Via", "v"),
        ("From", "f"),
        ("To", "t"),
        ("Call-ID", "i"),
        ("CSeq", ""),
        ("Contact", "m"),
        ("Max-Forwards", ""),
        ("Content-Length", "l"),
        ("Content-Type", "c"),
        ("Route", ""),
        ("Record-Route", ""),
        ("Allow", ""),
        ("Supported", "k"),
        ("Require", ""),
        ("Proxy-Require", ""),
        ("Unsupported", ""),
        ("Expires", ""),
        ("Min-Expires", ""),
        ("Authorization", ""),
        ("WWW-Authenticate", ""),
        ("Proxy-Authorization", ""),
        ("Proxy-Authenticate", ""),
        ("Authentication-Info", ""),
        ("Proxy-Authentication-Info", ""),
        ("User-Agent", ""),
        ("Server", ""),
        ("Subject", "s"),
        ("Date", ""),
        ("Accept", ""),
        ("Accept-Encoding", ""),
        ("Accept-Language", ""),
        ("Accept-Contact", "a"),
        ("Reject-Contact", "j"),
        ("Request-Disposition", "d"),
        ("Content-Disposition", ""),
        ("Content-Encoding", "e"),
        ("Content-Language", ""),
        ("MIME-Version", ""),
        ("Timestamp", ""),
        ("Retry-After", ""),
        ("Reason", ""),
        ("Refer-To", "r"),
        ("Referred-By", "b"),
        ("Replaces", ""),
        ("Event", "o"),
        ("Allow-Events", "u"),
        ("Subscription-State", ""),
        ("Session-Expires", "x"),
        ("Min-SE", ""),
        ("RSeq", ""),
        ("RAck", ""),
        ("Path", ""),
        ("Service-Route", ""),
        ("SIP-ETag", ""),
        ("SIP-If-Match", ""),
        ("P-Asserted-Identity", ""),
        ("P-Preferred-Identity", ""),
        ("P-Associated-URI", ""),
        ("P-Called-Party-ID", ""),
        ("P-Access-Network-Info", ""),
        ("P-Charging-Vector", ""),
        ("P-Early-Media", ""),
        ("Remote-Party-ID", ""),
        ("Privacy", ""),
        ("Diversion", ""),
        ("History-Info", ""),
        ("Organization", ""),
        ("Priority", ""),
        ("Warning", ""),
        ("Call-Info", ""),
        ("Alert-Info", ""),
        ("Error-Info", ""),
        ("In-Reply-To", ""),
        ("Reply-To", ""),
        ("Join", ""),
        ("Target-Dialog", ""),
        ("Refer-Sub", ""),
        ("Refer-Events-At", ""),
        ("Identity", "y"),
        ("Flow-Timer", ""),
        ("Info-Package", ""),
        ("Recv-Info", ""),
        ("Session-ID", ""),
        ("User-to-User", ""),
        ("Geolocation", ""),
        ("Geolocation-Routing", ""),
        ("Geolocation-Error", ""),
        ("Answer-Mode", ""),
        ("Priv-Answer-Mode", ""),
        ("Resource-Priority", ""),
        ("Accept-Resource-Priority", ""),
        ("Security-Client", ""),
        ("Security-Server", ""),
        ("Security-Verify", ""),
        ("Suppress-If-Match", ""),
        ("Max-Breadth", ""),
        ("Feature-Caps", ""),
    ];

    private const int SlotBits = 10;
    private const int Slots = 1 << SlotBits;
    private const int Width = 32; // one vector register holds the longest known name

    private static readonly byte[][] LongNames = [[], .. Table.Select(row => Encoding.ASCII.GetBytes(row.Long))];

    // One row per name, long and compact. A name matches when (text | Case) equals Lower: Case has 0x20 exactly where the name has a letter, so nothing but
    // the other case of a letter can match it, and all bits where the name is over.
    private static readonly Row[] Rows = MakeRows();

    // Open addressing; of length 0 is an empty slot. Length and number are here, so that they need not wait for the row.
    private static readonly Slot[] Hash = MakeHash();

    /// <summary>Number of <see cref="HeaderId"/> values, <see cref="HeaderId.Unknown"/> among them.</summary>
    internal static int Count => LongNames.Length;

    /// <summary>The header field of this name, in its long or compact form; <see cref="HeaderId.Unknown"/> when it has no number.</summary>
    public static HeaderId Find(ReadOnlySpan<byte> name)
    {
        if (name.IsEmpty || name.Length > Width)
            return HeaderId.Unknown;
        Span<byte> padded = stackalloc byte[Width];
        padded.Clear();
        name.CopyTo(padded);
        return Find(Vector256.Create<byte>(padded), ref MemoryMarshal.GetReference(padded), name.Length);
    }

    /// <summary>The long form of the name, as it is written; empty for <see cref="HeaderId.Unknown"/>.</summary>
    public static ReadOnlySpan<byte> Name(HeaderId id) => LongNames[(int)id];

    /// <summary>Like <see cref="Find(ReadOnlySpan{byte})"/> for a name of 1 to 32 bytes that was loaded with what follows it.</summary>
    /// <param name="text">The 32 bytes at <paramref name="name"/>.</param>
    /// <param name="name">The first byte of the name.</param>
    /// <param name="length">Its length.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static HeaderId Find(Vector256<byte> text, ref byte name, int length)
    {
        ref var hash = ref MemoryMarshal.GetArrayDataReference(Hash);
        ref var rows = ref MemoryMarshal.GetArrayDataReference(Rows);
        for (var at = HashOf(text, ref name, length); ; at = (at + 1) & (Slots - 1))
        {
            var slot = Unsafe.Add(ref hash, at);
            if (slot.Length == 0)
                return HeaderId.Unknown;
            ref readonly var row = ref Unsafe.Add(ref rows, (int)slot.Row);
            if (slot.Length == length && Vector256.EqualsAll(text | row.Case, row.Lower))
                return slot.Id;
        }
    }

    // The first eight letters, the length and the last letter tell all names apart; the factor was searched so that each name has a slot of its own.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int HashOf(Vector256<byte> text, ref byte name, int length)
    {
        const ulong lengths = 0x9E37_79B9_7F4A_7C15;
        const ulong factor = 0xD1C7_3E66_2DDD_02B7;
        var front = text.AsUInt64().ToScalar() | 0x2020_2020_2020_2020;
        if (length < sizeof(ulong))
            front &= (1UL << (8 * length)) - 1;
        var last = (ulong)(Unsafe.Add(ref name, length - 1) | 0x20);
        return (int)((front + (ulong)length * lengths + (last << 17)) * factor >> (64 - SlotBits));
    }

    private static Row[] MakeRows()
    {
        var rows = new List<Row>();
        foreach (var (name, compact) in Table)
        {
            rows.Add(MakeRow(name));
            if (compact.Length > 0)
                rows.Add(MakeRow(compact));
        }

        return [.. rows];
    }

    private static Row MakeRow(string name)
    {
        Span<byte> lower = stackalloc byte[Width];
        Span<byte> letters = stackalloc byte[Width];
        lower.Fill(0xFF);
        letters.Fill(0xFF);
        for (var i = 0; i < name.Length; i++)
        {
            lower[i] = (byte)char.ToLowerInvariant(name[i]);
            letters[i] = char.IsAsciiLetter(name[i]) ? (byte)0x20 : (byte)0;
        }

        return new Row(Vector256.Create<byte>(lower), Vector256.Create<byte>(letters));
    }

    // In the order of the rows.
    private static Slot[] MakeHash()
    {
        var hash = new Slot[Slots];
        var row = 0;
        for (var i = 0; i < Table.Length; i++)
        {
            Enter(hash, Table[i].Long, row++, i + 1);
            if (Table[i].Compact.Length > 0)
                Enter(hash, Table[i].Compact, row++, i + 1);
        }

        return hash;
    }

    private static void Enter(Slot[] hash, string name, int row, int id)
    {
        Span<byte> padded = stackalloc byte[Width];
        padded.Clear();
        Encoding.ASCII.GetBytes(name, padded);
        var at = HashOf(Vector256.Create<byte>(padded), ref MemoryMarshal.GetReference(padded), name.Length);
        while (hash[at].Length != 0)
            at = (at + 1) & (Slots - 1);
        hash[at] = new((byte)row, (byte)name.Length, (HeaderId)id);
    }

    private readonly record struct Slot(byte Row, byte Length, HeaderId Id);

    private readonly struct Row(Vector256<byte> lower, Vector256<byte> letters)
    {
        public readonly Vector256<byte> Lower = lower;
        public readonly Vector256<byte> Case = letters;
    }
}
