namespace Parley.Sip.Registrations;

/// <summary>
/// The registrations of one device over several flows (RFC 5626 §4.2): it is reached as long as one of them holds. Each is refreshed, tried again and kept alive by itself. May be used from
/// any thread.
/// </summary>
public sealed class RegistrationSet : IAsyncDisposable
{
    /// <summary>Flows of one device: each is a binding at the registrar, of which there are ten for all of somebody's devices.</summary>
    internal const int MaxFlows = 8;

    internal RegistrationSet()
    {
    }

    /// <summary>The flows, in the order of their proxies.</summary>
    public IReadOnlyList<Registration> Flows { get; private set; } = [];

    /// <summary>True while one of them is registered.</summary>
    public bool IsRegistered => Flows.Any(flow => flow.Status.State == RegistrationState.Registered);

    /// <summary>Waits until the first of them is registered, or all have failed once.</summary>
    /// <param name="cancel">Stops waiting.</param>
    /// <returns>The status of the first that is registered; where none is, that of the last to fail.</returns>
    public async Task<RegistrationStatus> WaitAsync(CancellationToken cancel = default)
    {
        var waiting = Flows.Select(flow => flow.WaitAsync(cancel)).ToList();
        RegistrationStatus status;
        do
        {
            var first = await Task.WhenAny(waiting).ConfigureAwait(false);
            waiting.Remove(first);
            status = await first.ConfigureAwait(false);
        }
        while (status.State != RegistrationState.Registered && waiting.Count > 0);
        return status;
    }

    /// <summary>Takes back all of them.</summary>
    public async ValueTask DisposeAsync() => await Task.WhenAll(Flows.Select(flow => flow.DisposeAsync().AsTask())).ConfigureAwait(false);

    internal void Begin(IReadOnlyList<Registration> flows)
    {
        Flows = flows;
        foreach (var flow in flows)
            flow.Lane.Run(static state => ((Registration)state!).Start(), flow);
    }
}
