namespace Parley.Testing.Agents;

/// <summary>What agents hold: all of it is zero when they are closed.</summary>
public sealed record SessionLeftovers
{
    /// <summary>Calls, ringing or up.</summary>
    public long Calls { get; init; }

    /// <summary>Registrations being kept.</summary>
    public long Registrations { get; init; }

    /// <summary>Subscriptions, of agents and with them.</summary>
    public long Subscriptions { get; init; }

    /// <summary>Dialogs.</summary>
    public long Dialogs { get; init; }

    /// <summary>Streams of audio.</summary>
    public long Streams { get; init; }

    /// <summary>Pairs of ports for audio.</summary>
    public long Ports { get; init; }

    /// <summary>Sockets; 0 where the network is not the session's own.</summary>
    public long Sockets { get; init; }

    /// <summary>Timers that run; 0 where the network is not the session's own.</summary>
    public long Timers { get; init; }

    /// <summary>True when there is nothing.</summary>
    public bool IsClean => this == new SessionLeftovers();

    /// <summary>Both together.</summary>
    public static SessionLeftovers operator +(SessionLeftovers one, SessionLeftovers other)
    {
        ArgumentNullException.ThrowIfNull(one);
        ArgumentNullException.ThrowIfNull(other);
        return new()
        {
            Calls = one.Calls + other.Calls,
            Registrations = one.Registrations + other.Registrations,
            Subscriptions = one.Subscriptions + other.Subscriptions,
            Dialogs = one.Dialogs + other.Dialogs,
            Streams = one.Streams + other.Streams,
            Ports = one.Ports + other.Ports,
            Sockets = one.Sockets + other.Sockets,
            Timers = one.Timers + other.Timers,
        };
    }
}
