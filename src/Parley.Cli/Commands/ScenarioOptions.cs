using System.CommandLine;
using Parley.Cli.Configuration;
using Parley.Cli.Scenarios;
using Parley.Cli.Terminal;
using Parley.Testing.Scenarios;

namespace Parley.Cli.Commands;

/// <summary>The options of every command that runs scenarios.</summary>
internal sealed class ScenarioOptions
{
    // More at once is what 'parley load' is for.
    private const int MaxParallel = 256;
    private const int MaxRetries = 100;

    private readonly Option<string[]> _set = new("--set") { HelpName = "K=V", Description = "A constant of every script; may be repeated" };

    private readonly Option<string[]> _environment = new("--env-file")
    {
        HelpName = "F", Description = "Variables, a KEY=VALUE each line; may be repeated. A file x.env beside x.rhai is read too",
    };

    private readonly Option<string?> _scenario = new("--scenario") { HelpName = "TEXT|re:REGEX", Description = "Only scenarios with this in their name" };
    private readonly Option<string[]> _tags = new("--tag") { HelpName = "TAG,…", Description = "Only scenarios with one of these tags" };
    private readonly Option<string[]> _excluded = new("--exclude-tag") { HelpName = "TAG,…", Description = "No scenario with one of these tags, whatever else is said" };
    private readonly Option<int?> _retries = new("--retries") { HelpName = "N", Description = "Try a failed scenario again so often [default: 0]" };

    private readonly Option<TimeSpan?> _limit = new("--time-limit")
    {
        HelpName = "TIME", CustomParser = Duration.Read, Description = "What an attempt of a scenario may take [default: 5m]",
    };

    private readonly Option<int?> _parallel = new("--parallel") { HelpName = "N", Description = "Run so many scenarios at once, each with agents of its own [default: 1]" };
    private readonly Option<long?> _seed = new("--seed") { HelpName = "N", Description = "Make random numbers, and the order of scenarios where there are several, from this" };

    private readonly Option<bool> _local = new("--local")
    {
        Description = "Bring a registrar on loopback that takes any account; SIP_DOMAIN is it, and each *_USER and *_PASS that is not set has a value",
    };

    private readonly Option<string?> _mediaPorts = new("--media-ports") { HelpName = "FIRST-LAST", Description = "UDP ports for the agents' audio; one that is in use is passed over [default: 10000-29999]" };
    private readonly Option<bool> _insecure = new("--insecure-http") { Description = "Accept any certificate of HTTPS servers; PARLEY_INSECURE_HTTP=1 does the same" };
    private readonly Option<bool> _metrics = new("--metrics") { Description = "Tell each agent's figures at the end of its scenario" };

    private readonly bool _forLoad;

    /// <summary>Makes the options.</summary>
    /// <param name="forLoad">One scenario many times: what several scenarios are run by has no meaning then.</param>
    public ScenarioOptions(bool forLoad = false)
    {
        _forLoad = forLoad;
        Bound(_retries, 0, MaxRetries);
        Bound(_parallel, 1, MaxParallel);
    }

    public void AddTo(Command command)
    {
        Option[] always = [_set, _environment, _scenario, _tags, _excluded, _limit, _seed, _local, _mediaPorts, _insecure];
        Option[] several = [_retries, _parallel, _metrics];
        foreach (var option in _forLoad ? always : [.. always, .. several])
            command.Options.Add(option);
    }

    public bool IsLocal(ParseResult parsed) => parsed.GetValue(_local);

    /// <summary>What was asked for.</summary>
    /// <exception cref="CommandException">A value makes no sense.</exception>
    public ScenarioRunOptions Read(ParseResult parsed)
    {
        try
        {
            return new()
            {
                FrontEnds = ScenarioLanguages.All(),
                Filter = new(parsed.GetValue(_scenario), Words(parsed, _tags), Words(parsed, _excluded)),
                Constants = Constants(parsed.GetValue(_set) ?? []),
                EnvironmentFiles = [.. (parsed.GetValue(_environment) ?? []).Select(CheckFile)],
                Retries = Given(parsed, _retries) ?? 0,
                TimeLimit = parsed.GetValue(_limit) ?? TimeSpan.FromMinutes(5),
                Parallel = Given(parsed, _parallel) ?? 1,
                Seed = parsed.GetValue(_seed),
                Agents = parsed.GetValue(_mediaPorts) is { } ports ? new() { MediaPorts = ServeSettings.ParsePorts(ports) } : new(),
                InsecureHttp = parsed.GetValue(_insecure) || Environment.GetEnvironmentVariable("PARLEY_INSECURE_HTTP") is "1" or "true",
                Metrics = !_forLoad && parsed.GetValue(_metrics),
            };
        }
        catch (ScenarioUsageException e)
        {
            throw CommandException.Usage(e.Message);
        }
        catch (FormatException e)
        {
            throw CommandException.Usage($"--media-ports: {e.Message}");
        }
    }

    private int? Given(ParseResult parsed, Option<int?> option) => _forLoad ? null : parsed.GetValue(option);

    /// <summary>The names given with <c>--set</c>.</summary>
    public IReadOnlyCollection<string> ConstantNames(ParseResult parsed) => Constants(parsed.GetValue(_set) ?? []).Keys;

    private static void Bound(Option<int?> option, int least, int most) => option.Validators.Add(result =>
    {
        if (result.Tokens.Count == 1 && int.TryParse(result.Tokens[0].Value, out var number) && (number < least || number > most))
            result.AddError($"{option.Name} takes {least} to {most}, not {number}");
    });

    private static IEnumerable<string> Words(ParseResult parsed, Option<string[]> option) =>
        (parsed.GetValue(option) ?? []).SelectMany(list => list.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries));

    private static Dictionary<string, string> Constants(string[] pairs)
    {
        var constants = new Dictionary<string, string>();
        foreach (var pair in pairs)
        {
            var equals = pair.IndexOf('=', StringComparison.Ordinal);
            if (equals < 1)
                throw CommandException.Usage($"--set {pair}: write NAME=VALUE.");
            constants[pair[..equals]] = pair[(equals + 1)..];
        }

        return constants;
    }

    private static string CheckFile(string path) => File.Exists(path) ? path : throw CommandException.Usage($"--env-file {path}: there is no such file.");
}
