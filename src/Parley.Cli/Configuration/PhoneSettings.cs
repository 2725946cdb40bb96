using Parley.Services.Admission;
using Parley.Services.Locations;
using Parley.Sip.Messages;

namespace Parley.Cli.Configuration;

/// <summary>What makes <c>serve</c> a phone system of somebody's own; changed by changing the file, while it runs.</summary>
internal sealed record PhoneSettings
{
    /// <summary>A phone system without trunks, at the addresses of this machine.</summary>
    public static readonly PhoneSettings None = new();

    /// <summary>The domain where none is configured; its accounts are reached under every address of this machine.</summary>
    public const string DefaultDomain = "parley";

    /// <summary>Domains of the accounts, the first one being that of names without a domain. Empty for <see cref="DefaultDomain"/>.</summary>
    public IReadOnlyList<ServedDomain> Domains { get; init; } = [];

    /// <summary>The domain of names without one.</summary>
    public string Domain => Domains is [var first, ..] ? first.Name : DefaultDomain;

    /// <summary>True when audio goes from phone to phone and signalling is proxied.</summary>
    public bool DirectMedia { get; init; }

    /// <summary>Ways out by their names.</summary>
    public IReadOnlyDictionary<string, TrunkSettings> Trunks { get; init; } = new Dictionary<string, TrunkSettings>();

    /// <summary>Which number takes which way out, in the order they are asked.</summary>
    public IReadOnlyList<RouteSettings> Routes { get; init; } = [];

    public PhoneLimits Limits { get; init; } = new();
}

/// <summary>Another phone system that calls go to and come from: a carrier, a PBX.</summary>
/// <param name="Name">What routes call it.</param>
/// <param name="Uri">Where calls go: a SIP URI without user.</param>
internal sealed record TrunkSettings(string Name, SipUri Uri)
{
    /// <summary>Our name there; null where addresses are trusted.</summary>
    public string? User { get; init; }

    public string? Password { get; init; }

    /// <summary>Keep a registration there, so that calls come in.</summary>
    public bool Register { get; init; }

    /// <summary>How long a registration is asked to last.</summary>
    public TimeSpan Expires { get; init; } = TimeSpan.FromHours(1);

    /// <summary>Who calls, in the From header; null for the caller at the trunk's host.</summary>
    public SipAddress? From { get; init; }

    /// <summary>Say in P-Asserted-Identity which account calls (RFC 3325).</summary>
    public bool AssertsIdentity { get; init; } = true;

    /// <summary>Calls at a time, both directions.</summary>
    public int MaxCalls { get; init; } = 30;

    /// <summary>New calls per second to it.</summary>
    public int CallsPerSecond { get; init; } = 10;

    /// <summary>Time between two OPTIONS that ask whether it is there; zero for none.</summary>
    public TimeSpan Ping { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Where its calls come from; none for no calls but those of a registration.</summary>
    public IReadOnlyList<NetworkRange> Sources { get; init; } = [];

    /// <summary>Who is rung when a call comes from it, in the order the patterns are asked.</summary>
    public IReadOnlyList<InboundSettings> Inbound { get; init; } = [];
}

/// <summary>Where a number dialled by a trunk leads.</summary>
/// <param name="Pattern">The number as the trunk sends it.</param>
/// <param name="To">An account, with or without domain, or an extension.</param>
internal sealed record InboundSettings(DialPattern Pattern, string To);

/// <summary>Which way out a number takes.</summary>
/// <param name="Pattern">The number as it is dialled.</param>
/// <param name="Trunks">The ways, each tried when the ones before it fail.</param>
internal sealed record RouteSettings(DialPattern Pattern, IReadOnlyList<string> Trunks)
{
    /// <summary>Characters taken from the front.</summary>
    public int Strip { get; init; }

    /// <summary>What is put in front of the rest.</summary>
    public string Prefix { get; init; } = "";

    /// <summary>The number as it goes out.</summary>
    public string Rewrite(string dialled) => Prefix + dialled[Math.Min(Strip, dialled.Length)..];
}

/// <summary>Bounds of what phones may set off.</summary>
internal sealed record PhoneLimits
{
    /// <summary>How long phones ring before the caller is told that nobody answers.</summary>
    public TimeSpan Ring { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>Calls one account may have at a time.</summary>
    public int CallsPerAccount { get; init; } = 10;
}
