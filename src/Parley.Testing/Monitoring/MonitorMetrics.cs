using System.Globalization;
using System.Text;
using Parley.Testing.Reports;
using Parley.Testing.Scenarios;

namespace Parley.Testing.Monitoring;

/// <summary>What became of monitors, in Prometheus' text format, version 0.0.4.</summary>
public static class MonitorMetrics
{
    /// <summary>The text.</summary>
    /// <param name="monitors">The monitors.</param>
    public static string Text(IReadOnlyList<MonitorState> monitors)
    {
        ArgumentNullException.ThrowIfNull(monitors);
        var text = new StringBuilder();
        Family(text, "monitor_runs_total", "counter", "Runs of a monitor by how they ended", monitors.SelectMany(one => Enum.GetValues<MonitorResult>()
            .Select(result => (Labels(("monitor", one.Options.Name), ("result", Word(result))), (double)one.Count(result)))));
        var ran = monitors.Where(one => one.Last is not null).Select(one => (Labels: Labels(("monitor", one.Options.Name)), Run: one.Last!)).ToList();
        Family(text, "monitor_last_success", "gauge", "Whether the last run passed", ran.Select(one => (one.Labels, one.Run.Result == MonitorResult.Passed ? 1.0 : 0)));
        Family(text, "monitor_last_duration_seconds", "gauge", "What the last run took", ran.Select(one => (one.Labels, one.Run.Duration.TotalSeconds)));
        Family(text, "monitor_last_run_timestamp_seconds", "gauge", "When the last run began", ran.Select(one => (one.Labels, one.Run.Started.ToUnixTimeMilliseconds() / 1000.0)));
        Family(text, "scenario_last_success", "gauge", "Whether a scenario of the last run passed", Scenarios(monitors).Where(one => one.Scenario.Status is ScenarioStatus.Passed or ScenarioStatus.Failed)
            .Select(one => (ScenarioLabels(one), one.Scenario.Status == ScenarioStatus.Passed ? 1.0 : 0)));
        Family(text, "scenario_last_duration_seconds", "gauge", "What a scenario of the last run took", Scenarios(monitors).Select(one => (ScenarioLabels(one), one.Scenario.Duration.TotalSeconds)));
        Agents(text, monitors, "agent_registered", "Whether an agent was registered at the end of its scenario", one => one.Registered ? 1 : 0);
        Agents(text, monitors, "call_mos", "Quality of an agent's last call as heard", one => one.Mos);
        Agents(text, monitors, "call_jitter_ms", "Jitter of an agent's last call", one => one.JitterMs);
        Agents(text, monitors, "call_packet_loss_pct", "Lost packets of an agent's last call", one => one.PacketLossPct);
        Agents(text, monitors, "call_rtt_ms", "Round trip of an agent's last call", one => one.RttMs);
        Agents(text, monitors, "call_setup_ms", "From INVITE to answer of an agent's last call", one => one.SetupMs);
        return text.ToString();
    }

    internal static string Word(MonitorResult result) => result switch
    {
        MonitorResult.Passed => "passed",
        MonitorResult.Failed => "failed",
        MonitorResult.TimedOut => "timeout",
        _ => "error",
    };

    private static IEnumerable<(MonitorState Monitor, ScenarioRecord Scenario)> Scenarios(IReadOnlyList<MonitorState> monitors) =>
        monitors.SelectMany(monitor => (monitor.Last?.Scenarios ?? []).Select(one => (monitor, one)));

    private static void Agents(StringBuilder text, IReadOnlyList<MonitorState> monitors, string name, string help, Func<Measured, double?> figure)
    {
        var agents = Scenarios(monitors).SelectMany(one => one.Scenario.Events.OfType<Measured>().Select(agent => (one.Monitor, one.Scenario, Agent: agent)));
        Family(text, name, "gauge", help, agents.Where(one => figure(one.Agent) is not null).Select(one =>
            (Labels(("monitor", one.Monitor.Options.Name), ("scenario", one.Scenario.Name), ("agent", one.Agent.Agent)), figure(one.Agent)!.Value)));
    }

    private static string ScenarioLabels((MonitorState Monitor, ScenarioRecord Scenario) one) => Labels(("monitor", one.Monitor.Options.Name), ("scenario", one.Scenario.Name));

    private static void Family(StringBuilder text, string name, string type, string help, IEnumerable<(string Labels, double Value)> samples)
    {
        // Two scenarios of one name, in two files, are one series: the later of them.
        var lines = samples.GroupBy(one => one.Labels).Select(one => one.Last()).ToList();
        if (lines.Count == 0)
            return;
        text.Append(CultureInfo.InvariantCulture, $"# HELP parley_{name} {help}.\n# TYPE parley_{name} {type}\n");
        foreach (var (labels, value) in lines)
            text.Append(CultureInfo.InvariantCulture, $"parley_{name}{labels} {value:0.###}\n");
    }

    private static string Labels(params (string Name, string Value)[] labels) => "{" + string.Join(',', labels.Select(one => $"{one.Name}=\"{Escape(one.Value)}\"")) + "}";

    private static string Escape(string value) => value.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal);
}
