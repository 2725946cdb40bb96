using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;

namespace Parley.Cli.Monitoring;

/// <summary>Counters in the forms others read.</summary>
internal static class CounterText
{
    /// <summary>One JSON object, names to whole numbers.</summary>
    public static string Json(IEnumerable<Counter> counters) =>
        new JsonObject(counters.Select(counter => KeyValuePair.Create(counter.Name, (JsonNode?)counter.Value))).ToJsonString();

    /// <summary>Prometheus' text format, version 0.0.4.</summary>
    public static string Prometheus(IEnumerable<Counter> counters)
    {
        var text = new StringBuilder();
        foreach (var counter in counters)
        {
            var type = counter.IsTotal ? "counter" : "gauge";
            text.Append(CultureInfo.InvariantCulture, $"# HELP parley_{counter.Name} {counter.Help}.\n# TYPE parley_{counter.Name} {type}\n");
            text.Append(CultureInfo.InvariantCulture, $"parley_{counter.Name} {counter.Value}\n");
        }

        return text.ToString();
    }
}
