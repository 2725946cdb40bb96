using System.Globalization;
using System.Text.Json.Nodes;
using Parley.Cli.Terminal;
using Parley.Testing.Load;
using Parley.Testing.Local;
using Parley.Testing.Scenarios;

namespace Parley.Cli.Scenarios;

/// <summary>One run of <c>parley load</c>.</summary>
internal sealed class LoadRun(LoadOptions options, bool local, EventOutput events)
{
    // The most frequent ones say what is wrong; the rest is in the CSV file.
    private const int MaxErrors = 5;

    public async Task<int> RunAsync(string? csv, string? plot, CancellationToken interrupt)
    {
        var result = await RunAsync(interrupt);
        Summary(result);
        if (csv is not null)
            await File.WriteAllTextAsync(csv, LoadFiles.Csv(result), CancellationToken.None);
        if (plot is not null)
            await File.WriteAllTextAsync(plot, LoadFiles.Svg(result), CancellationToken.None);
        return result is { Failed: 0, Samples.Count: > 0 } ? ExitCode.Success : ExitCode.Failure;
    }

    private async Task<LoadResult> RunAsync(CancellationToken interrupt)
    {
        await using var server = local ? await LocalServer.StartAsync(cancel: interrupt) : null;
        var run = server is null ? options.Run : options.Run.With(server);
        try
        {
            return await new LoadRunner(options with { Run = run, OnProgress = Progress }).RunAsync(interrupt);
        }
        catch (ScenarioUsageException e)
        {
            throw CommandException.Usage(e.Message);
        }
        catch (ScenarioException e)
        {
            throw new CommandException(e.Message);
        }
    }

    private void Progress(LoadProgress now) => events.Write(
        "progress",
        Invariant($"{now.Elapsed.TotalSeconds,6:0.0} s: {now.Started} started, {now.Running} running, {now.Passed} passed, {now.Failed} failed"),
        new() { ["seconds"] = Math.Round(now.Elapsed.TotalSeconds, 3), ["started"] = now.Started, ["running"] = now.Running, ["passed"] = now.Passed, ["failed"] = now.Failed });

    private void Summary(LoadResult result)
    {
        foreach (var error in result.Samples.Where(one => !one.Passed).GroupBy(one => one.Error).OrderByDescending(one => one.Count()).Take(MaxErrors))
            events.Write("failure", Invariant($"{error.Count()} × {error.Key}"), new() { ["count"] = error.Count(), ["error"] = error.Key });
        var (setup, mos) = (result.SetupTimes, result.Qualities);
        var text = Invariant($"{result.Samples.Count} scenarios, {result.Failed} failed, {result.Agents} agents, at most {result.Peak} at once, {result.AchievedRate:0.0}/s of {options.Rate:0.##}/s, {result.Late} late; ")
            + Invariant($"{result.Calls} calls answered, from INVITE in ms: {Line(setup, "0", 50, 90, 95, 99, 100)}; ")
            + Invariant($"MOS: {Line(mos, "0.00", 0, 5, 50)}; loss in %: {Line(result.Losses, "0.00", 50, 95, 100)}");
        events.Write("summary", text, new()
        {
            ["scenarios"] = result.Samples.Count, ["failed"] = result.Failed, ["agents"] = result.Agents, ["peak"] = result.Peak, ["late"] = result.Late, ["calls"] = result.Calls,
            ["rate"] = Math.Round(result.AchievedRate, 3), ["setupMs"] = Percentiles(setup), ["mos"] = Percentiles(mos), ["lossPct"] = Percentiles(result.Losses),
        });
    }

    private static JsonObject Percentiles(IReadOnlyList<double> sorted)
    {
        var values = new JsonObject();
        foreach (var percent in (int[])[0, 5, 50, 90, 95, 99, 100])
            values[Invariant($"p{percent}")] = LoadResult.Percentile(sorted, percent) is { } value ? Math.Round(value, 3) : null;
        return values;
    }

    private static string Line(IReadOnlyList<double> sorted, string format, params int[] percents) => sorted.Count == 0
        ? "none measured"
        : string.Join(", ", percents.Select(percent => $"{(percent switch { 0 => "least", 100 => "most", _ => Invariant($"p{percent}") })} {LoadResult.Percentile(sorted, percent)!.Value.ToString(format, CultureInfo.InvariantCulture)}"));

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
