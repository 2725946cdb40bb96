using System.Buffers.Binary;
using System.Text;
using Parley.Testing.Rhai.Evaluation;

namespace Parley.Testing.Rhai.Library;

/// <summary>Numbers and text within bytes. Of a number, at most 8 bytes; where there are fewer, those are its first ones in the order meant.</summary>
internal static class BlobNumberFunctions
{
    private const int Size = sizeof(long);

    private delegate Value PartBody(RhaiBlob blob, (int Start, int Count) part, in Value value);

    public static void AddTo(FunctionTableBuilder table)
    {
        Add("parse_le_int", "", "int", "Bytes as an integer, the lowest first.", static (blob, part, in _) => BinaryPrimitives.ReadInt64LittleEndian(Read(blob, part)));
        Add("parse_be_int", "", "int", "Bytes as an integer, the highest first.", static (blob, part, in _) => BinaryPrimitives.ReadInt64BigEndian(Read(blob, part)));
        Add("parse_le_float", "", "float", "Bytes as a float, the lowest first.", static (blob, part, in _) => BinaryPrimitives.ReadDoubleLittleEndian(Read(blob, part)));
        Add("parse_be_float", "", "float", "Bytes as a float, the highest first.", static (blob, part, in _) => BinaryPrimitives.ReadDoubleBigEndian(Read(blob, part)));
        Add("write_le", ", value: int|float", null, "Writes a number over bytes, the lowest first.", static (blob, part, in value) =>
        {
            var bytes = new byte[Size];
            BinaryPrimitives.WriteInt64LittleEndian(bytes, Bits(value));
            return Write(blob, part, bytes);
        });
        Add("write_be", ", value: int|float", null, "Writes a number over bytes, the highest first.", static (blob, part, in value) =>
        {
            var bytes = new byte[Size];
            BinaryPrimitives.WriteInt64BigEndian(bytes, Bits(value));
            return Write(blob, part, bytes);
        });
        Add("write_utf8", ", text: string", null, "Writes text over bytes.", static (blob, part, in value) => Write(blob, part, Encoding.UTF8.GetBytes(value.Text)));
        Add("write_ascii", ", text: string", null, "Writes the ASCII characters of a text over bytes.", static (blob, part, in value) =>
            Write(blob, part, [.. value.Text.Where(char.IsAscii).Select(character => (byte)character)]));

        void Add(string name, string parameter, string? returns, string docs, PartBody body)
        {
            var (first, result) = returns is null ? ("mut blob", "") : ("blob", $" -> {returns}");
            table.Add($"{name}({first}: blob, range: range{parameter}){result}", docs, (_, a) => body(a[0].Blob, a[1].Range.Within(a[0].Blob.Bytes.Count), a[^1]));
            table.Add($"{name}({first}: blob, start: int, count: int{parameter}){result}", docs, (_, a) => body(a[0].Blob, BlobFunctions.Cut(a[0].Blob, a[1].Integer, a[2].Integer), a[^1]));
        }
    }

    private static byte[] Read(RhaiBlob blob, (int Start, int Count) part)
    {
        var bytes = new byte[Size];
        blob.Bytes.CopyTo(part.Start, bytes, 0, Math.Min(part.Count, Size));
        return bytes;
    }

    private static long Bits(in Value value) => value.IsFloat ? BitConverter.DoubleToInt64Bits(value.Float) : value.Integer;

    private static Value Write(RhaiBlob blob, (int Start, int Count) part, byte[] bytes)
    {
        for (var i = 0; i < Math.Min(part.Count, bytes.Length); i++)
            blob.Bytes[part.Start + i] = bytes[i];
        return Value.Unit;
    }
}
