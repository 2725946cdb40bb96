using System.Diagnostics;
using Npgsql;

namespace Parley.Storage.Tests;

/// <summary>A PostgreSQL server of the tests' own, in a temporary folder, reached by a socket file. Where PostgreSQL is not installed, its tests are left out, visibly.</summary>
public sealed class PostgresCluster : IAsyncLifetime
{
    private const string User = "parley";

    private string _folder = "";
    private Process? _server;
    private int _databases;

    private static string? Binaries => Directory.Exists("/usr/lib/postgresql")
        ? Directory.GetDirectories("/usr/lib/postgresql").Select(version => Path.Combine(version, "bin")).LastOrDefault(bin => File.Exists(Path.Combine(bin, "initdb")))
        : null;

    // PostgreSQL refuses to run as root; its package brings a user to run as.
    private static bool IsRoot => Environment.UserName == "root";

    public async ValueTask InitializeAsync()
    {
        if (Binaries is not { } binaries)
            return;
        _folder = Directory.CreateTempSubdirectory("parley-postgres-").FullName;
        if (IsRoot)
            await RunAsync("chown", "postgres", _folder);
        await RunAsync(Command(Path.Combine(binaries, "initdb"), "-D", $"{_folder}/data", "-U", User, "-A", "trust", "-E", "UTF8", "--no-sync", "--locale=C"));
        _server = Start(Command(Path.Combine(binaries, "postgres"), "-D", $"{_folder}/data", "-k", _folder, "-c", "listen_addresses="));
        await WaitAsync();
    }

    /// <summary>A connection to a new, empty database; leaves the test out where there is no PostgreSQL.</summary>
    public async Task<string> NewDatabaseAsync()
    {
        Assert.SkipWhen(_server is null, "PostgreSQL is not installed: apt-get install postgresql");
        var name = $"d{Interlocked.Increment(ref _databases)}";
        await using var source = NpgsqlDataSource.Create(ConnectionTo("postgres"));
        await using var command = source.CreateCommand($"CREATE DATABASE {name}");
        await command.ExecuteNonQueryAsync();
        return ConnectionTo(name);
    }

    public async ValueTask DisposeAsync()
    {
        if (_server is null)
            return;
        NpgsqlConnection.ClearAllPools();
        await RunAsync("kill", "-INT", $"{_server.Id}"); // disconnects everybody and stops
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        await _server.WaitForExitAsync(patience.Token);
        _server.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private string ConnectionTo(string database) => $"Host={_folder};Username={User};Database={database};Pooling=true;Maximum Pool Size=4";

    private async Task WaitAsync()
    {
        for (var tries = 0; ; tries++)
        {
            try
            {
                await using var source = NpgsqlDataSource.Create(ConnectionTo("postgres"));
                await using var connection = await source.OpenConnectionAsync();
                return;
            }
            catch (NpgsqlException) when (tries < 200 && !_server!.HasExited)
            {
                await Task.Delay(100);
            }
        }
    }

    private static string[] Command(params string[] command) =>
        IsRoot ? ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups", .. command] : command;

    private static Process Start(params string[] command)
    {
        var start = new ProcessStartInfo(command[0], command[1..]) { WorkingDirectory = "/", RedirectStandardOutput = true, RedirectStandardError = true };
        var process = Process.Start(start) ?? throw new InvalidOperationException($"{command[0]} did not start.");
        process.OutputDataReceived += (_, _) => { };
        process.ErrorDataReceived += (_, _) => { };
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return process;
    }

    private static async Task RunAsync(params string[] command)
    {
        using var process = Start(command);
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0, $"{string.Join(' ', command)} ended with {process.ExitCode}.");
    }
}
