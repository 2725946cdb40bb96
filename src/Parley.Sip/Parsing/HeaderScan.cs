using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Parley.Sip.Messages;

namespace Parley.Sip.Parsing;

/// <summary>Finds the header lines of a message and the empty line after them (RFC 3261 §7.3.1).</summary>
internal static class HeaderScan
{
    private const int NameWindow = 32; // one register's worth: no known name is longer

    /// <summary>Indexes the lines from <paramref name="at"/> on and sets where the body starts. The first fault found is put into <paramref name="fault"/>.</summary>
    public static void Run(SipMessage message, int at, SipLimits limits, ref SipFault fault)
    {
        var data = message.Data;
        var end = message.End;
        var lineStart = at;
        var returnBefore = 0UL; // the byte before the block is a CR
        for (var block = at; block < end; block += LineMasks.Width)
        {
            var masks = LineMasks.At(data, block, end);
            var afterReturn = masks.Returns << 1 | returnBefore;
            returnBefore = masks.Returns >> (LineMasks.Width - 1);
            // A CR that no LF follows is a line end to some and text to others: refused, or it could hide a header field from one of them. Bit n: after byte n - 1.
            var stray = afterReturn & ~masks.LineFeeds;
            for (var feeds = masks.LineFeeds; feeds != 0; feeds &= feeds - 1)
            {
                var before = (feeds & (~feeds + 1)) - 1;
                if ((stray & before) != 0)
                {
                    fault = BlankStray(data, block, stray & before, fault);
                    stray &= ~before;
                }

                var feed = block + BitOperations.TrailingZeroCount(feeds);
                var lineEnd = feed > lineStart && data[feed - 1] == '\r' ? feed - 1 : feed;
                if (lineEnd == lineStart)
                {
                    message.BodyStart = feed + 1;
                    return;
                }

                if (feed + 1 < end && SipSyntax.IsSpace(data[feed + 1]))
                {
                    data.AsSpan(lineEnd, feed + 1 - lineEnd).Fill((byte)' ');
                    continue;
                }

                if (!AddLine(message, lineStart, lineEnd, limits, ref fault))
                    return;
                lineStart = feed + 1;
            }

            if (stray != 0)
                fault = BlankStray(data, block, stray, fault);
            if (block - lineStart > limits.MaxLine)
            {
                fault = TooLong(fault, lineStart);
                return;
            }
        }

        fault = fault.Or(400, "No empty line after the header fields", end);
    }

    // Blanked as well as refused: the answer copies header fields, and no line end may get into them.
    private static SipFault BlankStray(byte[] data, int block, ulong stray, SipFault fault)
    {
        fault = fault.Or(400, "Carriage return without line feed", block + BitOperations.TrailingZeroCount(stray) - 1);
        for (; stray != 0; stray &= stray - 1)
            data[block + BitOperations.TrailingZeroCount(stray) - 1] = (byte)' ';
        return fault;
    }

    private static SipFault TooLong(SipFault fault, int lineStart) => fault.Or(513, "Header line is longer than this element takes", lineStart);

    // False ends the scan: a limit was passed.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool AddLine(SipMessage message, int start, int end, SipLimits limits, ref SipFault fault)
    {
        if (end - start > limits.MaxLine)
        {
            fault = TooLong(fault, start);
            return false;
        }

        if (message.Count == limits.MaxHeaders)
        {
            fault = fault.Or(513, "More header fields than this element takes", start);
            return false;
        }

        var data = message.Data;
        ref var line = ref Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(data), start);
        if (start + NameWindow <= data.Length)
        {
            // The usual line: a name of at most a register's length, and the colon right behind it.
            var text = Vector256.LoadUnsafe(ref line);
            var length = BitOperations.TrailingZeroCount(Vector256.Equals(text, Vector256.Create((byte)':')).ExtractMostSignificantBits());
            if ((uint)(length - 1) < (uint)(end - start - 1) && length < NameWindow && !SipSyntax.IsSpace(Unsafe.Add(ref line, length - 1)))
            {
                Index(message, HeaderNames.Find(text, ref line, length), start, length, start + length + 1, end, ref fault);
                return true;
            }
        }

        AddOddLine(message, start, end, ref fault);
        return true;
    }

    // Blanks before the colon, a long name, the last bytes of the buffer, or no header line at all.
    private static void AddOddLine(SipMessage message, int start, int end, ref SipFault fault)
    {
        var line = message.Data.AsSpan(start, end - start);
        var colon = line.IndexOf((byte)':');
        var length = Math.Max(colon, 0);
        while (length > 0 && SipSyntax.IsSpace(line[length - 1]))
            length--;
        if (length == 0)
            fault = fault.Or(400, "Header line without a name and colon", start);
        else
            Index(message, HeaderNames.Find(line[..length]), start, length, start + colon + 1, end, ref fault);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Index(SipMessage message, HeaderId id, int start, int nameLength, int valueStart, int valueEnd, ref SipFault fault)
    {
        var data = message.Data;
        if (id == HeaderId.Unknown && !SipSyntax.IsToken(data.AsSpan(start, nameLength)))
        {
            fault = fault.Or(400, "Malformed header field name", start);
            return;
        }

        while (valueStart < valueEnd && SipSyntax.IsSpace(data[valueStart]))
            valueStart++;
        while (valueEnd > valueStart && SipSyntax.IsSpace(data[valueEnd - 1]))
            valueEnd--;
        var index = message.Count++;
        if (index == message.Entries.Length)
            Array.Resize(ref message.Entries, index * 2);
        ref var entry = ref message.Entries[index];
        entry.NameStart = start;
        entry.ValueStart = valueStart;
        entry.ValueLength = valueEnd - valueStart;
        entry.NameLength = (ushort)nameLength;
        entry.Id = id;
        if (id == HeaderId.Unknown)
            return;
        ref var first = ref message.First[(int)id];
        if (first == 0)
            first = (byte)(index + 1);
        else if (IsSingle(id))
            fault = fault.Or(400, "Header field that may be there once is there twice", start);
    }

    // Twice the same one of these and two elements could read two different messages (RFC 4475 §3.3.8).
    private static bool IsSingle(HeaderId id) => id is HeaderId.From or HeaderId.To or HeaderId.CallId or HeaderId.CSeq or HeaderId.MaxForwards
        or HeaderId.ContentLength or HeaderId.ContentType or HeaderId.Expires;
}
