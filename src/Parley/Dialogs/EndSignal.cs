using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Logging;

namespace Parley.Dialogs;

/// <summary>
/// A token that fires once, off the lanes: what the application registers with it must not run there, nor hurt anybody by throwing. Until somebody asks for the token there is
/// nothing to fire, and the end of a call wakes no thread.
/// </summary>
/// <param name="logger">Told what a registration threw.</param>
[SuppressMessage("Design", "CA1001", Justification = "The source has no timer, and must still fire for those who wait after everything else is gone.")]
internal sealed class EndSignal(ILogger logger)
{
    private static readonly CancellationTokenSource s_fired = Fired();

    private CancellationTokenSource? _source;

    public CancellationToken Token
    {
        get
        {
            if (Volatile.Read(ref _source) is { } known)
                return known.Token;
            var fresh = new CancellationTokenSource();
            return (Interlocked.CompareExchange(ref _source, fresh, null) ?? fresh).Token;
        }
    }

    public void Fire()
    {
        if (Interlocked.CompareExchange(ref _source, s_fired, null) is not null)
            ThreadPool.UnsafeQueueUserWorkItem(static self => self.Cancel(), this, preferLocal: false);
    }

    private static CancellationTokenSource Fired()
    {
        var source = new CancellationTokenSource();
        source.Cancel();
        return source;
    }

    private void Cancel()
    {
        try
        {
            _source!.Cancel();
        }
        catch (AggregateException e) // the application's code; all of its registrations have run
        {
            Log.DialogCallbackFailed(logger, e);
        }
    }
}
