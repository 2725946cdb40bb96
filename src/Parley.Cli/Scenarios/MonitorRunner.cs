using Parley.Cli.Terminal;
using Parley.Testing.Monitoring;

namespace Parley.Cli.Scenarios;

/// <summary><c>parley test --monitor</c>: scenarios at their times, until Ctrl-C.</summary>
internal sealed class MonitorRunner(MonitorSettings settings, TextWriter output, TextWriter errors)
{
    public async Task<int> RunAsync(CancellationToken interrupt)
    {
        // Each failure is a line, in whichever of the runs it was.
        var console = new ScenarioConsole(output, errors, Verbosity.Quiet, colors: false, parallel: true);
        await using var service = new MonitorService(settings.Monitors, [console]);
        await using var server = await MonitorServer.StartAsync(settings.Http, service, settings.Token, interrupt);
        service.Start();
        await output.WriteLineAsync($"{settings.Monitors.Count} monitor{(settings.Monitors.Count == 1 ? "" : "s")}; see {server.Address}");
        await output.FlushAsync(interrupt);
        try
        {
            await Task.Delay(Timeout.Infinite, interrupt);
        }
        catch (OperationCanceledException)
        {
            // What is asked for: the end.
        }

        return ExitCode.Success;
    }
}
