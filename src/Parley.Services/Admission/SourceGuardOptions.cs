namespace Parley.Services.Admission;

/// <summary>When a source is not listened to any more. A source is an IPv4 address, or the /64 network of an IPv6 address, which one customer has to itself (RFC 6177 §2).</summary>
public sealed record SourceGuardOptions
{
    /// <summary>Networks that are never banned or slowed down. Default loopback: 127.0.0.0/8 and ::1.</summary>
    public IReadOnlyList<NetworkRange> Exempt { get; init; } = [NetworkRange.Parse("127.0.0.0/8"), NetworkRange.Parse("::1")];

    /// <summary>Failed authentications within <see cref="FailureWindow"/> that bring a ban. Default 10: a phone with an old password in it tries some five times. 0 bans nobody.</summary>
    public int MaxFailures { get; init; } = 10;

    /// <summary>How long failures are counted together; somebody who gets in is forgiven at once. Default 10 minutes.</summary>
    public TimeSpan FailureWindow { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>Length of the first ban; each further one is twice as long. Default 5 minutes: guessing becomes hopeless, and a mistyped password is mended after a coffee.</summary>
    public TimeSpan FirstBan { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>Longest ban, and how long earlier ones are remembered. Default 24 hours.</summary>
    public TimeSpan LongestBan { get; init; } = TimeSpan.FromHours(24);

    /// <summary>Datagrams and requests a second that one source may send in the long run. Default 500: an office of a hundred phones sends ten. 0 for no limit.</summary>
    public int MessageRate { get; init; } = 500;

    /// <summary>How many of these may come at once. Default 2,000: the same office after a power cut.</summary>
    public int MessageBurst { get; init; } = 2_000;

    /// <summary>
    /// REGISTER and INVITE without credentials a second from one source in the long run; the first of every phone is one. Default 20. 0 for no limit. Past it: 503.
    /// </summary>
    public int UnauthenticatedRate { get; init; } = 20;

    /// <summary>How many of these may come at once. Default 200: a hundred phones behind one address after a power cut, each twice.</summary>
    public int UnauthenticatedBurst { get; init; } = 200;

    /// <summary>Sources whose rates are remembered, in 4 places each can be in. Default 65,536, some 2 MB; past it those that were quiet longest are forgotten, and begin anew.</summary>
    public int MaxSources { get; init; } = 65_536;

    /// <summary>Sources with failures or bans that are remembered. Default 16,384, some 1 MB; past it the oldest failures, then the bans next to their end, are forgotten.</summary>
    public int MaxBans { get; init; } = 16_384;

    /// <summary>Lines a second in the log in the long run; what is left out is counted in a line of its own. Default 50: a flood must not fill the disk.</summary>
    public int LogRate { get; init; } = 50;

    /// <summary>Takes a line for the log, without line end or time: see docs/accounts.md for its form. Called on lanes: it must not block. Default nobody.</summary>
    public Action<string>? Log { get; init; }
}
