using System.Globalization;
using System.Text;

namespace Parley.Testing.Reports;

/// <summary>The time of a scenario from left to right: what all its pictures are drawn on, so that one thing stands above the other.</summary>
internal sealed class TimeScale
{
    /// <summary>Where names of lanes stand: to the left of this.</summary>
    public const int Left = 110;

    /// <summary>How wide a whole scenario is.</summary>
    public const int Width = 940;

    private TimeScale(DateTimeOffset start, double seconds) => (Start, Seconds) = (start, seconds);

    public DateTimeOffset Start { get; }

    public double Seconds { get; }

    public static TimeScale Of(ScenarioRecord scenario)
    {
        var last = scenario.Events.Where(one => !one.IsDetail).Select(one => (one.Ts - scenario.Started).TotalSeconds).DefaultIfEmpty().Max();
        return new(scenario.Started, Math.Max(0.001, Math.Max(scenario.Duration.TotalSeconds, last)));
    }

    public double X(DateTimeOffset at) => Left + (Math.Clamp((at - Start).TotalSeconds / Seconds, 0, 1) * Width);

    /// <summary>Begins a picture with the scale's lines behind it and its seconds below.</summary>
    public void Begin(StringBuilder page, int height)
    {
        page.Append(CultureInfo.InvariantCulture, $"<div class=\"picture\"><svg width=\"{Left + Width + 40}\" height=\"{height + 18}\" role=\"img\">\n");

        // Round steps, about ten of them.
        var step = Math.Pow(10, Math.Floor(Math.Log10(Seconds)));
        step = Seconds / step >= 5 ? step : Seconds / step >= 2 ? step / 2 : step / 5;
        for (var at = 0.0; at <= Seconds; at += step)
        {
            var x = Left + (at / Seconds * Width);
            page.Append(CultureInfo.InvariantCulture, $"<line class=\"grid\" x1=\"{x:0.#}\" x2=\"{x:0.#}\" y1=\"0\" y2=\"{height}\"/><text class=\"quiet\" x=\"{x:0.#}\" y=\"{height + 14}\" text-anchor=\"middle\">{at:0.###} s</text>\n");
        }
    }

    /// <summary>The line of an agent, with its name.</summary>
    public static void Lane(StringBuilder page, string name, int y)
    {
        var shown = name.Length <= 16 ? name : string.Concat(name.AsSpan(0, 15), "…");
        page.Append(CultureInfo.InvariantCulture, $"<text class=\"who\" x=\"0\" y=\"{y + 4}\">{HtmlReport.Escape(shown)}</text><line class=\"lane\" x1=\"{Left}\" x2=\"{Left + Width}\" y1=\"{y}\" y2=\"{y}\"/>\n");
    }
}
