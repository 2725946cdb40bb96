using System.Runtime.InteropServices;

namespace Parley.Cli.Terminal;

/// <summary>Ctrl-C and SIGTERM: the first asks for an orderly end, the second is left to the system, which ends the process at once.</summary>
internal sealed class Interrupt : IDisposable
{
    private readonly CancellationTokenSource _requested = new();
    private readonly PosixSignalRegistration[] _signals;

    public Interrupt() => _signals =
    [
        PosixSignalRegistration.Create(PosixSignal.SIGINT, OnSignal),
        PosixSignalRegistration.Create(PosixSignal.SIGTERM, OnSignal),
    ];

    /// <summary>Fires at the first signal.</summary>
    public CancellationToken Requested => _requested.Token;

    public void Dispose()
    {
        foreach (var signal in _signals)
            signal.Dispose();
        _requested.Dispose();
    }

    private void OnSignal(PosixSignalContext signal)
    {
        if (_requested.IsCancellationRequested)
        {
            // The runtime's own way out waits for what is under way; whoever asks twice does not want to.
            Environment.Exit(ExitCode.Interrupted);
        }

        signal.Cancel = true;
        _requested.Cancel();
    }
}
