using System.Net;
using System.Text.Json;
using System.Text;
using Parley.Cli.Configuration;
using Parley.Cli.Terminal;
using Parley.Testing.Monitoring;
using Parley.Testing.Scenarios;

namespace Parley.Cli.Scenarios;

/// <summary>What <c>parley test --monitor</c> runs and where it tells of it. Its text form shows no secrets.</summary>
internal sealed record MonitorSettings
{
    public IPEndPoint Http { get; init; } = new(IPAddress.Loopback, 9464);

    public string? Token { get; init; }

    public IReadOnlyList<MonitorOptions> Monitors { get; init; } = [];

    private bool PrintMembers(StringBuilder text)
    {
        text.Append($"Http = {Http}, Monitors = {Monitors.Count}");
        return true;
    }
}

/// <summary>Reads the file of monitors: one JSON object, or TOML in ringo-flow's words, of which every value that is wrong is named with its place.</summary>
internal static class MonitorFile
{
    // Far more than any real one; what is larger was named by mistake.
    private const long MaxBytes = 1 << 20;

    private static readonly string[] Keys = ["http", "token", "token-env", "monitors"];

    private static readonly string[] MonitorKeys =
    [
        "paths", "cron", "every", "time-limit", "scenario-time-limit", "local", "env-files", "set", "scenario", "tags", "exclude-tags", "retries", "parallel", "media-ports", "insecure-http",
    ];

    /// <summary>Reads the file.</summary>
    /// <exception cref="CommandException">It cannot be read, or has a key or value that means nothing.</exception>
    public static MonitorSettings Read(string path)
    {
        try
        {
            if (new FileInfo(path) is { Exists: true, Length: > MaxBytes })
                throw CommandException.Usage($"{path}: larger than {MaxBytes} bytes; that is no configuration.");
            var text = File.ReadAllText(path);
            return Parse(path.EndsWith(".toml", StringComparison.OrdinalIgnoreCase) ? MonitorToml.ToJson(text, path) : text, path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw CommandException.Usage($"--monitor: {e.Message}");
        }
    }

    /// <summary>Reads the text. Paths in it count from the folder of <paramref name="file"/>.</summary>
    public static MonitorSettings Parse(string json, string file)
    {
        try
        {
            using var document = JsonDocument.Parse(json, new() { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true });
            var settings = new MonitorSettings();
            foreach (var (key, value) in new SettingsNode(document.RootElement, "", file).Members("an object", Keys))
                settings = With(settings, key, value, Path.GetDirectoryName(Path.GetFullPath(file))!);
            if (settings.Monitors.Count == 0)
                throw CommandException.Usage($"{file}: there is no monitor in it: \"monitors\" needs at least one.");
            if (settings.Token is null && !IPAddress.IsLoopback(settings.Http.Address))
                throw CommandException.Usage($"{file}: 'http' is {settings.Http}, which others can reach: a 'token' is needed, or an address such as 127.0.0.1:9464.");
            return settings;
        }
        catch (JsonException e)
        {
            throw CommandException.Usage($"{file}: no valid JSON in line {e.LineNumber + 1}: {e.Message.Split(" LineNumber")[0]}");
        }
    }

    private static MonitorSettings With(MonitorSettings settings, string key, SettingsNode value, string folder) => key switch
    {
        "http" => settings with { Http = IPEndPoint.TryParse(value.Text(), out var address) ? address : throw value.Needs("an address to listen on, such as \"127.0.0.1:9464\"") },
        "token" => settings with { Token = value.Text() is { Length: >= 8 } token ? token : throw value.Needs("at least eight characters") },
        "token-env" => settings with { Token = Environment.GetEnvironmentVariable(value.Text()) is { Length: >= 8 } token ? token : throw value.Fault($"names {value.Text()}, which is not set in the environment, or has less than eight characters") },
        _ => settings with { Monitors = [.. value.Members("monitors by their names").Select(one => Monitor(one.Key, one.Value, folder))] },
    };

    private static MonitorOptions Monitor(string name, SettingsNode node, string folder)
    {
        if (!name.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.'))
            throw node.Fault("is no name: letters, digits, - _ and . may be in it");
        var monitor = new MonitorOptions { Name = name, Paths = [], Run = new() { FrontEnds = ScenarioLanguages.All() } };
        var (scenario, tags, excluded) = (default(string), new List<string>(), new List<string>());
        foreach (var (key, value) in node.Members("a monitor", MonitorKeys))
        {
            switch (key)
            {
                case "scenario":
                    scenario = value.Text();
                    break;
                case "tags":
                    tags = value.Texts();
                    break;
                case "exclude-tags":
                    excluded = value.Texts();
                    break;
                default:
                    monitor = With(monitor, key, value, folder);
                    break;
            }
        }

        if (monitor.Paths.Count == 0)
            throw node.Fault("needs \"paths\": the files and folders it runs");
        if (monitor is { Cron: not null, Every: not null })
            throw node.Fault("has both \"cron\" and \"every\"; one of the two has to go");
        try
        {
            return monitor with { Run = monitor.Run with { Filter = new(scenario, tags, excluded) } };
        }
        catch (ScenarioUsageException e)
        {
            throw node.Fault($"has a \"scenario\" that is wrong: {e.Message}");
        }
    }

    private static MonitorOptions With(MonitorOptions monitor, string key, SettingsNode value, string folder) => key switch
    {
        "paths" => monitor with { Paths = [.. value.Texts().Select(path => Path.GetFullPath(path, folder))] },
        "cron" => monitor with { Cron = CronSchedule.TryParse(value.Text(), out var cron, out var fault) ? cron : throw value.Fault($"is no schedule: {fault}") },
        "every" => monitor with { Every = value.Time() },
        "time-limit" => monitor with { TimeLimit = value.Time() },
        "local" => monitor with { Local = value.Switch() },
        _ => monitor with { Run = With(monitor.Run, key, value, folder) },
    };

    private static (int First, int Last) Ports(SettingsNode value)
    {
        try
        {
            return ServeSettings.ParsePorts(value.Text());
        }
        catch (FormatException)
        {
            throw value.Needs("a range of ports, such as \"10000-29999\"");
        }
    }

    private static ScenarioRunOptions With(ScenarioRunOptions run, string key, SettingsNode value, string folder) => key switch
    {
        "scenario-time-limit" => run with { TimeLimit = value.Time() },
        "env-files" => run with { EnvironmentFiles = [.. value.Texts().Select(path => Path.GetFullPath(path, folder))] },
        "set" => run with { Constants = value.Members("constants by their names").ToDictionary(one => one.Key, one => one.Value.Text()) },
        "retries" => run with { Retries = value.Number(0, 100) },
        "parallel" => run with { Parallel = value.Number(1, 256) },
        "media-ports" => run with { Agents = run.Agents with { MediaPorts = Ports(value) } },
        _ => run with { InsecureHttp = value.Switch() },
    };
}
