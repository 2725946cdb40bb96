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
        if (run.Scenarios.Count == 0)
            return;
        page.Append("<div class=\"bar\">");
        foreach (var state in (string[])["failed", "passed", "skipped"])
            page.Append(CultureInfo.InvariantCulture, $"<div class=\"{state}\" style=\"flex:{run.Scenarios.Count(one => Word(one.Status) == state)}\"></div>");
        page.Append("</div>\n");
    }

    private static string Word(ScenarioStatus status) => status switch { ScenarioStatus.Passed => "passed", ScenarioStatus.Skipped => "skipped", _ => "failed" };

    private static void Scenario(StringBuilder page, ScenarioRecord scenario)
    {
        var state = Word(scenario.Status);
        var open = state == "failed" ? " open" : "";
        page.Append(CultureInfo.InvariantCulture, $"<details class=\"{state}\"{open}><summary><b>{Escape(scenario.Name)}</b> <span class=\"state\">{state}</span>");
        if (scenario.Status != ScenarioStatus.Skipped)
            page.Append(CultureInfo.InvariantCulture, $" <span class=\"took\">{scenario.Duration.TotalSeconds:0.000} s</span>");
        page.Append("</summary>\n");
        foreach (var (error, i) in scenario.Retried.Select((error, i) => (error, i + 1)))
            page.Append(CultureInfo.InvariantCulture, $"<p>attempt {i} failed:</p><pre class=\"error\">{Escape(error)}</pre>\n");
        if (scenario.Retried.Count > 0 && state == "failed")
            page.Append(CultureInfo.InvariantCulture, $"<p>attempt {scenario.Retried.Count + 1} failed:</p>");
        if (scenario.Reason is { } reason)
            page.Append(CultureInfo.InvariantCulture, $"<pre class=\"{(state == "skipped" ? "reason" : "error")}\">{Escape(reason)}</pre>\n");
        var scale = TimeScale.Of(scenario);
        TimelinePicture.Write(page, scenario, scale);
        LevelPicture.Write(page, scenario, scale);
        LadderPicture.Write(page, scenario);
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
