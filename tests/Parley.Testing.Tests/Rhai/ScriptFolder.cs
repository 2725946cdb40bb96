using Parley.Testing.Local;
using Parley.Testing.Reports;
using Parley.Testing.Rhai;
using Parley.Testing.Scenarios;
using Parley.Testing.Tests.Support;

namespace Parley.Testing.Tests.Rhai;

/// <summary>A folder of scripts, and a registrar for their agents.</summary>
internal sealed class ScriptFolder : IAsyncDisposable
{
    private LocalServer? _server;

    private ScriptFolder() => Path = Directory.CreateTempSubdirectory("parley-rhai-").FullName;

    public string Path { get; }

    public static async Task<ScriptFolder> StartAsync(bool hasServer = false)
    {
        var folder = new ScriptFolder();
        if (hasServer)
            folder._server = await LocalServer.StartAsync();
        return folder;
    }

    public ScriptFolder Write(string name, string text)
    {
        File.WriteAllText(System.IO.Path.Combine(Path, name), text);
        return this;
    }

    /// <summary>Runs a file of the folder, or the script at a path of its own.</summary>
    public async Task<RunRecord> RunAsync(
        string file, Func<ScenarioRunOptions, ScenarioRunOptions>? with = null, Action<ScenarioEvent>? told = null, CancellationToken cancel = default)
    {
        var options = new ScenarioRunOptions { FrontEnds = [new RhaiFrontEnd()], LocalDomain = _server?.Domain, Agents = new() { BindHost = "127.0.0.1" } };
        var record = new RunRecord();
        record.Result = await new ScenarioRunner(with?.Invoke(options) ?? options).RunAsync([System.IO.Path.Combine(Path, file)], [record, new Listener(told)], cancel);
        return record;
    }

    /// <summary>Runs a text as the one script there is; every scenario must pass.</summary>
    public async Task<RunRecord> PassAsync(string script, Func<ScenarioRunOptions, ScenarioRunOptions>? with = null)
    {
        var run = await Write("script.rhai", script).RunAsync("script.rhai", with);
        Assert.True(run.Result.IsSuccess, Text(run));
        return run;
    }

    /// <summary>Runs a text as the one script there is; it must fail.</summary>
    /// <returns>The error of the scenario, or of the file.</returns>
    public async Task<string> FailAsync(string script, Func<ScenarioRunOptions, ScenarioRunOptions>? with = null)
    {
        var run = await Write("script.rhai", script).RunAsync("script.rhai", with);
        Assert.False(run.Result.IsSuccess, Text(run));
        return run.Finished.FirstOrDefault(one => one.Error is not null)?.Error ?? run.Events.OfType<FileFinished>().Single().Error ?? "";
    }

    public static string Text(RunRecord run) => string.Join('\n', run.Events.Select(EventText.Line));

    private sealed class Listener(Action<ScenarioEvent>? told) : IScenarioObserver
    {
        public void On(ScenarioEvent scenarioEvent) => told?.Invoke(scenarioEvent);
    }

    public async ValueTask DisposeAsync()
    {
        if (_server is not null)
            await _server.DisposeAsync();
        Directory.Delete(Path, recursive: true);
    }
}
