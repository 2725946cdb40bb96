using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Logging;

namespace Parley.Dialogs;

/// <summary>A token that fires once, off the lanes: what the application registers with it must not run there, nor hurt anybody by throwing.</summary>
/// <param name="logger">Told what a registration threw.</param>
[SuppressMessage("Design", "CA1001", Justification = "The source has no timer, and must still fire for those who wait after everything else is gone.")]
internal sealed class EndSignal(ILogger logger)
{
    private readonly CancellationTokenSource _source = new();

    public CancellationToken Token => _source.Token;

    public void Fire() => ThreadPool.UnsafeQueueUserWorkItem(
        static self =>
        {
            try
            {
                self._source.Cancel();
            }
            catch (AggregateException e) // the application's code; all of its registrations have run
            {
                self.Report(e);
            }
        },
        this,
        preferLocal: false);

    private void Report(AggregateException fault) => Log.DialogCallbackFailed(logger, fault);
}
