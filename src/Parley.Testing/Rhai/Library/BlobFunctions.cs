using System.Text;
using Parley.Testing.Rhai.Evaluation;

namespace Parley.Testing.Rhai.Library;

/// <summary>Bytes. A negative position counts from the end.</summary>
internal static class BlobFunctions
{
    public static void AddTo(FunctionTableBuilder table)
    {
        AddReading(table);
        AddChanging(table);
        BlobNumberFunctions.AddTo(table);
    }

    private static void AddReading(FunctionTableBuilder table) => table
        .Add("blob() -> blob", "An empty blob.", static (_, _) => new RhaiBlob([]))
        .Add("blob(count: int) -> blob", "So many zero bytes.", static (run, a) => Make(run, a[0].Integer, 0))
        .Add("blob(count: int, value: int) -> blob", "So many bytes of one value.", static (run, a) => Make(run, a[0].Integer, a[1].Integer))
        .Add("prop len(blob: blob) -> int", "How many bytes it has.", static (_, a) => a[0].Blob.Bytes.Count)
        .Add("prop is_empty(blob: blob) -> bool", "Whether there is nothing in it.", static (_, a) => a[0].Blob.Bytes.Count == 0)
        .Add("contains(blob: blob, value: int) -> bool", "Whether a byte is in it.", static (run, a) => Operators.Contains(a[0], a[1], run))
        .Add("get(blob: blob, index: int) -> int", "One byte, or 0 where there is none.", static (_, a) => Find(a[0].Blob, a[1].Integer) is { } at ? a[0].Blob.Bytes[at] : 0)
        .Add("extract(blob: blob, range: range) -> blob", "A copy of some bytes.", static (_, a) => Extract(a[0].Blob, a[1].Range.Within(a[0].Blob.Bytes.Count)))
        .Add("extract(blob: blob, start: int) -> blob", "A copy of the bytes from a position on.", static (_, a) => Extract(a[0].Blob, Cut(a[0].Blob, a[1].Integer, long.MaxValue)))
        .Add("extract(blob: blob, start: int, count: int) -> blob", "A copy of some bytes.", static (_, a) => Extract(a[0].Blob, Cut(a[0].Blob, a[1].Integer, a[2].Integer)))
        .Add("to_array(blob: blob) -> array", "Its bytes as an array of integers.", static (_, a) => new RhaiArray(a[0].Blob.Bytes.Select(item => (Value)(long)item)))
        .Add("as_string(blob: blob) -> string", "Its bytes as UTF-8.", static (run, a) => run.Checked(Encoding.UTF8.GetString(a[0].Blob.Bytes.ToArray())));

    private static void AddChanging(FunctionTableBuilder table) => table
        .Add("push(mut blob: blob, value: int)", "Adds a byte at the end.", static (run, a) => Insert(run, a[0].Blob, a[0].Blob.Bytes.Count, [Byte(a[1])]))
        .Add("append(mut blob: blob, value: int)", "Adds a byte at the end.", static (run, a) => Insert(run, a[0].Blob, a[0].Blob.Bytes.Count, [Byte(a[1])]))
        .Add("append(mut blob: blob, more: blob)", "Adds bytes at the end.", static (run, a) => Insert(run, a[0].Blob, a[0].Blob.Bytes.Count, a[1].Blob.Bytes))
        .Add("append(mut blob: blob, text: string|char)", "Adds text in UTF-8 at the end.", static (run, a) => Insert(run, a[0].Blob, a[0].Blob.Bytes.Count, Encoding.UTF8.GetBytes(a[1].ToString())))
        .Add("insert(mut blob: blob, index: int, value: int)", "Inserts a byte before a position.", static (run, a) => Insert(run, a[0].Blob, Characters.Clamp(a[1].Integer, a[0].Blob.Bytes.Count), [Byte(a[2])]))
        .Add("set(mut blob: blob, index: int, value: int)", "Changes a byte; nothing where there is none.", static (_, a) => Set(a[0].Blob, a[1].Integer, Byte(a[2])))
        .Add("pop(mut blob: blob) -> int", "Takes the last byte, or 0 from an empty blob.", static (_, a) => Take(a[0].Blob, a[0].Blob.Bytes.Count - 1))
        .Add("shift(mut blob: blob) -> int", "Takes the first byte, or 0 from an empty blob.", static (_, a) => Take(a[0].Blob, 0))
        .Add("remove(mut blob: blob, index: int) -> int", "Takes one byte, or 0 where there is none.", static (_, a) => Take(a[0].Blob, Find(a[0].Blob, a[1].Integer) ?? -1))
        .Add("clear(mut blob: blob)", "Takes all bytes out.", static (_, a) => Remove(a[0].Blob, 0, a[0].Blob.Bytes.Count))
        .Add("reverse(mut blob: blob)", "Turns the order round.", static (_, a) => Reverse(a[0].Blob))
        .Add("truncate(mut blob: blob, count: int)", "Keeps at most so many bytes.", static (_, a) => Remove(a[0].Blob, (int)Math.Clamp(a[1].Integer, 0, a[0].Blob.Bytes.Count), a[0].Blob.Bytes.Count))
        .Add("chop(mut blob: blob, count: int)", "Keeps at most so many bytes at the end.", static (_, a) => Remove(a[0].Blob, 0, a[0].Blob.Bytes.Count - (int)Math.Clamp(a[1].Integer, 0, a[0].Blob.Bytes.Count)))
        .Add("pad(mut blob: blob, length: int, value: int)", "Adds a byte until it is so long.", static (run, a) => Insert(run, a[0].Blob, a[0].Blob.Bytes.Count, Make(run, Math.Max(0, a[1].Integer - a[0].Blob.Bytes.Count), a[2].Integer).Bytes))
        .Add("drain(mut blob: blob, range: range) -> blob", "Takes some bytes out.", static (_, a) => Drain(a[0].Blob, a[1].Range.Within(a[0].Blob.Bytes.Count)))
        .Add("drain(mut blob: blob, start: int, count: int) -> blob", "Takes some bytes out.", static (_, a) => Drain(a[0].Blob, Cut(a[0].Blob, a[1].Integer, a[2].Integer)))
        .Add("retain(mut blob: blob, range: range) -> blob", "Keeps some bytes and gives the others.", static (_, a) => Retain(a[0].Blob, a[1].Range.Within(a[0].Blob.Bytes.Count)))
        .Add("retain(mut blob: blob, start: int, count: int) -> blob", "Keeps some bytes and gives the others.", static (_, a) => Retain(a[0].Blob, Cut(a[0].Blob, a[1].Integer, a[2].Integer)))
        .Add("splice(mut blob: blob, range: range, by: blob)", "Replaces some bytes by others.", static (run, a) => Splice(run, a[0].Blob, a[1].Range.Within(a[0].Blob.Bytes.Count), a[2].Blob))
        .Add("splice(mut blob: blob, start: int, count: int, by: blob)", "Replaces some bytes by others.", static (run, a) => Splice(run, a[0].Blob, Cut(a[0].Blob, a[1].Integer, a[2].Integer), a[3].Blob))
        .Add("split(mut blob: blob, index: int) -> blob", "Cuts it in two and gives the second part.", static (_, a) => Drain(a[0].Blob, Cut(a[0].Blob, a[1].Integer, long.MaxValue)));

