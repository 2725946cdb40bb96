using System.Globalization;
using System.Net;
using System.Text;
using Parley.Testing.Scenarios;

namespace Parley.Testing.Reports;

/// <summary>Writes a run as one page that needs nothing besides itself: for each scenario a timeline, the SIP ladder and the audio levels.</summary>
public static class HtmlReport
{
    /// <summary>Writes the page.</summary>
    /// <param name="path">The file, which is replaced.</param>
    /// <param name="run">What happened; with <see cref="ScenarioRunOptions.Details"/>, or it has no ladders and levels.</param>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public static void Write(string path, ScenarioRecorder run) => File.WriteAllText(path, Text(run), new UTF8Encoding(false));

    /// <summary>The page.</summary>
    /// <param name="run">What happened.</param>
    public static string Text(ScenarioRecorder run)
    {
        ArgumentNullException.ThrowIfNull(run);
        var page = new StringBuilder();
        page.Append("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" content=\"width=device-width\">\n<title>");
        page.Append(Title(run)).Append("</title>\n<style>").Append(HtmlStyle.Sheet).Append("</style>\n</head>\n<body>\n<h1>").Append(Title(run)).Append("</h1>\n");
        Summary(page, run);
        foreach (var file in run.Scenarios.GroupBy(one => one.File))
        {
            page.Append(CultureInfo.InvariantCulture, $"<h2>{Escape(file.Key)}</h2>\n");
            foreach (var scenario in file)
                Scenario(page, scenario);
        }

        return page.Append("</body>\n</html>\n").ToString();
    }

    internal static string Escape(string text) => WebUtility.HtmlEncode(text);

    private static string Title(ScenarioRecorder run) => run.Run is { } end
        ? string.Create(CultureInfo.InvariantCulture, $"{end.Passed} passed, {end.Failed} failed, {end.Skipped} skipped")
        : "a run that has not ended";

    private static void Summary(StringBuilder page, ScenarioRecorder run)
    {
        var seed = run.Run is { } end ? string.Create(CultureInfo.InvariantCulture, $", {end.DurationMs / 1000:0.0} s, seed {end.Seed}") : "";
        page.Append(CultureInfo.InvariantCulture, $"<p>{run.Started.ToLocalTime():yyyy-MM-dd HH:mm:ss}{seed}</p>\n");
    }

    private static void Scenario(StringBuilder page, ScenarioRecord scenario)
    {
        var state = scenario.Status switch { ScenarioStatus.Passed => "passed", ScenarioStatus.Skipped => "skipped", _ => "failed" };
        var open = state == "failed" ? " open" : "";
        page.Append(CultureInfo.InvariantCulture, $"<details class=\"{state}\"{open}><summary><b>{Escape(scenario.Name)}</b> {state}");
        if (scenario.Status != ScenarioStatus.Skipped)
            page.Append(CultureInfo.InvariantCulture, $", {scenario.Duration.TotalSeconds:0.000} s");
        page.Append("</summary>\n");
        foreach (var (error, i) in scenario.Retried.Select((error, i) => (error, i + 1)))
            page.Append(CultureInfo.InvariantCulture, $"<p>attempt {i} failed:</p><pre class=\"error\">{Escape(error)}</pre>\n");
        if (scenario.Reason is { } reason)
            page.Append(CultureInfo.InvariantCulture, $"<pre class=\"{(state == "skipped" ? "reason" : "error")}\">{Escape(reason)}</pre>\n");
        TimelinePicture.Write(page, scenario);
        LadderPicture.Write(page, scenario);
        LevelPicture.Write(page, scenario);
        Events(page, scenario);
        page.Append("</details>\n");
    }

    private static void Events(StringBuilder page, ScenarioRecord scenario)
    {
        if (!scenario.Events.Any(one => !one.IsDetail))
            return;
        page.Append("<details><summary>events</summary><table>\n");
        foreach (var one in scenario.Events)
        {
            if (EventText.Words(one) is { } words)
                page.Append(CultureInfo.InvariantCulture, $"<tr class=\"{(one is Asserted { Ok: false } or MockFailed ? "bad" : "")}\"><td>{EventText.Time(one.Ts)}</td><td>{Escape(words)}</td></tr>\n");
        }

        page.Append("</table></details>\n");
    }
}

/// <summary>How the page looks.</summary>
internal static class HtmlStyle
{
    public const string Sheet = """

        :root { color-scheme: light dark; --line: #8888; --good: #2a8a3e; --bad: #c62828; --skip: #8a6d1a; --sent: #3367d6; --heard: #d9730d; }
        body { font: 14px/1.45 system-ui, sans-serif; margin: 2em auto; max-width: 76em; padding: 0 1em; }
        h1 { font-size: 1.5em; } h2 { font-size: 1.1em; margin-top: 2em; } h3 { font-size: .9em; margin: 1em 0 .2em; font-weight: 600; }
        details { margin: .4em 0; } body > details { border-left: 4px solid var(--line); padding: .2em 0 .2em .8em; }
        details.passed { border-color: var(--good); } details.failed { border-color: var(--bad); } details.skipped { border-color: var(--skip); }
        summary { cursor: pointer; } pre { white-space: pre-wrap; overflow-wrap: anywhere; margin: .3em 0; font-size: 12px; }
        pre.error { color: var(--bad); } table { border-collapse: collapse; font-size: 12px; } td { padding: 0 1em 0 0; vertical-align: top; }
        td:first-child { font-variant-numeric: tabular-nums; white-space: nowrap; opacity: .7; } tr.bad { color: var(--bad); }
        .picture { overflow-x: auto; } svg { display: block; max-width: none; } svg text { font: 11px system-ui, sans-serif; fill: currentColor; }
        svg .lane { stroke: var(--line); } svg .arrow { stroke: currentColor; fill: none; } svg .good { fill: var(--good); stroke: none; }
        svg .bad { fill: var(--bad); stroke: none; } svg .act { fill: var(--sent); stroke: none; } svg .wait { fill: var(--line); opacity: .35; }
        svg .sent { fill: var(--sent); } svg .heard { fill: var(--heard); } svg .refused { stroke: var(--bad); }

        """;
}
