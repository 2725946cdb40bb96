using System.Collections.Concurrent;
using System.Globalization;
using Parley.Media.Files;
using Parley.Net;
using Parley.Testing.Expectations;

namespace Parley.Testing.Agents;

/// <summary>
/// The agents of one scenario: it makes them, knows them by name, and takes care that nothing of them is left when it is over. May be used from any thread.
/// </summary>
public sealed class AgentSession : IAsyncDisposable
{
    // Ports of one agent: ten calls at a time with some to rest. An agent that needs more gets those that others leave free.
    private const int PortsOfAgent = 40;

    // Ten agents' worth: a server under test on the same machine may well have taken some hundred of the same ports.
    internal const int PortsInReserve = 400;

    // What the last answers of servers and the last packets of a lane may take when everything has been ended.
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(3);

    private readonly INetwork _network;
    private readonly INetwork _shared;
    private readonly List<Agent> _agents = [];
    private readonly Lock _gate = new();
    private readonly SemaphoreSlim _making = new(1, 1);
    private readonly ConcurrentDictionary<Task, byte> _running = new();
    private SessionLeftovers _left = new();
    private long _eventFaults;
    private int _made;
    private int _recordings;
    private bool _disposed;
    private bool _over;

    /// <summary>Creates one without agents.</summary>
    /// <param name="options">What they share. Default: that type's defaults.</param>
    public AgentSession(AgentSessionOptions? options = null)
    {
        Options = options ?? new();
        _network = Options.Network ?? new SystemNetwork();
        _shared = new SharedLanes(_network, Math.Max(1, Environment.ProcessorCount / 2));
        if (Options.AudioFolder is { } folder)
            Directory.CreateDirectory(folder);
    }

    /// <summary>What the agents share.</summary>
    public AgentSessionOptions Options { get; }

    /// <summary>The clock all waits go by.</summary>
    public TimeProvider Time => _network.Time;

    /// <summary>The agents, in the order they were made.</summary>
    public IReadOnlyList<Agent> Agents
    {
        get
        {
            lock (_gate)
                return [.. _agents];
        }
    }

    /// <summary>What is held now, of all agents; after the session's end, what could not be ended. Clean means: nothing.</summary>
    public SessionLeftovers Leftovers
    {
        get
        {
            var sum = _left;
            foreach (var agent in Agents)
                sum += agent.Leftovers;
            var lanes = _network.Counters.Total;
            // On lanes that have ended nothing fires any more, whatever was set there.
            return Options.Network is null ? sum with { Sockets = lanes.Sockets, Timers = _over ? 0 : lanes.Timers } : sum;
        }
    }

    /// <summary>How often <see cref="AgentSessionOptions.OnEvent"/> threw; what it throws changes nothing.</summary>
    public long EventFaults => Interlocked.Read(ref _eventFaults);

    internal AudioClipCache Clips { get; } = new();

