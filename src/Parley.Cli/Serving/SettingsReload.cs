using System.Runtime.InteropServices;
using Parley.Cli.Configuration;
using Parley.Cli.Terminal;

namespace Parley.Cli.Serving;

/// <summary>
/// Reads the settings file again when it has changed, or on SIGHUP. A file that is wrong is told of and changes nothing.
/// </summary>
internal sealed class SettingsReload : IAsyncDisposable
{
    // As quick as somebody who has saved the file looks whether it counts; a look costs one call of the system.
    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(1);

    private readonly string _path;
    private readonly Func<ServeSettings> _read;
    private readonly Func<ServeSettings, Task> _apply;
    private readonly ServeLog _log;
    private readonly CancellationTokenSource _ending = new();
    private readonly PosixSignalRegistration _signal;
    private readonly Task _watching;
    private (DateTime Written, long Length) _seen;
    private volatile bool _asked;

    /// <summary>Begins to watch.</summary>
    /// <param name="path">The file.</param>
    /// <param name="read">Reads it.</param>
    /// <param name="apply">Takes what it says.</param>
    /// <param name="log">Told what came of it.</param>
    public SettingsReload(string path, Func<ServeSettings> read, Func<ServeSettings, Task> apply, ServeLog log)
    {
        (_path, _read, _apply, _log) = (path, read, apply, log);
        _seen = Look();
        _signal = PosixSignalRegistration.Create(PosixSignal.SIGHUP, OnSignal);
        _watching = WatchAsync();
    }

    public async ValueTask DisposeAsync()
    {
        _signal.Dispose();
        await _ending.CancelAsync();
        await _watching;
        _ending.Dispose();
    }

    private void OnSignal(PosixSignalContext signal)
    {
        signal.Cancel = true;
        _asked = true;
    }

    private async Task WatchAsync()
    {
        using var timer = new PeriodicTimer(LookEvery);
        try
        {
            while (await timer.WaitForNextTickAsync(_ending.Token))
            {
                var now = Look();
                if (!_asked && now == _seen)
                    continue;
                (_seen, _asked) = (now, false);
                await ReloadAsync();
            }
        }
        catch (OperationCanceledException)
        {
            // Disposed.
        }
    }

    private async Task ReloadAsync()
    {
        try
        {
            await _apply(_read());
        }
        catch (Exception e) when (e is CommandException or ArgumentException or FormatException or IOException)
        {
            _log.Write($"settings stay as they were: {e.Message}");
        }
    }

    private (DateTime Written, long Length) Look()
    {
        var file = new FileInfo(_path);
        return file.Exists ? (file.LastWriteTimeUtc, file.Length) : default;
    }
}
