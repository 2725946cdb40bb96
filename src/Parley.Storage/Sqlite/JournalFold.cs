using Microsoft.Data.Sqlite;
using Parley.Services.Locations;

namespace Parley.Storage.Sqlite;

/// <summary>
/// Brings what is in the journal into the table, some rows with each commit and in order of address, so that one page takes several. Journal rows are deleted only when all
/// that is in them has been folded; a crash in between costs nothing, because loading goes through the journal again.
/// </summary>
internal sealed class JournalFold : IDisposable
{
    /// <summary>Bytes in the journal that are worth folding: a minute of registrations at full speed; loading goes through it in well under a second.</summary>
    public const long FoldAbove = 64 << 20;

    // Table rows, and journal rows, that one commit takes along: half a millisecond.
    private const int RowsPerStep = 100;

    private readonly SqliteCommand _put;
    private readonly SqliteCommand _remove;
    private readonly SqliteCommand _forget;
    private readonly long _foldAbove;
    private Dictionary<string, StoredLocation> _changed = [];
    private StoredLocation[] _folding = [];
    private long _bytes;
    private long _foldedUntil;
    private long _forgottenUntil;
    private int _at;
    private int _stepped;

    public JournalFold(SqliteConnection connection, long foldAbove)
    {
        _foldAbove = foldAbove;
        _put = connection.CreateCommand();
        _put.CommandText = "INSERT OR REPLACE INTO locations (address, expires, record) VALUES ($address, $expires, $record)";
        _put.Parameters.Add("$address", SqliteType.Text);
        _put.Parameters.Add("$expires", SqliteType.Integer);
        _put.Parameters.Add("$record", SqliteType.Blob);
        _remove = connection.CreateCommand();
        _remove.CommandText = "DELETE FROM locations WHERE address = $address";
        _remove.Parameters.Add("$address", SqliteType.Text);
        _forget = connection.CreateCommand();
        _forget.CommandText = "DELETE FROM location_journal WHERE number IN (SELECT number FROM location_journal WHERE number <= $until ORDER BY number LIMIT $rows)";
        _forget.Parameters.Add("$until", SqliteType.Integer);
        _forget.Parameters.AddWithValue("$rows", RowsPerStep);
    }

    private bool IsFolding => _at < _folding.Length;

    private bool IsForgetting => _forgottenUntil < _foldedUntil;

    /// <summary>Takes over what the journal held when it was loaded.</summary>
    public void Begin(Dictionary<string, StoredLocation> changed, long bytes, long number)
    {
        _changed = changed;
        _bytes = bytes;
        Start(number);
    }

    /// <summary>Does a part of the work that is due, within a commit's transaction.</summary>
    public void Step(SqliteTransaction transaction)
    {
        _stepped = 0;
        if (IsFolding)
            Fold(transaction);
        else if (IsForgetting)
            Forget(transaction);
    }

    /// <summary>The commit that a step was part of went well.</summary>
    public void Committed(IReadOnlyList<StoredLocation> changes, int bytes, long number)
    {
        if (IsFolding)
            _at += _stepped;
        else if (IsForgetting && _stepped < RowsPerStep)
            _forgottenUntil = _foldedUntil;
        _bytes += bytes;
        foreach (var change in changes)
            _changed[change.Address.Text] = change;
        if (!IsFolding && !IsForgetting)
            Start(number);
    }

    public void Dispose()
    {
        _put.Dispose();
        _remove.Dispose();
        _forget.Dispose();
    }

    private void Start(long number)
    {
        if (_bytes < _foldAbove)
            return;
        _folding = [.. _changed.Values.OrderBy(location => location.Address.Text, StringComparer.Ordinal)];
        _at = 0;
        _foldedUntil = number;
        _changed = [];
        _bytes = 0;
    }

    private void Fold(SqliteTransaction transaction)
    {
        _stepped = Math.Min(RowsPerStep, _folding.Length - _at);
        foreach (var location in _folding.AsSpan(_at, _stepped))
        {
            var command = location.Record.IsEmpty ? _remove : _put;
            command.Transaction = transaction;
            command.Parameters[0].Value = location.Address.Text;
            if (command == _put)
            {
                command.Parameters[1].Value = location.Expires;
                command.Parameters[2].Value = location.Record.ToArray();
            }

            command.ExecuteNonQuery();
        }
    }

    private void Forget(SqliteTransaction transaction)
    {
        _forget.Transaction = transaction;
        _forget.Parameters[0].Value = _foldedUntil;
        _stepped = _forget.ExecuteNonQuery();
    }
}
