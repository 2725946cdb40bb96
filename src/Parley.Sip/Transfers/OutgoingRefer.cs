using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Parley.Net;
using Parley.Sip.Dialogs;
using Parley.Sip.Messages;

namespace Parley.Sip.Transfers;

/// <summary>
/// A REFER of ours, until it is known what came of it (RFC 3515). A call it was sent in goes on whatever becomes of it, and it outlives that call's BYE.
/// Lives on its lane; <see cref="Ended"/> and <see cref="Progress"/> may be used from any thread.
/// </summary>
public sealed partial class OutgoingRefer
{
    // Reports a reader may be behind before the oldest are dropped.
    private const int MaxBehind = 64;

    private readonly UserAgentLane _ua;
    private readonly ReferOptions _options;
    private readonly IReferHandler? _handler;
    private readonly TaskCompletionSource<ReferEnd> _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Channel<ReferProgress> _progress =
        Channel.CreateBounded<ReferProgress>(new BoundedChannelOptions(MaxBehind) { FullMode = BoundedChannelFullMode.DropOldest });

    internal OutgoingRefer(UserAgentLane ua, ReferOptions options, IReferHandler? handler)
    {
        _ua = ua;
        _options = options;
        _handler = handler;
        _wait = new WaitTimer(this);
    }

    /// <summary>The lane it lives on.</summary>
    public Lane Lane => _ua.Lane;

    /// <summary>What came of it; completes once, always.</summary>
    public Task<ReferEnd> Ended => _ended.Task;

    /// <summary>The reports, from the first on, until the last. For one reader; one that is more than 64 behind misses the oldest.</summary>
    /// <param name="cancel">Stops.</param>
    public async IAsyncEnumerable<ReferProgress> Progress([EnumeratorCancellation] CancellationToken cancel = default)
    {
        await foreach (var progress in _progress.Reader.ReadAllAsync(cancel).ConfigureAwait(false))
            yield return progress;
    }

    /// <summary>No more reports are wanted: ends with <see cref="ReferEndKind.Unreported"/>. What the peer is doing goes on. Does nothing when it has ended.</summary>
    /// <exception cref="InvalidOperationException">Not on the lane.</exception>
    public void Unsubscribe()
    {
        _ua.RequireCurrent();
        if (_told)
            return;
        if (_dialog is { } dialog && _isNotified)
        {
            var draft = RequestDraft.Within(dialog, SipMethod.Subscribe, default, [EventHeader()]) with { Contact = _contact, Expires = 0 };
            RequestExchange.Start(_ua, draft, null, dialog, Flow(dialog), static (_, _, _) => { });
        }

        End(new ReferEnd(ReferEndKind.Unreported, _last.Status == 0 ? 200 : _last.Status, "No more reports were wanted"));
    }

    private void Tell(ReferProgress progress)
    {
        _last = progress;
        _progress.Writer.TryWrite(progress);
        try
        {
            _handler?.OnProgress(this, progress);
        }
        catch (Exception e) // the application's code: whatever it throws is its own affair and must not stop the lane
        {
            _ua.OnHandlerFault(e);
        }
    }

    private void End(ReferEnd end)
    {
        if (_told)
            return;
        _told = true;
        _ua.Subscriptions.Remove(this);
        Lane.Cancel(_wait);
        _progress.Writer.TryComplete();
        try
        {
            _handler?.OnEnded(this, end);
        }
        catch (Exception e) // the application's code: whatever it throws is its own affair and must not stop the lane
        {
            _ua.OnHandlerFault(e);
        }

        _ended.TrySetResult(end);
        // A last NOTIFY that is still to come is answered 200, not 481.
        if (_isOver || _dialog is null)
            Leave();
        else
            Lane.Schedule(_wait, 64 * _ua.Profile.T1);
    }

    private sealed class WaitTimer(OutgoingRefer refer) : LaneTimer
    {
        protected override void Fire(long now) => refer.OnWaited();
    }
}
