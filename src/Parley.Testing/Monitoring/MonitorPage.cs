using System.Globalization;
using System.Text;
using Parley.Testing.Reports;

namespace Parley.Testing.Monitoring;

/// <summary>The page that lists monitors.</summary>
internal static class MonitorPage
{
    public static string Text(IReadOnlyList<MonitorState> monitors)
    {
        var page = new StringBuilder("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<title>monitors</title>\n<style>");
        page.Append(HtmlStyle.Sheet).Append("</style>\n</head>\n<body>\n<h1>monitors</h1>\n<table>\n");
        foreach (var monitor in monitors)
        {
            var name = HtmlReport.Escape(monitor.Options.Name);
            var last = monitor.Last is { } run
                ? string.Create(CultureInfo.InvariantCulture, $"{run.Started.ToLocalTime():yyyy-MM-dd HH:mm:ss} <a href=\"report/{Uri.EscapeDataString(monitor.Options.Name)}\">{MonitorMetrics.Word(run.Result)}</a>, {run.Duration.TotalSeconds:0.0} s {HtmlReport.Escape(run.Fault ?? "")}")
                : "no run yet";
            var next = monitor.Next is { } at ? string.Create(CultureInfo.InvariantCulture, $"next {at.ToLocalTime():yyyy-MM-dd HH:mm:ss}") : "when asked";
            page.Append(CultureInfo.InvariantCulture, $"<tr class=\"{(monitor.Last is { Result: not MonitorResult.Passed } ? "bad" : "")}\"><td><b>{name}</b></td><td>{last}</td><td>{next}</td></tr>\n");
        }

        return page.Append("</table>\n</body>\n</html>\n").ToString();
    }
}
