using System.Text;
using Parley.Cli.Serving;
using Parley.Cli.Terminal;
using Parley.Testing.Local;
using Parley.Testing.Reports;
using Parley.Testing.Scenarios;

namespace Parley.Cli.Scenarios;

/// <summary>One run of <c>parley test</c>: its reports, and its registrar where it brings one.</summary>
internal sealed class TestRun(TestSettings settings, TextWriter output, TextWriter errors)
{
    /// <summary>Runs the scenarios and writes the reports.</summary>
    /// <returns>What the process ends with.</returns>
    public async Task<int> RunAsync(CancellationToken interrupt)
    {
        ScenarioFiles.Check(("--junit", settings.JUnit), ("--html", settings.Html));
        await using var log = settings.Log is { } target and not "-" ? Open(target) : null;
        var recorder = new ScenarioRecorder();
        var observers = Observers(log, recorder).ToList();
        var result = await RunAsync(observers, interrupt);
        if (settings.JUnit is { } junit)
            JUnitReport.Write(junit, recorder);
        if (settings.Html is { } html)
            HtmlReport.Write(html, recorder);
        if (result.Fault is { } fault)
            await errors.WriteLineAsync($"Error: {fault}");
        return result.IsSuccess ? ExitCode.Success : ExitCode.Failure;
    }

    private async Task<ScenarioRunResult> RunAsync(List<IScenarioObserver> observers, CancellationToken interrupt)
    {
        await using var trace = settings.SipTrace is { } target ? TraceOutput.Open(target, errors) : null;
        await using var server = settings.Local ? await LocalServer.StartAsync(cancel: interrupt) : null;
        var run = server is null ? settings.Run : settings.Run.With(server);
        if (trace is not null)
            run = run with { Agents = run.Agents with { Trace = trace.Trace } };
        try
        {
            return await new ScenarioRunner(run).RunAsync(settings.Paths, observers, interrupt);
        }
        catch (ScenarioUsageException e)
        {
            throw CommandException.Usage(e.Message);
        }
    }

    private IEnumerable<IScenarioObserver> Observers(StreamWriter? log, ScenarioRecorder recorder)
    {
        yield return settings.Json
            ? new JsonReport(output, errors)
            : new ScenarioConsole(output, errors, settings.Verbosity, settings.Colors, settings.Run.Parallel > 1);
        if (log is not null)
            yield return new LogReport(log);
        if (settings.Log == "-")
            yield return new LogReport(errors);
        if (settings.JUnit is not null || settings.Html is not null)
            yield return recorder;
    }

    private static StreamWriter Open(string path)
    {
        try
        {
            return new(path, append: false, new UTF8Encoding(false));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw CommandException.Usage($"--log: {e.Message}");
        }
    }
}
