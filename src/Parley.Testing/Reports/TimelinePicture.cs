using System.Globalization;
using System.Text;
using Parley.Testing.Scenarios;

namespace Parley.Testing.Reports;

/// <summary>Draws when what happened: a lane for each agent, one for the scenario itself; a mark for each step, with its words for whoever points at it.</summary>
internal static class TimelinePicture
{
    private const int Left = 110;
    private const int Width = 900;
    private const int LaneHeight = 26;

    public static void Write(StringBuilder page, ScenarioRecord scenario)
    {
        var steps = scenario.Events.Where(one => one is ActionTaken or Asserted or Waited or Logged or Printed or HttpSent or MockRequested or MockFailed or AgentConnected).ToList();
        if (steps.Count == 0)
            return;
        var agents = scenario.Events.Select(AgentOf).OfType<string>().Distinct().ToList();
        var start = scenario.Started;
        var length = Math.Max(0.001, Math.Max(scenario.Duration.TotalSeconds, (steps[^1].Ts - start).TotalSeconds));
        var height = ((agents.Count + 1) * LaneHeight) + 22;
        page.Append(CultureInfo.InvariantCulture, $"<h3>timeline</h3><div class=\"picture\"><svg width=\"{Left + Width + 20}\" height=\"{height}\" role=\"img\">\n");
        Lanes(page, agents);
        Scale(page, length, height);
        foreach (var step in steps)
            Mark(page, step, Left + (Math.Clamp((step.Ts - start).TotalSeconds / length, 0, 1) * Width), Lane(agents, step), length);
        page.Append("</svg></div>\n");
    }

    private static void Lanes(StringBuilder page, List<string> agents)
    {
        for (var i = 0; i <= agents.Count; i++)
        {
            var y = Middle(i);
            var name = i == 0 ? "scenario" : agents[i - 1];
            page.Append(CultureInfo.InvariantCulture, $"<text x=\"0\" y=\"{y + 4}\">{HtmlReport.Escape(Short(name))}</text><line class=\"lane\" x1=\"{Left}\" x2=\"{Left + Width}\" y1=\"{y}\" y2=\"{y}\"/>\n");
        }
    }

    private static void Scale(StringBuilder page, double length, int height)
    {
        // Round steps, about ten of them.
        var step = Math.Pow(10, Math.Floor(Math.Log10(length)));
        step = length / step >= 5 ? step : length / step >= 2 ? step / 2 : step / 5;
        for (var at = 0.0; at <= length; at += step)
        {
            var x = Left + (at / length * Width);
            page.Append(CultureInfo.InvariantCulture, $"<line class=\"lane\" x1=\"{x:0.#}\" x2=\"{x:0.#}\" y1=\"{height - 20}\" y2=\"{height - 15}\"/><text x=\"{x:0.#}\" y=\"{height - 3}\">{at:0.###} s</text>\n");
        }
    }

    private static void Mark(StringBuilder page, ScenarioEvent step, double x, int lane, double length)
    {
        var (y, words) = (Middle(lane), HtmlReport.Escape($"{EventText.Time(step.Ts)} {EventText.Words(step)}"));
        switch (step)
        {
            case Waited wait:
                var width = Math.Min(wait.Seconds / length * Width, Left + Width - x);
                page.Append(CultureInfo.InvariantCulture, $"<rect class=\"wait\" x=\"{x:0.#}\" y=\"{y - 7}\" width=\"{Math.Max(1, width):0.#}\" height=\"14\"><title>{words}</title></rect>\n");
                break;
            case Asserted assertion:
                page.Append(CultureInfo.InvariantCulture, $"<circle class=\"{(assertion.Ok ? "good" : "bad")}\" cx=\"{x:0.#}\" cy=\"{y}\" r=\"5\"><title>{words}</title></circle>\n");
                break;
            default:
                var colour = step is MockFailed or MockRequested { Matched: false } ? "bad" : "act";
                page.Append(CultureInfo.InvariantCulture, $"<path class=\"{colour}\" d=\"M{x:0.#} {y - 8}l4 8l-4 8l-4 -8z\"><title>{words}</title></path>\n");
                break;
        }
    }

    private static int Lane(List<string> agents, ScenarioEvent step) => AgentOf(step) is { } agent ? agents.IndexOf(agent) + 1 : 0;

    private static string? AgentOf(ScenarioEvent step) => step switch
    {
        ActionTaken action => action.Agent,
        AgentConnected agent => agent.Name,
        AgentMessages trace => trace.Agent,
        _ => null,
    };

    private static string Short(string name) => name.Length <= 16 ? name : string.Concat(name.AsSpan(0, 15), "…");

    private static int Middle(int lane) => (lane * LaneHeight) + (LaneHeight / 2);
}
