using System.Globalization;
using Parley.Cli.Extensions;
using Parley.Cli.Terminal;
using Parley.Control;
using Parley.Services.Admission;
using Parley.Services.Locations;
using Parley.Services.Trunks;
using Parley.Sip.Authentication;
using Parley.Sip.Messages;
using Parley.Transfers;

namespace Parley.Cli.Configuration;

/// <summary>The keys of <c>parley.json</c> that make a phone system: domains, trunks, routes, media, limits.</summary>
internal static class PhoneSettingsFile
{
    private static readonly string[] DomainKeys = ["name", "aliases"];

    private static readonly string[] TrunkKeys =
        ["uri", "user", "password", "register", "expires", "from", "identity", "max-calls", "calls-per-second", "ping", "sources", "inbound"];

    private static readonly string[] InboundKeys = ["pattern", "to"];

    private static readonly string[] RouteKeys = ["pattern", "trunks", "strip", "prefix"];

    private static readonly string[] LimitKeys = ["ring", "calls-per-account", "exempt"];

    private static readonly string[] ControlKeys = ["music", "prompts", "transfers", "url-hosts", "public-urls"];

    public static IReadOnlyList<string> Keys { get; } = ["domains", "media", "digest", "trunks", "routes", "pickup", "limits", "control"];

    /// <summary>The settings with one key's value.</summary>
    public static PhoneSettings With(PhoneSettings settings, string key, SettingsNode value) => key switch
    {
        "domains" => settings with { Domains = Domains(value) },
        "media" => settings with { DirectMedia = value.OneOf("anchored", "direct") == "direct" },
        "digest" => settings with { Digest = value.Texts() is { Count: > 0 } names ? [.. names.Select(name => Algorithm(value, name))] : throw value.Needs("at least one algorithm") },
        "trunks" => settings with { Trunks = value.Members("trunks by their names").ToDictionary(one => one.Key, one => Trunk(one.Key, one.Value)) },
        "routes" => settings with { Routes = [.. value.Items("routes").Select(Route)] },
        "pickup" => settings with { Pickup = Pickup(value) },
        "limits" => settings with { Limits = Limits(value) },
        "control" => settings with { Control = Control(value) },
        _ => throw new ArgumentOutOfRangeException(nameof(key), key, "No key of a phone system."),
    };

    /// <summary>Looks whether everything named is there.</summary>
    /// <exception cref="CommandException">It is not.</exception>
    public static void CheckReferences(PhoneSettings settings, string file)
    {
        for (var i = 0; i < settings.Routes.Count; i++)
        {
            foreach (var trunk in settings.Routes[i].Trunks.Where(trunk => !settings.Trunks.ContainsKey(trunk)))
            {
                var known = settings.Trunks.Count == 0 ? "there is none in 'trunks'" : $"there are {string.Join(", ", settings.Trunks.Keys)}";
                throw CommandException.Usage($"{file}: 'routes[{i}].trunks' names '{trunk}', which is no trunk; {known}.");
            }
        }
    }

    private static CallControlOptions Control(SettingsNode value)
    {
        var (control, urls) = (new CallControlOptions(), new UrlSettings());
        foreach (var (key, member) in value.Members("an object such as { \"music\": \"/srv/music.wav\" }", ControlKeys))
        {
            control = key switch
            {
                "music" => control with { HoldMusic = member.Text() },
                "prompts" => control with { Prompts = member.Text() },
                "transfers" => control with { Transfers = member.OneOf("automatic", "phone", "server") switch { "phone" => TransferMode.ByPhone, "server" => TransferMode.ByServer, _ => TransferMode.Automatic } },
                _ => control,
            };
            urls = urls.With(key, member);
        }

        return control with { Urls = urls.Guard() };
    }

