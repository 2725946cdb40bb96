using Parley.Net;

namespace Parley.Cli.Monitoring;

/// <summary>Where the figures come from.</summary>
/// <param name="Agent">Calls, transactions, transport, media.</param>
/// <param name="Network">Sockets, buffers, timers.</param>
/// <param name="Roles">What the server roles count.</param>
internal sealed record CounterSource(UserAgent Agent, INetwork Network, Func<IEnumerable<Counter>> Roles)
{
    /// <summary>What is in use now.</summary>
    public IReadOnlyList<Counter> InUse() => Counter.InUse(Agent, Network);

    /// <summary>Everything.</summary>
    public IReadOnlyList<Counter> All() => [.. Counter.All(Agent, Network), .. Roles()];
}
