using System.Globalization;
using System.Text;
using Parley.Sip.Messages;
using Parley.Sip.Transport;
using Parley.Testing.Agents;
using Parley.Testing.Audio;

namespace Parley.Testing.Scenarios;

/// <content>The agents of a scenario.</content>
public sealed partial class ScenarioContext
{
    // What a page can show and a reader will look at; a scenario with more has its trace in a file.
    private const int MaxTraceMessages = 500;

    // File systems end names at 255 bytes; a letter may be four.
    private const int MaxFolderName = 60;

    private static readonly TimeSpan LevelStep = TimeSpan.FromMilliseconds(100);

    private readonly DateTimeOffset _started = DateTimeOffset.UtcNow;
    private AgentSession? _session;

    /// <summary>The agents of the scenario; they end with it.</summary>
    public AgentSession Session
    {
        get
        {
            lock (_gate)
            {
                ObjectDisposedException.ThrowIf(_ended && _session is null, this);
                return _session ?? Begin(_options.Slot?.Session ?? new(_options.Agents with { OnEvent = OnAgentEvent, AudioFolder = AudioFolder() }));
            }
        }
    }

    /// <summary>The agents there are, in the order of their creation.</summary>
    public IReadOnlyList<Agent> Agents => Session.Agents;

    /// <summary>Makes an agent. One with the same name is replaced.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="options">Its account.</param>
    /// <exception cref="AgentException">It could not be made; the message says why.</exception>
    public Task<Agent> AddAgentAsync(string name, AgentOptions options)
    {
        var session = Session;
        return _options.Slot?.AddAsync(name, options, Cancel) ?? session.CreateAsync(name, options, Cancel);
    }

    /// <summary>The agent of that name; null when there is none.</summary>
    /// <param name="name">Its name.</param>
    public Agent? FindAgent(string name) => Session.Find(name);

    /// <summary>Waits, and fails as soon as a call ends that was established when the wait began.</summary>
    /// <param name="time">How long.</param>
    /// <exception cref="Expectations.ExpectationException">A call has ended.</exception>
    public Task WaitAsync(TimeSpan time)
    {
        Reporter.Wait(time.TotalSeconds);
        return Session.WaitAsync(time, Cancel);
    }

    // A folder for each attempt of a scenario: what two of them record in the same second has the same name.
    private string? AudioFolder()
    {
        if (_options.AudioFolder is not { } folder)
            return null;
        var name = string.Concat($"{Path.GetFileNameWithoutExtension(File)}-{Name}".Select(c => char.IsLetterOrDigit(c) || c is '-' or '_' or '.' ? c : '_'));
        if (name.Length > MaxFolderName)
            name = name[..MaxFolderName];
        var path = Path.Combine(folder, name);
        for (var number = 2; System.IO.Directory.Exists(path); number++)
            path = Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"{name}-{number}"));
        return path;
    }

    private AgentSession Begin(AgentSession session)
    {
        _owned.Add(new SessionEnd(this));
        return _session = session;
    }

    private void OnAgentEvent(AgentEvent agentEvent)
    {
        switch (agentEvent)
        {
            case AgentStarted started:
                Reporter.Tell(new AgentConnected(started.Agent, started.Aor) { Ts = started.Time });
                break;
            case AgentAction action:
                Reporter.Tell(new ActionTaken(action.Agent, action.Kind, action.Detail) { Ts = action.Time });
                break;
            case AgentRegistrationChanged { Registered: false } failed:
                Reporter.Tell(new ActionTaken(failed.Agent, "register_failed", failed.Reason) { Ts = failed.Time });
                break;
            case AgentCallChanged call when _options.Details:
                Reporter.Tell(new AgentCallMoved(call.Agent, call.CallId, call.Phase.ToString()) { Ts = call.Time });
                break;
        }

        _options.Agents.OnEvent?.Invoke(agentEvent);
    }

    private async ValueTask EndAgentsAsync()
    {
        if (_session is not { } session)
            return;
        foreach (var agent in session.Agents)
        {
            if (_options.Metrics)
                Reporter.Tell(Measure(agent));
            if (!_options.Details)
                continue;
            Reporter.Tell(new AgentMessages(agent.Name, [.. agent.Trace.Take(MaxTraceMessages).Select(Line).OfType<SipLine>()]) { Address = AddressOf(agent) });
            foreach (var call in agent.Calls)
                Reporter.Tell(Levels(agent, call.Levels));
        }

        await (_options.Slot?.RestAsync() ?? session.DisposeAsync().AsTask());
    }

    private Measured Measure(Agent agent)
    {
        // An agent of load remembers calls of runs before this one.
        var call = agent.LastCall is { } last && (_options.Slot is null || last.Started >= _started) ? last : null;
        var quality = call?.Quality;
        return new(agent.Name, agent.Registered)
        {
            Mos = quality?.Mos, JitterMs = quality?.Jitter, PacketLossPct = quality?.PacketLoss, RttMs = quality?.Rtt,
            RxLost = call?.Statistics?.PacketsLost, SetupMs = call is { IsIncoming: false } ? call.SetupTime?.TotalMilliseconds : null,
        };
    }

    // Both ways of a call are measured at the same moments, a tenth of a second apart.
    private static AgentLevels Levels(Agent agent, IReadOnlyList<LevelSample> levels) => new(
        agent.Name,
        levels is [] ? default : levels[0].At - LevelStep,
        LevelStep.TotalMilliseconds,
        [.. levels.Select(one => Math.Round(one.SentRms / short.MaxValue, 5))],
        [.. levels.Select(one => Math.Round(one.ReceivedRms / short.MaxValue, 5))]);

    private static string? AddressOf(Agent agent) => SipUri.TryParse(agent.ContactUri, out var uri) ? $"{uri.Host}:{uri.Port}" : null;

    private static SipLine? Line(TracedMessage message) => Ladder.TryDescribe(message, out var callId, out var label)
        ? new(message.Time, message.Source.ToString(), message.Destination.ToString(), callId, label, Encoding.UTF8.GetString(message.Bytes.Span))
        : null;

    private sealed class SessionEnd(ScenarioContext context) : IAsyncDisposable
    {
        public ValueTask DisposeAsync() => context.EndAgentsAsync();
    }
}
