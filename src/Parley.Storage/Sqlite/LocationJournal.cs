using System.Buffers;
using System.Buffers.Binary;
using System.Text;
using Parley.Services.Locations;

namespace Parley.Storage.Sqlite;

/// <summary>A commit as one row of the journal.</summary>
/// <remarks>
/// <code>
/// for each address: length of user@domain (2) | user@domain in UTF-8 | expires (8) | length of the record (4) | record
/// </code>
/// Numbers are little-endian. A record of length 0 means that there are no bindings any more.
/// </remarks>
internal sealed class LocationJournal
{
    private readonly ArrayBufferWriter<byte> _row = new(4_096);

    public byte[] Write(IReadOnlyList<StoredLocation> changes)
    {
        _row.ResetWrittenCount();
        foreach (var change in changes)
            Write(change);
        return _row.WrittenSpan.ToArray();
    }

    public static List<StoredLocation> Read(ReadOnlySpan<byte> row)
    {
        List<StoredLocation> changes = [];
        while (!row.IsEmpty)
        {
            var length = BinaryPrimitives.ReadUInt16LittleEndian(row);
            var address = Encoding.UTF8.GetString(row.Slice(2, length));
            row = row[(2 + length)..];
            var expires = BinaryPrimitives.ReadInt64LittleEndian(row);
            var size = BinaryPrimitives.ReadInt32LittleEndian(row[8..]);
            var record = row.Slice(12, size).ToArray();
            row = row[(12 + size)..];
            if (AddressOfRecord.TryParseCanonical(address, out var parsed))
                changes.Add(new(parsed, expires, record));
        }

        return changes;
    }

    private void Write(in StoredLocation change)
    {
        var address = change.Address.Text;
        var most = 2 + Encoding.UTF8.GetMaxByteCount(address.Length) + 12 + change.Record.Length;
        var span = _row.GetSpan(most);
        var length = Encoding.UTF8.GetBytes(address, span[2..]);
        BinaryPrimitives.WriteUInt16LittleEndian(span, checked((ushort)length));
        var rest = span[(2 + length)..];
        BinaryPrimitives.WriteInt64LittleEndian(rest, change.Expires);
        BinaryPrimitives.WriteInt32LittleEndian(rest[8..], change.Record.Length);
        change.Record.Span.CopyTo(rest[12..]);
        _row.Advance(2 + length + 12 + change.Record.Length);
    }
}