    private static RhaiBlob Make(Execution run, long count, long value)
    {
        run.CheckCount(count, "blob");
        return new RhaiBlob([.. Enumerable.Repeat((byte)value, (int)Math.Max(0, count))]);
    }

    private static byte Byte(in Value value) => (byte)value.Integer;

    private static int? Find(RhaiBlob blob, long index)
    {
        var at = index < 0 ? index + blob.Bytes.Count : index;
        return at >= 0 && at < blob.Bytes.Count ? (int)at : null;
    }

    public static (int Start, int Count) Cut(RhaiBlob blob, long start, long count)
    {
        var from = Characters.Clamp(start, blob.Bytes.Count);
        return (from, (int)Math.Clamp(count, 0, blob.Bytes.Count - from));
    }

    private static RhaiBlob Extract(RhaiBlob blob, (int Start, int Count) part) => new(blob.Bytes.GetRange(part.Start, part.Count));

    private static Value Insert(Execution run, RhaiBlob blob, int at, IReadOnlyCollection<byte> bytes)
    {
        run.CheckCount((long)blob.Bytes.Count + bytes.Count, "blob");
        run.Charge((blob.Bytes.Count - at) >> 3);
        blob.Bytes.InsertRange(at, bytes);
        return Value.Unit;
    }

    private static Value Set(RhaiBlob blob, long index, byte value)
    {
        if (Find(blob, index) is { } at)
            blob.Bytes[at] = value;
        return Value.Unit;
    }

    private static Value Take(RhaiBlob blob, int at)
    {
        if (at < 0 || at >= blob.Bytes.Count)
            return 0;
        var value = blob.Bytes[at];
        blob.Bytes.RemoveAt(at);
        return value;
    }

    private static Value Remove(RhaiBlob blob, int from, int to)
    {
        blob.Bytes.RemoveRange(from, Math.Max(0, to - from));
        return Value.Unit;
    }

    private static Value Reverse(RhaiBlob blob)
    {
        blob.Bytes.Reverse();
        return Value.Unit;
    }

    private static Value Drain(RhaiBlob blob, (int Start, int Count) part)
    {
        var taken = Extract(blob, part);
        blob.Bytes.RemoveRange(part.Start, part.Count);
        return taken;
    }

    private static Value Retain(RhaiBlob blob, (int Start, int Count) part)
    {
        var kept = Drain(blob, part).Blob;
        var others = new RhaiBlob([.. blob.Bytes]);
        blob.Bytes.Clear();
        blob.Bytes.AddRange(kept.Bytes);
        return others;
    }

    private static Value Splice(Execution run, RhaiBlob blob, (int Start, int Count) part, RhaiBlob by)
    {
        run.CheckCount((long)blob.Bytes.Count - part.Count + by.Bytes.Count, "blob");
        blob.Bytes.RemoveRange(part.Start, part.Count);
        blob.Bytes.InsertRange(part.Start, by.Bytes);
        return Value.Unit;
    }
}
