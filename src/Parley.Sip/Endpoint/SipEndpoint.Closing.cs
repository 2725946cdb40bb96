using Parley.Sip.Dialogs;
using Parley.Sip.Invites;
using Parley.Sip.Transactions;

namespace Parley.Sip.Endpoint;

// The way out: drain, end what is left, let go of the sockets.
public sealed partial class SipEndpoint
{
    /// <summary>Takes no new calls (503 with Retry-After) and waits until the last call and request is over. Calls still can be made.</summary>
    /// <param name="cancel">Stops waiting; new calls stay refused.</param>
    /// <exception cref="OperationCanceledException">Cancelled while calls were left.</exception>
    public async Task DrainAsync(CancellationToken cancel = default)
    {
        // All at once: a lane that waited for its turn would go on taking calls.
        await Task.WhenAll(_lanes.Select(WhenIdle)).WaitAsync(cancel).ConfigureAwait(false);
    }

    /// <summary>
    /// Ends what is left: pending calls are refused with 503 or cancelled, running ones get a BYE. Waits for the peers' answers for as long as
    /// <see cref="SipEndpointOptions.CloseTimeout"/>, then closes the sockets. Registrations are the caller's to dispose before.
    /// </summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
            return;
        foreach (var ua in _lanes)
            ua.Lane.Run(static state => Shutdown((UserAgentLane)state!), ua);
        try
        {
            await DrainAsync().WaitAsync(_options.CloseTimeout, _network.Time).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            // Peers that do not answer are left to their own timers.
        }

        await _transactions.StopAsync().ConfigureAwait(false);
        await _transport.DisposeAsync().ConfigureAwait(false);
    }

    private static void Shutdown(UserAgentLane ua)
    {
        ua.IsDraining = true;
        foreach (var call in ua.Snapshot())
            call.Shutdown();
        ua.Subscriptions.Shutdown();
    }

    private static Task WhenIdle(UserAgentLane ua)
    {
        var idle = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        ua.Lane.Run(static state =>
        {
            var (ua, idle) = ((UserAgentLane, TaskCompletionSource))state!;
            ua.IsDraining = true;
            ua.Idle += () => idle.TrySetResult();
            if (ua.IsIdle)
                idle.TrySetResult();
        }, (ua, idle));
        return idle.Task;
    }

    private static EndpointCounters CountersOf(UserAgentLane[] lanes, in TransactionCounters transactions)
    {
        long Sum(Func<UserAgentCounts, long> count) => lanes.Sum(ua => count(ua.Counts));
        return new EndpointCounters
        {
            IncomingCalls = Sum(c => Volatile.Read(ref c.IncomingCalls)),
            OutgoingCalls = Sum(c => Volatile.Read(ref c.OutgoingCalls)),
            Dialogs = lanes.Sum(ua => ua.Dialogs.Count),
            PendingRequests = Sum(c => Volatile.Read(ref c.PendingRequests)),
            IncomingSubscriptions = Sum(c => Volatile.Read(ref c.IncomingSubscriptions)),
            Subscriptions = Sum(c => Volatile.Read(ref c.Subscriptions)),
            SubscriptionsRefused = Sum(c => Volatile.Read(ref c.SubscriptionsRefused)),
            NotificationsSent = Sum(c => Volatile.Read(ref c.NotificationsSent)),
            Registrations = Sum(c => Volatile.Read(ref c.Registrations)),
            IncomingCallsTotal = Sum(c => Volatile.Read(ref c.IncomingCallsTotal)),
            OutgoingCallsTotal = Sum(c => Volatile.Read(ref c.OutgoingCallsTotal)),
            CallsRefused = Sum(c => Volatile.Read(ref c.CallsRefused)),
            RequestsRefused = Sum(c => Volatile.Read(ref c.RequestsRefused)),
            ExtraForksEnded = Sum(c => Volatile.Read(ref c.ExtraForksEnded)),
            AnswersRepeated = Sum(c => Volatile.Read(ref c.AnswersRepeated)),
            HandlerFaults = Sum(c => Volatile.Read(ref c.HandlerFaults)),
            Ends = Enum.GetValues<CallEndKind>().ToDictionary(kind => kind, kind => Sum(c => c.Ends(kind))),
            Transactions = transactions,
        };
    }
}
