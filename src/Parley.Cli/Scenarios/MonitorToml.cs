using System.Text.Json.Nodes;
using Parley.Cli.Configuration;
using Parley.Cli.Terminal;

namespace Parley.Cli.Scenarios;

/// <summary>Monitors as ringo-flow's <c>monitor.toml</c> has them, in the words of <see cref="MonitorFile"/>.</summary>
internal static class MonitorToml
{
    private const string DefaultListen = "127.0.0.1:9090";

    private static readonly string[] Keys = ["listen", "timeout", "scheduler", "metrics", "monitor"];
    private static readonly string[] MonitorKeys = ["name", "path", "schedule", "timeout", "env_file", "scenario", "tags"];

    /// <summary>The file as JSON.</summary>
    /// <exception cref="CommandException">It is not understood, or asks for something that is not there; the message says what.</exception>
    public static string ToJson(string text, string file)
    {
        var toml = new TomlReader(text, file).Read();
        Check(toml, Keys, file, "");
        var json = new JsonObject { ["http"] = toml["listen"]?.DeepClone() ?? DefaultListen };
        if (toml["metrics"] is JsonObject metrics)
        {
            Check(metrics, ["enabled", "bearer_token"], file, "metrics.");
            if (metrics["enabled"]?.GetValueKind() == System.Text.Json.JsonValueKind.False)
                throw CommandException.Usage($"{file}: 'metrics.enabled' is false, but /metrics is always there; a 'bearer_token' keeps others out.");
            if (metrics["bearer_token"] is { } token)
                json["token"] = token.DeepClone();
        }

        var isScheduled = toml["scheduler"]?.GetValueKind() != System.Text.Json.JsonValueKind.False;
        var monitors = new JsonObject();
        foreach (var one in toml["monitor"] as JsonArray ?? [])
        {
            var monitor = one as JsonObject ?? throw CommandException.Usage($"{file}: 'monitor' must be tables: [[monitor]].");
            Check(monitor, MonitorKeys, file, "monitor.");
            var name = monitor["name"] is JsonValue value && value.TryGetValue<string>(out var given) ? given : throw CommandException.Usage($"{file}: a [[monitor]] needs a 'name' in quotes.");
            if (!monitors.TryAdd(name, Monitor(monitor, isScheduled, toml["timeout"])))
                throw CommandException.Usage($"{file}: there are two monitors of the name '{name}'.");
        }

        json["monitors"] = monitors;
        return json.ToJsonString();
    }

    private static JsonObject Monitor(JsonObject monitor, bool isScheduled, JsonNode? timeout)
    {
        var json = new JsonObject();
        Take("path", "paths");
        Take("env_file", "env-files");
        Take("scenario", "scenario");
        Take("tags", "tags");
        Take("timeout", "time-limit");
        if (isScheduled)
            Take("schedule", "cron");
        if (timeout is not null && json["time-limit"] is null)
            json["time-limit"] = timeout.DeepClone();
        return json;

        void Take(string from, string to)
        {
            if (monitor[from] is { } value)
                json[to] = value.DeepClone();
        }
    }

    private static void Check(JsonObject table, string[] keys, string file, string path)
    {
        foreach (var (key, _) in table)
        {
            if (key == "binary")
                throw CommandException.Usage($"{file}: 'binary' names a program, but scenarios run in this one: take the line out.");
            if (!keys.Contains(key))
                throw CommandException.Usage($"{file}: unknown key '{path}{key}'; there are {string.Join(", ", keys)}.");
        }
    }
}
