using System.Globalization;
using System.Text;

namespace Parley.Testing.Load;

/// <summary>Writes what a load run measured.</summary>
public static class LoadFiles
{
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
        return LoadPlot.Draw(result);
    }

    private static string Quote(string text) => text.AsSpan().ContainsAny(",\"\n\r") ? $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : text;
}
