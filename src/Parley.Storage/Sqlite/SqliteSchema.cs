using System.Globalization;
using Microsoft.Data.Sqlite;

namespace Parley.Storage.Sqlite;

/// <summary>The tables, and connections to them.</summary>
internal static class SqliteSchema
{
    /// <summary>Kept in the file's <c>user_version</c>.</summary>
    private const long Version = 1;

    // The counter rises by trigger, so that a change made by hand counts too.
    private const string Tables = """
        CREATE TABLE meta (name TEXT PRIMARY KEY, value) WITHOUT ROWID;
        INSERT INTO meta (name, value) VALUES ('accounts', 0);
        CREATE TABLE accounts (
            realm TEXT NOT NULL, name TEXT NOT NULL, display_name TEXT, md5 TEXT, sha256 TEXT, sha512_256 TEXT, changed INTEGER NOT NULL,
            PRIMARY KEY (realm, name)) WITHOUT ROWID;
        CREATE TRIGGER account_added AFTER INSERT ON accounts BEGIN UPDATE meta SET value = value + 1 WHERE name = 'accounts'; END;
        CREATE TRIGGER account_changed AFTER UPDATE ON accounts BEGIN UPDATE meta SET value = value + 1 WHERE name = 'accounts'; END;
        CREATE TRIGGER account_removed AFTER DELETE ON accounts BEGIN UPDATE meta SET value = value + 1 WHERE name = 'accounts'; END;
        CREATE TABLE locations (address TEXT PRIMARY KEY, expires INTEGER NOT NULL, record BLOB NOT NULL) WITHOUT ROWID;
        CREATE TABLE location_journal (number INTEGER PRIMARY KEY, changes BLOB NOT NULL);
        """;

    public static SqliteConnection Open(string path)
    {
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = path, Pooling = false }.ToString());
        try
        {
            connection.Open();
            // Another process that writes holds the file for some milliseconds at a time.
            Run(connection, "PRAGMA busy_timeout = 5000; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA temp_store = MEMORY;");
            return connection;
        }
        catch (SqliteException e)
        {
            connection.Dispose();
            throw SqliteStorage.Failed($"The database {path} cannot be opened", e);
        }
    }

    public static void Prepare(SqliteConnection connection, string path)
    {
        try
        {
            // Two processes may find it empty at once: the second waits here, and then finds it made.
            using var transaction = connection.BeginTransaction(deferred: false);
            var version = Convert.ToInt64(Ask(connection, "PRAGMA user_version"), CultureInfo.InvariantCulture);
            if (version > Version)
                throw new IOException($"The database {path} was made by a later version ({version}; this one knows {Version}).");
            if (version == 0)
                Run(connection, $"{Tables} PRAGMA user_version = {Version}");
            transaction.Commit();
        }
        catch (SqliteException e)
        {
            throw SqliteStorage.Failed($"The tables in {path} cannot be made", e);
        }
    }

    public static void Run(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    public static object? Ask(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        return command.ExecuteScalar();
    }
}
