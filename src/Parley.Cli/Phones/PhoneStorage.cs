using Parley.Cli.Configuration;
using Parley.Services.Accounts;
using Parley.Services.Locations;
using Parley.Services.Messaging;
using Parley.Storage.Messages;
using Parley.Storage.Postgres;
using Parley.Storage.Sqlite;

namespace Parley.Cli.Phones;

/// <summary>Where accounts and registrations are kept: the database that is configured, or a file in the data folder.</summary>
internal sealed class PhoneStorage : IAsyncDisposable
{
    private const string FileName = "parley.db";

    private readonly IReadOnlyList<IAsyncDisposable> _owned;

    private PhoneStorage(IAccountStore accounts, ILocationStore? locations, IMessageStore messages, params IReadOnlyList<IAsyncDisposable> owned) =>
        (Accounts, Locations, Messages, _owned) = (accounts, locations, messages, owned);

    public IAccountStore Accounts { get; }

    /// <summary>Null when registrations are kept in memory only.</summary>
    public ILocationStore? Locations { get; }

    /// <summary>Messages that wait.</summary>
    public IMessageStore Messages { get; }

    /// <summary>Opens it, and makes it when it is not there.</summary>
    /// <exception cref="IOException">It cannot be opened or made.</exception>
    public static async Task<PhoneStorage> OpenAsync(ServeSettings settings, CancellationToken cancel)
    {
        var storage = await OpenAccountsAsync(settings, cancel);
        try
        {
            var messages = settings.Storage is { } connection
                ? await MessageStores.OpenPostgresAsync(connection, cancel)
                : await MessageStores.OpenSqliteAsync(FileOf(settings), cancel);
            return new(storage.Accounts, storage.Locations, messages, messages, storage);
        }
        catch
        {
            await storage.DisposeAsync();
            throw;
        }
    }

    /// <summary>Opens what the accounts and registrations are in, and leaves the messages alone.</summary>
    /// <exception cref="IOException">It cannot be opened or made.</exception>
    public static async Task<PhoneStorage> OpenAccountsAsync(ServeSettings settings, CancellationToken cancel)
    {
        if (settings.Storage is { } connection)
        {
            var database = await PostgresStorage.OpenAsync(connection, cancel: cancel);
            return new(database.Accounts, database.Locations, new MemoryMessageStore(), database);
        }

        var path = FileOf(settings);
        MakePrivate(path);
        var file = await SqliteStorage.OpenAsync(path, cancel: cancel);
        return new(file.Accounts, file.Locations, new MemoryMessageStore(), file);
    }

    /// <summary>
    /// Opens it for a server, which does without where nobody has accounts yet and none can be made: a machine whose disk is read-only can still serve the extensions.
    /// </summary>
    /// <exception cref="IOException">There is one, or one is configured, and it cannot be opened.</exception>
    public static async Task<PhoneStorage> OpenOrDoWithoutAsync(ServeSettings settings, Action<string> log, CancellationToken cancel)
    {
        try
        {
            return await OpenAsync(settings, cancel);
        }
        catch (Exception e) when (settings.Storage is null && !File.Exists(FileOf(settings)) && e is IOException or UnauthorizedAccessException)
        {
            log($"No accounts, so no phone can register: {e.Message}");
            return InMemory(new MemoryAccountStore());
        }
    }

    /// <summary>Accounts that are somewhere else, and registrations that live as long as the process.</summary>
    public static PhoneStorage InMemory(IAccountStore accounts) => new(accounts, null, new MemoryMessageStore());

    public async ValueTask DisposeAsync()
    {
        foreach (var owned in _owned)
            await owned.DisposeAsync();
    }

    // What is in it proves who somebody is: only its owner may read it. Files SQLite makes beside it get the same rights.
    private static void MakePrivate(string path)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        if (File.Exists(path))
            return;
        var options = new FileStreamOptions { Mode = FileMode.OpenOrCreate, Access = FileAccess.Write, Share = FileShare.ReadWrite };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        using var made = new FileStream(path, options);
    }

    private static string FileOf(ServeSettings settings) => Path.GetFullPath(Path.Combine(settings.DataFolder, FileName));
}
