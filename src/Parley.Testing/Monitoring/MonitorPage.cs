using System.Globalization;
using System.Text;
using Parley.Testing.Reports;

namespace Parley.Testing.Monitoring;

/// <summary>The page that lists monitors.</summary>
internal static class MonitorPage
{
    // More would make the row a list; the report has them all.
    private const int MaxNames = 3;

    public static string Text(IReadOnlyList<MonitorState> monitors)
    {
        var page = new StringBuilder("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" content=\"width=device-width\">\n<meta http-equiv=\"refresh\" content=\"30\">\n<title>monitors</title>\n<style>");
        page.Append(HtmlStyle.Sheet).Append("</style>\n</head>\n<body>\n<h1>monitors</h1>\n<div class=\"card\"><table>\n<tr><th>monitor</th><th>last run</th><th>took</th><th>result</th><th>next</th></tr>\n");
        foreach (var monitor in monitors)
            Row(page, monitor);
        return page.Append("</table></div>\n</body>\n</html>\n").ToString();
    }

    private static void Row(StringBuilder page, MonitorState monitor)
    {
        page.Append(CultureInfo.InvariantCulture, $"<tr><td><b>{HtmlReport.Escape(monitor.Options.Name)}</b></td>");
        if (monitor.Last is { } run)
        {
            var style = run.Result == MonitorResult.Passed ? "good" : "bad";
            page.Append(CultureInfo.InvariantCulture, $"<td>{Time(run.Started)}</td><td>{run.Duration.TotalSeconds:0.0} s</td>");
            page.Append(CultureInfo.InvariantCulture, $"<td><a class=\"{style}\" href=\"report/{Uri.EscapeDataString(monitor.Options.Name)}\">{MonitorMetrics.Word(run.Result)}</a> {HtmlReport.Escape(Why(run))}</td>");
        }
        else
        {
            page.Append("<td>no run yet</td><td></td><td></td>");
        }

        page.Append(CultureInfo.InvariantCulture, $"<td>{(monitor.Next is { } at ? Time(at) : "when asked")}</td></tr>\n");
    }

    // What failed says more than how much of it did.
    private static string Why(MonitorRun run)
    {
        var failed = run.Scenarios.Where(one => one.Status is not (ScenarioStatus.Passed or ScenarioStatus.Skipped)).Select(one => one.Name).ToList();
        return failed.Count == 0
            ? run.Fault ?? ""
            : string.Join(", ", failed.Take(MaxNames)) + (failed.Count > MaxNames ? string.Create(CultureInfo.InvariantCulture, $" and {failed.Count - MaxNames} more") : "");
    }

    private static string Time(DateTimeOffset at) => at.ToLocalTime().ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);
}
