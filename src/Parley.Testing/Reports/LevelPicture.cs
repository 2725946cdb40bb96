using System.Globalization;
using System.Text;
using Parley.Testing.Scenarios;

namespace Parley.Testing.Reports;

/// <summary>Draws how loud agents were: upwards what they said, downwards what they heard, on the scenario's time.</summary>
internal static class LevelPicture
{
    private const int Half = 24;
    private const int Gap = 8;

    // Below this nothing is heard; what is drawn is decibels above it.
    private const double Floor = -60;

    public static void Write(StringBuilder page, ScenarioRecord scenario, TimeScale scale)
    {
        var all = scenario.Events.OfType<AgentLevels>().Where(one => one.Sent.Count > 0).ToList();
        if (all.Count == 0)
            return;
        var agents = all.Select(one => one.Agent).Distinct().ToList();
        page.Append("<h3>audio</h3><div class=\"legend\"><i class=\"sent\"></i>said, above the line<i class=\"heard\"></i>heard, below it; the full height is 60 dB</div>");
        scale.Begin(page, agents.Count * ((2 * Half) + Gap));
        for (var i = 0; i < agents.Count; i++)
        {
            var y = (i * ((2 * Half) + Gap)) + Half + (Gap / 2);
            foreach (var levels in all.Where(one => one.Agent == agents[i]))
            {
                Area(page, "sent", levels, levels.Sent, scale, y, -Half);
                Area(page, "heard", levels, levels.Heard, scale, y, Half);
            }

            TimeScale.Lane(page, agents[i], y);
        }

        page.Append("</svg></div>\n");
    }

    private static void Area(StringBuilder page, string style, AgentLevels measured, IReadOnlyList<double> levels, TimeScale scale, int y, int height)
    {
        page.Append(CultureInfo.InvariantCulture, $"<path class=\"{style}\" d=\"M{scale.X(measured.Start):0.#} {y}");
        var height0 = 0.0;
        for (var i = 0; i < levels.Count; i++)
        {
            var decibels = levels[i] <= 0 ? Floor : Math.Clamp(20 * Math.Log10(levels[i]), Floor, 0);
            var height1 = height * (1 - (decibels / Floor));

            // Silence needs no steps of its own.
            if (height1 != height0)
                page.Append(CultureInfo.InvariantCulture, $"H{At(i):0.#}V{y + height1:0.#}");
            height0 = height1;
        }

        page.Append(CultureInfo.InvariantCulture, $"H{At(levels.Count):0.#}V{y}Z\"/>\n");

        double At(int step) => scale.X(measured.Start + TimeSpan.FromMilliseconds(measured.StepMs * step));
    }
}