    /// <summary>Makes an agent. One of the same name is closed and replaced. With <see cref="AgentOptions.RegInt"/> above 0 it begins to register; that is not waited for.</summary>
    /// <param name="name">Its name in the scenario.</param>
    /// <param name="options">Who it is.</param>
    /// <param name="cancel">Gives up.</param>
    /// <exception cref="AgentException">The options cannot be, or it could not be started.</exception>
    /// <exception cref="ObjectDisposedException">The session is over.</exception>
    public async Task<Agent> CreateAsync(string name, AgentOptions options, CancellationToken cancel = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentNullException.ThrowIfNull(options);
        await _making.WaitAsync(cancel).ConfigureAwait(false);
        try
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            AgentOptionReader.Check(name, options);
            if (Find(name) is { } before)
                await RemoveAsync(before).ConfigureAwait(false);
            var agent = await Agent.StartAsync(this, name, options, NextSeat(), cancel).ConfigureAwait(false);
            lock (_gate)
                _agents.Add(agent);
            return agent;
        }
        finally
        {
            _making.Release();
        }
    }

    /// <summary>The agent of that name; null when there is none.</summary>
    public Agent? Find(string name) => Agents.FirstOrDefault(agent => agent.Name == name);

    /// <summary>The agent of that name.</summary>
    /// <exception cref="AgentException">There is none.</exception>
    public Agent Get(string name) => Find(name) ?? throw NotConnected(name);

    /// <summary>Proves that both hear each other: a tone from the first to the second, then back.</summary>
    /// <exception cref="ExpectationException">One does not hear the other.</exception>
    public static Task VerifyAudioConnectionAsync(Agent a, Agent b, CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(a);
        return a.VerifyAudioConnectionAsync(b, cancel);
    }

    /// <summary>Lets time pass, in which calls that are answered at its start must stay so.</summary>
    /// <param name="time">How long.</param>
    /// <param name="cancel">Gives up.</param>
    /// <exception cref="ExpectationException">A call ended: <c>call on `A` dropped during wait — reason: …</c>.</exception>
    public async Task WaitAsync(TimeSpan time, CancellationToken cancel = default)
    {
        var calls = Agents.SelectMany(agent => agent.ActiveCalls).Where(call => call.State == AgentState.Established).ToList();
        using var over = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        var passed = Task.Delay(time, Time, over.Token);
        var first = await Task.WhenAny([passed, .. calls.Select(call => call.Underlying.WaitForEndAsync(over.Token))]).ConfigureAwait(false);
        await over.CancelAsync().ConfigureAwait(false);
        cancel.ThrowIfCancellationRequested();
        if (first == passed)
            return;
        var dropped = calls.First(call => call.Underlying.End is not null);
        throw new ExpectationException($"call on `{dropped.Agent.Name}` dropped during wait — reason: {dropped.Reason}");
    }

    /// <summary>Ends all calls and registrations and closes all agents. The session can go on with new ones.</summary>
    public async Task CloseAgentsAsync()
    {
        var agents = Agents;
        // All calls first, so that no side's BYE meets a socket that is gone.
        await Task.WhenAll(agents.Select(agent => agent.HangUpAllAsync())).ConfigureAwait(false);
        await QuietAsync(agents).ConfigureAwait(false);
        await Task.WhenAll(agents.Select(RemoveAsync)).ConfigureAwait(false);
        await Task.WhenAll(_running.Keys).WaitAsync(s_patience, Time).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _making.WaitAsync().ConfigureAwait(false);
        var first = !_disposed;
        _disposed = true;
        _making.Release();
        if (!first)
            return;
        await CloseAgentsAsync().ConfigureAwait(false);
        if (Options.Network is null)
            await _network.DisposeAsync().ConfigureAwait(false);
        _over = true;
    }

    internal static AgentException NotConnected(string name) => new($"agent `{name}` is not connected — create it with agent(\"{name}\", …) first");

    internal void Tell(AgentEvent told)
    {
        try
        {
            Options.OnEvent?.Invoke(told);
        }
        catch (Exception) // the boundary to the application's code: what it throws must not keep a call from being ended
        {
            Interlocked.Increment(ref _eventFaults);
        }
    }

    /// <summary>Something that goes on by itself: the session's end waits for it.</summary>
    internal void Track(Task task)
    {
        if (task.IsCompleted)
            return;
        _running[task] = 0;
        _ = task.ContinueWith(static (done, running) => ((ConcurrentDictionary<Task, byte>)running!).TryRemove(done, out _), _running, TaskScheduler.Default);
    }

    /// <summary>Path without the end of a new recording of an agent; null when nothing is to be recorded.</summary>
    internal string? RecordingPrefix(Agent agent)
    {
        if (Options.AudioFolder is not { } folder)
            return null;
        var name = string.Concat(agent.Name.Select(c => char.IsLetterOrDigit(c) || c is '-' or '_' ? c : '_'));
        var stamp = Time.GetUtcNow().ToString("yyyyMMdd-HHmmss", CultureInfo.InvariantCulture);
        return Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"audio-{stamp}-{Interlocked.Increment(ref _recordings)}-{name}"));
    }

    internal async Task RemoveAsync(Agent agent)
    {
        await agent.CloseAsync().ConfigureAwait(false);
        lock (_gate)
        {
            if (_agents.Remove(agent))
                _left += agent.Leftovers;
        }
    }

    // The peer of a call that was hung up here still has to hear of it.
    private async Task QuietAsync(IReadOnlyList<Agent> agents)
    {
        var begun = Time.GetTimestamp();
        while (agents.Any(agent => agent.ActiveCalls.Count > 0) && Time.GetElapsedTime(begun) < s_patience)
            await Task.Delay(Wait.Interval, Time).ConfigureAwait(false);
    }

    // Each begins where the one before it does not look, so that none asks for ports in vain; where others on the machine have taken those it goes on into its neighbours'.
    private AgentSeat NextSeat()
    {
        var index = _made++;
        return new AgentSeat(_shared, Options.FirstPort == 0 ? 0 : Options.FirstPort + index, MediaPortShare.Of(Options.MediaPorts, index, PortsOfAgent, PortsInReserve));
    }
}
