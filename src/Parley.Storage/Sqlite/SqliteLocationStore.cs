using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using Microsoft.Data.Sqlite;
using Parley.Services.Locations;

namespace Parley.Storage.Sqlite;

/// <summary>
/// Bindings in an SQLite file. A commit appends one row to a journal, which costs a few pages whatever the number of addresses in it; a row each in a table would cost a
/// page each. What has piled up in the journal is folded into the table in order of address, a little with each commit, and then deleted. Loading reads the table, then the journal
/// over it.
/// </summary>
internal sealed class SqliteLocationStore : ILocationStore
{
    private readonly SqliteConnection _connection;
    private readonly TimeProvider _time;
    private readonly BlockingCollection<Action> _work = [];
    private readonly Thread _thread;
    private readonly SqliteCommand _append;
    private readonly LocationJournal _journal = new();
    private readonly JournalFold _fold;
    private long _number;
    private int _isClosed;

    public SqliteLocationStore(SqliteConnection connection, TimeProvider time, long foldAbove)
    {
        _connection = connection;
        _time = time;
        _append = connection.CreateCommand();
        _append.CommandText = "INSERT INTO location_journal (number, changes) VALUES ($number, $changes)";
        _append.Parameters.Add("$number", SqliteType.Integer);
        _append.Parameters.Add("$changes", SqliteType.Blob);
        _fold = new(connection, foldAbove);
        _thread = new Thread(Run) { Name = "locations", IsBackground = true };
        _thread.Start();
    }

    public async IAsyncEnumerable<StoredLocation> LoadAsync([EnumeratorCancellation] CancellationToken cancel = default)
    {
        foreach (var location in await OnThread(Load).WaitAsync(cancel).ConfigureAwait(false))
            yield return location;
    }

    public Task CommitAsync(IReadOnlyList<StoredLocation> changes, CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(changes);
        return OnThread(() =>
        {
            Commit(changes);
            return true;
        });
    }

    public Task<byte[]> KeyAsync(CancellationToken cancel = default) => OnThread(() => SqliteStorage.ReadOrMakeKey(_connection));

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _isClosed, 1) != 0)
            return;
        _work.CompleteAdding();
        await Task.Run(_thread.Join).ConfigureAwait(false);
        _work.Dispose();
    }

    private void Run()
    {
        foreach (var work in _work.GetConsumingEnumerable())
            work();
        _append.Dispose();
        _fold.Dispose();
        _connection.Dispose();
    }

    // Whoever waits goes on on this thread: it answers registrations and hands in the next commit, and nothing else is here to do meanwhile.
    private Task<T> OnThread<T>(Func<T> work)
    {
        var done = new TaskCompletionSource<T>();
        try
        {
            _work.Add(() => Complete(work, done));
        }
        catch (InvalidOperationException e)
        {
            done.SetException(new IOException("The database was closed.", e));
        }

        return done.Task;
    }

    private static void Complete<T>(Func<T> work, TaskCompletionSource<T> done)
    {
        T result;
        try
        {
            result = work();
        }
        catch (SqliteException e)
        {
            done.SetException(SqliteStorage.Failed("The bindings cannot be read or written", e));
            return;
        }
        catch (Exception e) // whoever waits has to hear of it; this thread has nobody else to tell
        {
            done.SetException(e);
            return;
        }

        done.SetResult(result);
    }

    private void Commit(IReadOnlyList<StoredLocation> changes)
    {
        var row = _journal.Write(changes);
        using var transaction = _connection.BeginTransaction(deferred: false);
        _append.Transaction = transaction;
        _append.Parameters[0].Value = ++_number;
        _append.Parameters[1].Value = row;
        _append.ExecuteNonQuery();
        _fold.Step(transaction);
        transaction.Commit();
        _fold.Committed(changes, row.Length, _number);
    }

    private List<StoredLocation> Load()
    {
        var changed = new Dictionary<string, StoredLocation>();
        var bytes = ReadJournal(changed);
        List<StoredLocation> all = [];
        using (var command = _connection.CreateCommand())
        {
            command.CommandText = "DELETE FROM locations WHERE expires <= $now; SELECT address, expires, record FROM locations";
            command.Parameters.AddWithValue("$now", _time.GetUtcNow().ToUnixTimeSeconds());
            using var reader = command.ExecuteReader();
            while (reader.Read())
            {
                var address = reader.GetString(0);
                if (!changed.ContainsKey(address) && AddressOfRecord.TryParseCanonical(address, out var parsed))
                    all.Add(new(parsed, reader.GetInt64(1), (byte[])reader.GetValue(2)));
            }
        }

        all.AddRange(changed.Values.Where(location => !location.Record.IsEmpty));
        _fold.Begin(changed, bytes, _number);
        return all;
    }

    private long ReadJournal(Dictionary<string, StoredLocation> changed)
    {
        var bytes = 0L;
        using var command = _connection.CreateCommand();
        command.CommandText = "SELECT number, changes FROM location_journal ORDER BY number";
        using var reader = command.ExecuteReader();
        while (reader.Read())
        {
            _number = reader.GetInt64(0);
            var row = (byte[])reader.GetValue(1);
            bytes += row.Length;
            foreach (var location in LocationJournal.Read(row))
                changed[location.Address.Text] = location;
        }

        return bytes;
    }
}
