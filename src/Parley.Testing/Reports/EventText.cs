using System.Globalization;
using Parley.Testing.Scenarios;

namespace Parley.Testing.Reports;

/// <summary>Events as people read them.</summary>
public static class EventText
{
    /// <summary>The event in a line; null for one that is not for people.</summary>
    /// <param name="scenarioEvent">The event.</param>
    public static string? Line(ScenarioEvent scenarioEvent)
    {
        ArgumentNullException.ThrowIfNull(scenarioEvent);
        return Words(scenarioEvent) is { } words ? $"{Time(scenarioEvent.Ts)} {words}" : null;
    }

    /// <summary>The event without its time; null for one that is not for people.</summary>
    /// <param name="scenarioEvent">The event.</param>
    public static string? Words(ScenarioEvent scenarioEvent) => scenarioEvent switch
    {
        RunStarted run => Invariant($"seed {run.Seed}{(run.Shuffled ? ", shuffled" : "")}"),
        FileStarted file => $"file {file.Path}",
        ScenarioStarted scenario => $"scenario {scenario.Name}",
        ScenarioRetried retried => Invariant($"scenario {retried.Name}: attempt {retried.Attempt} failed: {retried.Error}"),
        ScenarioFinished end => Invariant($"scenario {end.Name}: {(end.Passed ? "passed" : "FAILED")} ({Took(end.DurationMs, end.Attempts)}){Why(end.Error)}"),
        ScenarioSkipped skip => $"scenario {skip.Name}: skipped{Why(skip.Reason)}",
        SuiteFinished suite => Invariant($"{suite.Passed}/{suite.Total} scenarios passed, {suite.Skipped} skipped"),
        FileFinished end => Invariant($"{(end.Passed ? "passed" : "FAILED")} ({Took(end.DurationMs, end.Attempts)}){Why(end.Error)}"),
        RunFinished run => Invariant($"{run.Passed} passed, {run.Failed} failed, {run.Skipped} skipped in {run.DurationMs / 1000:0.0} s"),
        AgentConnected agent => $"{agent.Name}: started as {agent.Aor}",
        ActionTaken action => $"{action.Agent}: {action.Kind}{(action.Detail is { } detail ? " " + detail : "")}",
        Waited wait => Invariant($"wait {wait.Seconds:0.###} s"),
        Logged log => log.Message,
        Printed print => print.Text,
        HttpSent http => Invariant($"http {http.Method} {http.Url} → {http.Status}"),
        MockRequested mock => $"mock {mock.Method} {mock.Path}{(mock.Matched ? "" : ": no route")}",
        MockFailed mock => $"mock {mock.Method} {mock.Path}: {mock.Message}",
        Asserted { Ok: true } assertion => $"ok: {Label(assertion)}{assertion.Expect}",
        Asserted assertion => $"not ok: {Label(assertion)}expected {assertion.Expect}, but was {assertion.Actual}",
        Measured metric => Metric(metric),
        _ => null,
    };

    internal static string Time(DateTimeOffset time) => time.ToLocalTime().ToString("HH:mm:ss.fff", CultureInfo.InvariantCulture);

    private static string Took(double milliseconds, int attempts) =>
        Invariant($"{milliseconds / 1000:0.000} s") + (attempts > 1 ? Invariant($", attempt {attempts}") : "");

    private static string Why(string? reason) => string.IsNullOrEmpty(reason) ? "" : ": " + reason;

    private static string Label(Asserted assertion) => assertion.Label is { } label ? label + ": " : "";

    private static string Metric(Measured metric)
    {
        var parts = new List<string> { metric.Registered ? "registered" : "not registered" };
        Add("MOS", metric.Mos, "");
        Add("jitter", metric.JitterMs, " ms");
        Add("loss", metric.PacketLossPct, " %");
        Add("round trip", metric.RttMs, " ms");
        Add("setup", metric.SetupMs, " ms");
        return $"{metric.Agent}: {string.Join(", ", parts)}";

        void Add(string name, double? value, string unit)
        {
            if (value is { } number)
                parts.Add(Invariant($"{name} {number:0.##}{unit}"));
        }
    }

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
