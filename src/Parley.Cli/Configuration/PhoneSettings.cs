using System.Text;
using Parley.Control;
using Parley.Services.Locations;
using Parley.Services.Trunks;
using Parley.Sip.Authentication;
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

    /// <summary>
    /// Algorithms phones may prove their password with, preferred first. MD5 alone unless others are named: phones that know nothing else are in use which give up when they are
    /// offered more.
    /// </summary>
    public IReadOnlyList<DigestAlgorithm> Digest { get; init; } = [DigestAlgorithm.Md5];

    /// <summary>Ways out by their names.</summary>
    public IReadOnlyDictionary<string, TrunkSettings> Trunks { get; init; } = new Dictionary<string, TrunkSettings>();

    /// <summary>Which number takes which way out, in the order they are asked.</summary>
    public IReadOnlyList<RouteSettings> Routes { get; init; } = [];

    public PhoneLimits Limits { get; init; } = new();

    /// <summary>How commands drive calls: what those hear who wait, where prompts are. Counts from the next start.</summary>
    public CallControlOptions Control { get; init; } = new();

    /// <summary>Accounts, group by group, whose ringing calls the others of the group may pick up; names without a domain are of the first one.</summary>
    public IReadOnlyList<IReadOnlyList<string>> Pickup { get; init; } = [];

    /// <summary>True when an account may pick up what rings for another: its own calls always.</summary>
    public bool MayPickUp(AddressOfRecord who, AddressOfRecord whose) =>
        who.HasValue && (who == whose || Pickup.Any(group => group.Any(name => Of(name) == who) && group.Any(name => Of(name) == whose)));

    private AddressOfRecord Of(string name) =>
        name.LastIndexOf('@') is >= 0 and var at ? AddressOfRecord.Create(name[..at], name[(at + 1)..]) : AddressOfRecord.Create(name, Domain);
}

/// <summary>Another phone system that calls go to and come from: a carrier, a PBX. Its text form shows no secrets.</summary>
/// <param name="Options">Where it is, how it is kept up, how much it may carry.</param>
internal sealed record TrunkSettings(TrunkOptions Options)
{
    /// <summary>Our name there; null where addresses are trusted.</summary>
    public string? User { get; init; }

    public string? Password { get; init; }

    /// <summary>Who calls, in the From header; null for the account's name at the trunk's host.</summary>
    public SipAddress? From { get; init; }

    /// <summary>Say in P-Asserted-Identity which account calls (RFC 3325).</summary>
    public bool AssertsIdentity { get; init; } = true;

    /// <summary>Who is rung when a call comes from it, in the order the patterns are asked.</summary>
    public IReadOnlyList<InboundSettings> Inbound { get; init; } = [];

    /// <summary>True when the trunk itself, apart from what is done with its calls, is the same as another.</summary>
    public bool IsSameLine(TrunkSettings other) =>
        Options with { Sources = [], Credentials = null } == other.Options with { Sources = [], Credentials = null }
        && Options.Sources.SequenceEqual(other.Options.Sources) && (User, Password) == (other.User, other.Password);

    private bool PrintMembers(StringBuilder text)
    {
        text.Append($"Options = {Options}, User = {User}, From = {From}");
        return true;
    }
}

/// <summary>Where a number dialled by a trunk leads.</summary>
/// <param name="Number">The number as the trunk sends it.</param>
/// <param name="To">An account, with or without domain, or an extension.</param>
internal sealed record InboundSettings(NumberRule Number, string To);

/// <summary>Which way out a number takes.</summary>
/// <param name="Number">The number as it is dialled, and what becomes of it.</param>
/// <param name="Trunks">The ways, each tried when the ones before it fail.</param>
internal sealed record RouteSettings(NumberRule Number, IReadOnlyList<string> Trunks);

/// <summary>Bounds of what phones may set off.</summary>
internal sealed record PhoneLimits
{
    /// <summary>How long phones ring before the caller is told that nobody answers.</summary>
    public TimeSpan Ring { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>Networks that are neither banned nor slowed down, besides this machine and trunks.</summary>
    public IReadOnlyList<string> Exempt { get; init; } = [];

    /// <summary>Calls one account may have made at a time.</summary>
    public int CallsPerAccount { get; init; } = 10;
}