    private static List<ServedDomain> Domains(SettingsNode value)
    {
        if (value.IsText)
            return [Domain(value)];
        var domains = value.Items("domains").ConvertAll(Domain);
        try
        {
            if (domains.Count > 0)
                _ = new ServedDomains(domains);
        }
        catch (ArgumentException e)
        {
            throw value.Fault($"cannot be: {e.Message.Split(" (Parameter")[0].TrimEnd('.')}");
        }

        return domains;
    }

    private static ServedDomain Domain(SettingsNode value)
    {
        if (value.IsText)
            return new(Host(value));
        var members = value.Members("a name in quotes, or an object with \"name\" and \"aliases\",", DomainKeys).ToDictionary();
        return new(Host(Required(value, members, "name"))) { Aliases = members.TryGetValue("aliases", out var aliases) ? aliases.Texts() : [] };
    }

    private static TrunkSettings Trunk(string name, SettingsNode value)
    {
        var members = value.Members("an object such as { \"uri\": \"sip:carrier.example.com\" }", TrunkKeys);
        var target = TrunkUri(Required(value, members.ToDictionary(), "uri"));
        // A trunk that costs money has limits until somebody says how much is meant: 30 lines and ten calls a second are those of a small office.
        var trunk = new TrunkSettings(new TrunkOptions { Name = name, Target = target, MaxCalls = 30, MaxCallsPerSecond = 10 });
        foreach (var (key, member) in members)
            trunk = With(trunk, key, member);
        if (trunk.User is null && (trunk.Options.Register is not null || trunk.Password is not null))
            throw value.Needs("a \"user\" to register and to answer challenges as");
        return trunk.User is null ? trunk : trunk with
        {
            Options = trunk.Options with
            {
                Register = trunk.Options.Register?.WithUser(trunk.User),
                Credentials = trunk.Password is null ? null : new() { Username = trunk.User, Password = trunk.Password },
            },
        };
    }

    private static TrunkSettings With(TrunkSettings trunk, string key, SettingsNode value) => key switch
    {
        "uri" => trunk,
        "user" => trunk with { User = value.Text() },
        "password" => trunk with { Password = value.Text() },
        "register" => trunk with { Options = trunk.Options with { Register = value.Switch() ? trunk.Options.Target.WithoutParameter("transport") : null } },
        "expires" => trunk with { Options = trunk.Options with { RegisterExpires = value.Time() } },
        "from" => trunk with { From = Address(value) },
        "identity" => trunk with { AssertsIdentity = value.Switch() },
        "max-calls" => trunk with { Options = trunk.Options with { MaxCalls = value.Number(1, 100_000) } },
        "calls-per-second" => trunk with { Options = trunk.Options with { MaxCallsPerSecond = value.Number(1, 10_000) } },
        "ping" => trunk with { Options = trunk.Options with { PingEvery = value.IsText && value.Text() == "off" ? TimeSpan.Zero : value.Time() } },
        "sources" => trunk with { Options = trunk.Options with { Sources = [.. value.Texts().Select(text => Network(value, text))] } },
        "inbound" => trunk with { Inbound = Inbound(value) },
        _ => throw new ArgumentOutOfRangeException(nameof(key), key, "No key of a trunk."),
    };

    private static List<InboundSettings> Inbound(SettingsNode value)
    {
        if (value.IsText)
            return [new(NumberRule.Of("*"), Destination(value))];
        return value.Items("objects with \"pattern\" and \"to\"").ConvertAll(item =>
        {
            var members = item.Members("an object with \"pattern\" and \"to\"", InboundKeys).ToDictionary();
            return new InboundSettings(Number(Required(item, members, "pattern"), 0, ""), Destination(Required(item, members, "to")));
        });
    }

    private static RouteSettings Route(SettingsNode value)
    {
        var members = value.Members("an object with \"pattern\" and \"trunks\"", RouteKeys).ToDictionary();
        var trunks = Required(value, members, "trunks");
        var strip = members.TryGetValue("strip", out var count) ? count.Number(0, 64) : 0;
        var prefix = members.TryGetValue("prefix", out var text) ? Digits(text) : "";
        var number = Number(Required(value, members, "pattern"), strip, prefix);
        return new(number, trunks.Texts() is { Count: > 0 } names ? names : throw trunks.Needs("at least one trunk"));
    }

    private static List<IReadOnlyList<string>> Pickup(SettingsNode value) =>
        value.Items("lists of accounts").ConvertAll<IReadOnlyList<string>>(group => [.. group.Texts().Select(name => AccountName(group, name))]);

    private static string AccountName(SettingsNode value, string name) =>
        name.Length > 0 && SipUri.TryParse(name.Contains('@', StringComparison.Ordinal) ? $"sip:{name}" : $"sip:{name}@parley", out var uri) && uri.User.Length > 0
            ? name
            : throw value.Fault($"needs names of accounts such as \"alice\", not \"{name}\"");

    private static PhoneLimits Limits(SettingsNode value)
    {
        var limits = new PhoneLimits();
        foreach (var (key, member) in value.Members("an object", LimitKeys))
        {
            limits = key switch
            {
                "ring" => limits with { Ring = member.Time() },
                "exempt" => limits with { Exempt = [.. member.Texts().Select(text => Network(member, text))] },
                "calls-per-account" => limits with { CallsPerAccount = member.Number(1, 10_000) },
                _ => throw new ArgumentOutOfRangeException(nameof(value), key, "No key of the limits."),
            };
        }

        return limits;
    }

    private static SettingsNode Required(SettingsNode owner, Dictionary<string, SettingsNode> members, string key) =>
        members.TryGetValue(key, out var value) ? value : throw owner.Needs($"\"{key}\"");

    private static DigestAlgorithm Algorithm(SettingsNode value, string name) => name.ToUpperInvariant() switch
    {
        "MD5" => DigestAlgorithm.Md5,
        "SHA-256" => DigestAlgorithm.Sha256,
        "SHA-512-256" => DigestAlgorithm.Sha512T256,
        _ => throw value.Needs($"\"MD5\", \"SHA-256\" or \"SHA-512-256\", not \"{name}\""),
    };

    private static string Host(SettingsNode value) =>
        value.Text() is var text && SipUri.TryParse($"sip:{text}", out var uri) && uri.Port == 0 && uri.Parameters.Count == 0 && uri.User.Length == 0
            ? text
            : throw value.Needs("a host name such as \"example.com\"");

    private static SipUri TrunkUri(SettingsNode value) =>
        SipUri.TryParse(value.Text(), out var uri) && uri.Scheme is SipScheme.Sip or SipScheme.Sips && uri.User.Length == 0 && uri.Headers.Count == 0
            ? uri
            : throw value.Needs("a SIP URI without user, such as \"sip:carrier.example.com\" or \"sip:192.0.2.1:5070;transport=tcp\"");

    private static SipAddress Address(SettingsNode value) =>
        SipAddress.TryParse(value.Text(), out var address) && address.Uri.Scheme is SipScheme.Sip or SipScheme.Sips && address.Tag is null
            ? address
            : throw value.Needs("a SIP address such as \"sip:4930123@carrier.example.com\"");

    private static NumberRule Number(SettingsNode value, int strip, string prefix)
    {
        try
        {
            return NumberRule.Of(value.Text(), strip, prefix);
        }
        catch (ArgumentOutOfRangeException)
        {
            throw value.Fault(string.Create(CultureInfo.InvariantCulture, $"is shorter than the {strip} characters that \"strip\" takes from it"));
        }
        catch (ArgumentException)
        {
            throw value.Needs("a number in which X is any digit, Z one from 1, N one from 2, and a final * whatever follows, such as \"0*\" or \"49XXX\"");
        }
    }

    private static string Digits(SettingsNode value) =>
        value.Text() is var text && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '+' or '*' or '#' or '-') ? text : throw value.Needs("digits, letters, +, -, * or #");

    /// <summary>True for what can be the name of an account, an extension or an agent.</summary>
    public static bool IsUser(string text) => text.Length > 0
        && (ExtensionTable.TryFind(text, out _, out _) || (SipUri.TryParse(text.Contains('@', StringComparison.Ordinal) ? $"sip:{text}" : $"sip:{text}@parley", out var uri) && uri.User.Length > 0));

    private static string Destination(SettingsNode value) =>
        value.Text() is var text && IsUser(text) ? text : throw value.Needs("the name of an account, an extension or an agent, such as \"alice\"");

    private static string Network(SettingsNode value, string text)
    {
        try
        {
            _ = NetworkRange.Parse(text);
            return text;
        }
        catch (FormatException)
        {
            throw value.Fault($"needs addresses or networks such as \"192.0.2.1\" or \"192.0.2.0/24\", not \"{text}\"");
        }
    }

    private static Dictionary<string, SettingsNode> ToDictionary(this List<(string Key, SettingsNode Value)> members) => members.ToDictionary(one => one.Key, one => one.Value);
}
