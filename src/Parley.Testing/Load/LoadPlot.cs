using System.Globalization;
using System.Text;
using Parley.Testing.Reports;

namespace Parley.Testing.Load;

/// <summary>Draws a load run over time, one chart below the other on one scale of seconds.</summary>
internal sealed class LoadPlot
{
    private const int Width = 960;
    private const int Height = 130;
    private const int Left = 64;
    private const int Gap = 52;
    private const int Lines = 4;

    private const string Style = """
        <style>
        svg { color-scheme: light dark; --page: #fff; --ink: #1d2127; --quiet: #667080; --grid: #e4e7ec; --one: #2f62d0; --two: #c02626; }
        @media (prefers-color-scheme: dark) { svg { --page: #14171c; --ink: #e4e7ec; --quiet: #98a2b3; --grid: #2a303a; --one: #7aa5ff; --two: #ff7b72; } }
        text { font: 11px system-ui, sans-serif; fill: var(--quiet); } .title { font-size: 13px; font-weight: 600; fill: var(--ink); }
        .page { fill: var(--page); } .grid { stroke: var(--grid); fill: none; } .one { stroke: var(--one); fill: none; stroke-width: 1.6; } .two { stroke: var(--two); fill: none; stroke-width: 1.6; }
        .one-text { fill: var(--one); } .two-text { fill: var(--two); } .area { fill: var(--one); opacity: .12; }
        </style>

        """;

    private readonly StringBuilder _svg = new();
    private readonly int _seconds;
    private int _top;

    private LoadPlot(int seconds, int charts)
    {
        _seconds = seconds;
        _svg.Append(CultureInfo.InvariantCulture, $"<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{Left + Width + 30}\" height=\"{(charts * (Height + Gap)) + 10}\">\n{Style}<rect class=\"page\" width=\"100%\" height=\"100%\"/>\n");
    }

    /// <summary>The picture: how many ran, how many began and failed each second, how long calls took to be answered, how they sounded.</summary>
    public static string Draw(LoadResult result)
    {
        var plot = new LoadPlot(Math.Max(1, (int)Math.Ceiling(result.Elapsed.TotalSeconds)), charts: 4);
        var bySecond = result.Samples.ToLookup(one => (int)one.Start.TotalSeconds);
        plot.Chart("scenarios running", 0, new("most at the same time", second => Most(result.Samples, second)));
        plot.Chart("scenarios each second", 0, new("begun", second => bySecond[second].Count()), new("failed", second => bySecond[second].Count(one => !one.Passed)));
        plot.Chart("from INVITE to answer, ms", 0, new("half are faster", second => Of(bySecond[second], 50, one => one.SetupMs)), new("95 of 100 are faster", second => Of(bySecond[second], 95, one => one.SetupMs)));
        plot.Chart("MOS", 1, new("half are better", second => Of(bySecond[second], 50, one => one.Mos)), new("the worst", second => Of(bySecond[second], 0, one => one.Mos)));
        return plot._svg.Append("</svg>\n").ToString();
    }

    // Within one second, whose samples are in the order of their starts.
    private static int Most(IReadOnlyList<LoadSample> samples, int second)
    {
        var within = samples.Where(one => one.Start.TotalSeconds < second + 1 && (one.Start + one.Duration).TotalSeconds > second).ToList();
        var ends = within.Select(one => one.Start + one.Duration).Order().ToList();
        var (ended, most) = (0, 0);
        for (var begun = 0; begun < within.Count; begun++)
        {
            while (ends[ended] <= within[begun].Start)
                ended++;
            most = Math.Max(most, begun + 1 - ended);
        }

        return most;
    }

    private static double? Of(IEnumerable<LoadSample> samples, double percent, Func<Scenarios.Measured, double?> figure) =>
        LoadResult.Percentile([.. samples.SelectMany(one => one.Metrics).Select(figure).OfType<double>().Order()], percent);

    private void Chart(string title, double least, Series first, Series? second = null)
    {
        var values = Enumerable.Range(0, _seconds).SelectMany(at => (double?[])[first.At(at), second?.At(at)]).OfType<double>().ToList();
        var step = Step((Math.Max(least + 1, values.Count == 0 ? 0 : values.Max()) - least) / Lines);
        var most = least + (step * Lines);
        var top = _top + 30;
        _top += Height + Gap;
        _svg.Append(CultureInfo.InvariantCulture, $"<text class=\"title\" x=\"{Left}\" y=\"{top - 10}\">{HtmlReport.Escape(title)}</text>");
        _svg.Append(CultureInfo.InvariantCulture, $"<text x=\"{Left + Width}\" y=\"{top - 10}\" text-anchor=\"end\"><tspan class=\"one-text\">{first.Name}</tspan>");
        if (second is not null)
            _svg.Append(CultureInfo.InvariantCulture, $"<tspan class=\"two-text\" dx=\"14\">{second.Name}</tspan>");
        _svg.Append("</text>\n");
        for (var i = 0; i <= Lines; i++)
        {
            var y = top + Height - (Height * i / Lines);
            _svg.Append(CultureInfo.InvariantCulture, $"<path class=\"grid\" d=\"M{Left} {y}h{Width}\"/><text x=\"{Left - 8}\" y=\"{y + 4}\" text-anchor=\"end\">{least + (step * i):0.##}</text>");
        }

        var every = Step(_seconds / 10.0);
        for (var at = 0.0; at <= _seconds; at += every)
            _svg.Append(CultureInfo.InvariantCulture, $"<text x=\"{X(at):0.#}\" y=\"{top + Height + 15}\" text-anchor=\"middle\">{at:0.##} s</text>");
        _svg.Append('\n');
        if (second is null)
            Area(first, top, least, most);
        Line("one", first, top, least, most);
        if (second is not null)
            Line("two", second, top, least, most);
    }

    // 1, 2 or 5 and zeros, and no less than asked.
    private static double Step(double least)
    {
        var unit = Math.Pow(10, Math.Floor(Math.Log10(Math.Max(least, 1e-9))));
        return unit * (least <= unit ? 1 : least <= 2 * unit ? 2 : least <= 5 * unit ? 5 : 10);
    }

    private void Area(Series series, int top, double least, double most)
    {
        _svg.Append(CultureInfo.InvariantCulture, $"<path class=\"area\" d=\"M{Left} {top + Height}");
        for (var second = 0; second < _seconds; second++)
            _svg.Append(CultureInfo.InvariantCulture, $"V{Y(series.At(second) ?? least, top, least, most):0.#}H{X(second + 1):0.#}");
        _svg.Append(CultureInfo.InvariantCulture, $"V{top + Height}Z\"/>\n");
    }

    private void Line(string style, Series series, int top, double least, double most)
    {
        var path = new StringBuilder();
        var down = false;
        for (var second = 0; second < _seconds; second++)
        {
            if (series.At(second) is not { } height)
            {
                down = false;
                continue;
            }

            path.Append(CultureInfo.InvariantCulture, $"{(down ? 'L' : 'M')}{X(second):0.#} {Y(height, top, least, most):0.#}H{X(second + 1):0.#}");
            down = true;
        }

        _svg.Append(CultureInfo.InvariantCulture, $"<path class=\"{style}\" d=\"{path}\"/>\n");
    }

    private double X(double second) => Left + (second / _seconds * Width);

    private static double Y(double value, int top, double least, double most) => top + (Height * (1 - ((Math.Clamp(value, least, most) - least) / (most - least))));

    private sealed record Series(string Name, Func<int, double?> At);
}
