using System.Globalization;
using System.Text;
using Parley.Testing.Reports;

namespace Parley.Testing.Load;

/// <summary>Writes what a load run measured.</summary>
public static class LoadFiles
{
    private const int Width = 960;
    private const int Height = 120;
    private const int Left = 70;
    private const int Gap = 34;

    /// <summary>A line for each run of the scenario: <c>start_s,duration_ms,passed,setup_ms,mos,loss_pct,jitter_ms,error</c>; of several agents the worst.</summary>
    /// <param name="result">What was measured.</param>
    public static string Csv(LoadResult result)
    {
        ArgumentNullException.ThrowIfNull(result);
        var text = new StringBuilder("start_s,duration_ms,passed,setup_ms,mos,loss_pct,jitter_ms,error\n");
        foreach (var one in result.Samples)
        {
            text.Append(CultureInfo.InvariantCulture, $"{one.Start.TotalSeconds:0.000},{one.Duration.TotalMilliseconds:0.0},{(one.Passed ? "true" : "false")},");
            text.Append(CultureInfo.InvariantCulture, $"{one.Metrics.Max(m => m.SetupMs):0.0},{one.Metrics.Min(m => m.Mos):0.00},{one.Metrics.Max(m => m.PacketLossPct):0.00},{one.Metrics.Max(m => m.JitterMs):0.0},");
            text.Append(Quote(one.Error ?? "")).Append('\n');
        }

        return text.ToString();
    }

    /// <summary>A picture over time: how many ran, how many began and failed each second, how long calls took to be answered, how they sounded.</summary>
    /// <param name="result">What was measured.</param>
    public static string Svg(LoadResult result)
    {
        ArgumentNullException.ThrowIfNull(result);
        var seconds = Math.Max(1, (int)Math.Ceiling(result.Elapsed.TotalSeconds));
        var svg = new StringBuilder();
        svg.Append(CultureInfo.InvariantCulture, $"<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{Left + Width + 20}\" height=\"{4 * (Height + Gap)}\" font-family=\"sans-serif\" font-size=\"11\">\n<rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>\n");
        var bySecond = result.Samples.ToLookup(one => (int)one.Start.TotalSeconds);
        Chart(svg, 0, "scenarios running", seconds, second => result.Samples.Count(one => one.Start.TotalSeconds <= second && (one.Start + one.Duration).TotalSeconds > second), null);
        Chart(svg, 1, "started and failed each second", seconds, second => bySecond[second].Count(), second => bySecond[second].Count(one => !one.Passed));
        Chart(svg, 2, "INVITE to answer: 95 of 100 and half are faster, ms", seconds, second => Of(bySecond[second], 95, one => one.SetupMs), second => Of(bySecond[second], 50, one => one.SetupMs));
        Chart(svg, 3, "MOS: half are better, and the worst", seconds, second => Of(bySecond[second], 50, one => one.Mos), second => Of(bySecond[second], 0, one => one.Mos));
        return svg.Append("</svg>\n").ToString();
    }

    private static double? Of(IEnumerable<LoadSample> samples, double percent, Func<Scenarios.Measured, double?> figure) =>
        LoadResult.Percentile([.. samples.SelectMany(one => one.Metrics).Select(figure).OfType<double>().Order()], percent);

    private static void Chart(StringBuilder svg, int row, string title, int seconds, Func<int, double?> first, Func<int, double?>? second)
    {
        var top = (row * (Height + Gap)) + 20;
        var all = Enumerable.Range(0, seconds).SelectMany(at => (double?[])[first(at), second?.Invoke(at)]).OfType<double>().ToList();
        var most = Math.Max(1, all.Count == 0 ? 1 : all.Max());
        svg.Append(CultureInfo.InvariantCulture, $"<text x=\"{Left}\" y=\"{top - 6}\">{HtmlReport.Escape(title)}</text><text x=\"4\" y=\"{top + 8}\">{most:0.##}</text><text x=\"4\" y=\"{top + Height}\">0</text>");
        svg.Append(CultureInfo.InvariantCulture, $"<path d=\"M{Left} {top}V{top + Height}H{Left + Width}\" stroke=\"#999\" fill=\"none\"/><text x=\"{Left + Width - 30}\" y=\"{top + Height + 12}\">{seconds} s</text>\n");
        Line(svg, "#3367d6", top, seconds, most, first);
        if (second is not null)
            Line(svg, "#c62828", top, seconds, most, second);
    }

    private static void Line(StringBuilder svg, string colour, int top, int seconds, double most, Func<int, double?> value)
    {
        var path = new StringBuilder();
        var down = false;
        for (var second = 0; second < seconds; second++)
        {
            if (value(second) is not { } height)
            {
                down = false;
                continue;
            }

            var (x, next) = (Left + ((double)second / seconds * Width), Left + ((second + 1.0) / seconds * Width));
            path.Append(CultureInfo.InvariantCulture, $"{(down ? 'L' : 'M')}{x:0.#} {top + (Height * (1 - (height / most))):0.#}H{next:0.#}");
            down = true;
        }

        svg.Append(CultureInfo.InvariantCulture, $"<path d=\"{path}\" stroke=\"{colour}\" fill=\"none\"/>\n");
    }

    private static string Quote(string text) => text.AsSpan().ContainsAny(",\"\n\r") ? $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : text;
}
