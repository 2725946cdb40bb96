using System.Globalization;
using System.Text;
using Parley.Testing.Scenarios;

namespace Parley.Testing.Reports;

/// <summary>Draws how loud agents were: upwards what they said, downwards what they heard, on the scenario's time.</summary>
internal static class LevelPicture
{
    private const int Left = 110;
    private const int Width = 900;
    private const int Half = 22;

    // Below this nothing is heard; what is drawn is decibels above it.
    private const double Floor = -60;

    public static void Write(StringBuilder page, ScenarioRecord scenario)
    {
        var all = scenario.Events.OfType<AgentLevels>().Where(one => one.Sent.Count > 0).ToList();
        if (all.Count == 0)
            return;
        var agents = all.Select(one => one.Agent).Distinct().ToList();
        var length = Math.Max(0.001, Math.Max(scenario.Duration.TotalSeconds, all.Max(one => (End(one) - scenario.Started).TotalSeconds)));
        var height = agents.Count * ((2 * Half) + 6);
        page.Append(CultureInfo.InvariantCulture, $"<h3>audio: said above, heard below the line</h3><div class=\"picture\"><svg width=\"{Left + Width + 20}\" height=\"{height}\" role=\"img\">\n");
        for (var i = 0; i < agents.Count; i++)
        {
            var y = (i * ((2 * Half) + 6)) + Half;
            page.Append(CultureInfo.InvariantCulture, $"<text x=\"0\" y=\"{y + 4}\">{HtmlReport.Escape(agents[i])}</text><line class=\"lane\" x1=\"{Left}\" x2=\"{Left + Width}\" y1=\"{y}\" y2=\"{y}\"/>\n");
            foreach (var levels in all.Where(one => one.Agent == agents[i]))
            {
                var (from, step) = ((levels.Start - scenario.Started).TotalSeconds / length * Width, levels.StepMs / 1000 / length * Width);
                Area(page, "sent", levels.Sent, Left + from, step, y, -Half);
                Area(page, "heard", levels.Heard, Left + from, step, y, Half);
            }
        }

        page.Append("</svg></div>\n");
    }

    private static void Area(StringBuilder page, string style, IReadOnlyList<double> levels, double x, double step, int y, int height)
    {
        page.Append(CultureInfo.InvariantCulture, $"<path class=\"{style}\" d=\"M{x:0.#} {y}");
        foreach (var level in levels)
        {
            var decibels = level <= 0 ? Floor : Math.Clamp(20 * Math.Log10(level), Floor, 0);
            page.Append(CultureInfo.InvariantCulture, $"L{x:0.#} {y + (height * (1 - (decibels / Floor))):0.#}H{x + step:0.#}");
            x += step;
        }

        page.Append(CultureInfo.InvariantCulture, $"V{y}Z\"/>\n");
    }

    private static DateTimeOffset End(AgentLevels levels) => levels.Start + TimeSpan.FromMilliseconds(levels.StepMs * levels.Sent.Count);
}
