using System.Globalization;
using System.Text;
using Parley.Testing.Scenarios;

namespace Parley.Testing.Reports;

/// <summary>Draws when what happened: a lane for the scenario itself, one for each agent with its calls; a mark for each step, with its words for whoever points at it.</summary>
internal static class TimelinePicture
{
    private const int LaneHeight = 38;

    // A letter of the words beside a mark, about.
    private const double LetterWidth = 6;

    public static void Write(StringBuilder page, ScenarioRecord scenario, TimeScale scale)
    {
        var steps = scenario.Events.Where(one => one is ActionTaken or Asserted or Waited or Logged or Printed or HttpSent or MockRequested or MockFailed or AgentConnected).ToList();
        if (steps.Count == 0)
            return;
        var agents = scenario.Events.Select(AgentOf).OfType<string>().Distinct().ToList();
        page.Append("<h3>timeline</h3>");
        Legend(page, scenario);
        scale.Begin(page, (agents.Count + 1) * LaneHeight);
        for (var i = 0; i <= agents.Count; i++)
            TimeScale.Lane(page, i == 0 ? "scenario" : agents[i - 1], Middle(i));
        foreach (var call in scenario.Events.OfType<AgentCallMoved>().GroupBy(one => (one.Agent, one.CallId)))
            Call(page, [.. call], scale, Middle(agents.IndexOf(call.Key.Agent) + 1), scale.Start + TimeSpan.FromSeconds(scale.Seconds));
        var free = new double[agents.Count + 1];
        foreach (var step in steps)
            Mark(page, step, scale, AgentOf(step) is { } agent ? agents.IndexOf(agent) + 1 : 0, free);
        page.Append("</svg></div>\n");
    }

    private static void Legend(StringBuilder page, ScenarioRecord scenario)
    {
        page.Append("<div class=\"legend\"><i class=\"good\"></i>assertion holds<i class=\"bad\"></i>does not<i class=\"wait\"></i>waiting");
        if (scenario.Events.Any(one => one is AgentCallMoved))
            page.Append("<i class=\"ring\"></i>call rings<i class=\"talk\"></i>is answered<i class=\"held\"></i>is on hold");
        page.Append("</div>");
    }

    private static void Call(StringBuilder page, AgentCallMoved[] steps, TimeScale scale, int y, DateTimeOffset end)
    {
        for (var i = 0; i < steps.Length; i++)
        {
            var style = steps[i].Phase switch { "Ended" => null, "Established" => "talk", "Held" or "HeldByPeer" => "held", _ => "ring" };
            if (style is null)
                break;
            var until = i + 1 < steps.Length ? steps[i + 1].Ts : end;
            var (from, to) = (scale.X(steps[i].Ts), scale.X(until));
            page.Append(CultureInfo.InvariantCulture,
                $"<rect class=\"{style}\" x=\"{from:0.#}\" y=\"{y - 5}\" width=\"{Math.Max(0.5, to - from):0.#}\" height=\"10\"><title>{steps[i].Phase} for {(until - steps[i].Ts).TotalSeconds.ToString("0.000", CultureInfo.InvariantCulture)} s</title></rect>\n");
        }
    }

    private static void Mark(StringBuilder page, ScenarioEvent step, TimeScale scale, int lane, double[] free)
    {
        var (x, y, words) = (scale.X(step.Ts), Middle(lane), HtmlReport.Escape($"{EventText.Time(step.Ts)} {EventText.Words(step)}"));
        switch (step)
        {
            case Waited wait:
                var width = scale.X(step.Ts + TimeSpan.FromSeconds(wait.Seconds)) - x;
                page.Append(CultureInfo.InvariantCulture, $"<rect class=\"wait\" x=\"{x:0.#}\" y=\"{y - 5}\" width=\"{Math.Max(1, width):0.#}\" height=\"10\"><title>{words}</title></rect>\n");
                break;
            case Asserted assertion:
                page.Append(CultureInfo.InvariantCulture, $"<circle class=\"{(assertion.Ok ? "good" : "bad")}\" cx=\"{x:0.#}\" cy=\"{y}\" r=\"5\"><title>{words}</title></circle>\n");
                break;
            default:
                var colour = step is MockFailed or MockRequested { Matched: false } ? "bad" : "act";
                page.Append(CultureInfo.InvariantCulture, $"<path class=\"{colour}\" d=\"M{x:0.#} {y - 7}l4 7l-4 7l-4 -7z\"><title>{words}</title></path>\n");
                Label(page, step, x, y, ref free[lane]);
                break;
        }
    }

    // Beside a mark what it is, where no other words stand.
    private static void Label(StringBuilder page, ScenarioEvent step, double x, int y, ref double free)
    {
        var text = step switch { ActionTaken action => action.Kind, HttpSent http => http.Method, MockRequested mock => mock.Path, _ => null };
        if (text is null)
            return;
        x = Math.Min(x - 3, TimeScale.Left + TimeScale.Width - (text.Length * LetterWidth));
        if (x < free)
            return;
        free = x + ((text.Length + 1) * LetterWidth);
        page.Append(CultureInfo.InvariantCulture, $"<text class=\"quiet\" x=\"{x:0.#}\" y=\"{y - 10}\">{HtmlReport.Escape(text)}</text>\n");
    }

    private static string? AgentOf(ScenarioEvent step) => step switch
    {
        ActionTaken action => action.Agent,
        AgentConnected agent => agent.Name,
        AgentMessages trace => trace.Agent,
        AgentCallMoved call => call.Agent,
        _ => null,
    };

    private static int Middle(int lane) => (lane * LaneHeight) + (LaneHeight / 2) + 4;
}
