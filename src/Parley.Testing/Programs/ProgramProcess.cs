using System.Collections.Concurrent;
using System.ComponentModel;
using System.Diagnostics;
using Parley.Testing.Scenarios;

namespace Parley.Testing.Programs;

/// <summary>A program of scenarios that runs, and what it is told and tells.</summary>
internal sealed class ProgramProcess : IAsyncDisposable
{
    // The scenario's own end takes up to half a minute of teardown; then it is not going to come.
    private static readonly TimeSpan EndLimit = TimeSpan.FromSeconds(40);
    private static readonly TimeSpan QuitLimit = TimeSpan.FromSeconds(5);

    // What is said of a program that does not compile is at its beginning.
    private const int MaxLines = 40;

    private readonly Process _process;
    private readonly ScenarioReporter _reporter;
    private readonly ConcurrentDictionary<int, Conversation> _runs = [];
    private readonly TaskCompletionSource<ProgramDeclared> _declared = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ConcurrentQueue<string> _said = [];
    private readonly SemaphoreSlim _writing = new(1);
    private Task _reading = Task.CompletedTask;
    private int _count;

    private ProgramProcess(Process process, ScenarioReporter reporter) => (_process, _reporter) = (process, reporter);

    /// <summary>What it declares.</summary>
    public IReadOnlyList<ProgramScenario> Scenarios { get; private set; } = [];

    /// <summary>Compiles and starts a program, and waits for what it declares.</summary>
    /// <exception cref="ScenarioException">It does not compile, or ends without declaring anything.</exception>
    public static async Task<ProgramProcess> StartAsync(string path, ScenarioReporter reporter, CancellationToken cancel)
    {
        var start = new ProcessStartInfo("dotnet", ["run", "--file", path, "--", ProgramHost.Argument])
        {
            RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = Path.GetDirectoryName(path)!,
        };
        start.Environment["DOTNET_NOLOGO"] = "1";
        ProgramProcess program;
        try
        {
            program = new(Process.Start(start)!, reporter);
        }
        catch (Win32Exception e)
        {
            throw new ScenarioException($"{path}: `dotnet` cannot be started, which compiles it: {e.Message}", e);
        }

        program._reading = Task.WhenAll(program.ReadAsync(program._process.StandardOutput), program.ReadAsync(program._process.StandardError));
        _ = program._reading.ContinueWith(_ => program.EndAll(), TaskScheduler.Default);
        try
        {
            program.Scenarios = (await program._declared.Task.WaitAsync(cancel)).Scenarios;
            return program;
        }
        catch
        {
            await program.DisposeAsync();
            throw;
        }
    }

    /// <summary>Runs a scenario once.</summary>
    /// <exception cref="ScenarioException">It failed.</exception>
    /// <exception cref="ScenarioSkipException">It was skipped.</exception>
    public async Task RunAsync(string scenario, ScenarioContext context)
    {
        var run = new Conversation(context.Reporter);
        var number = Interlocked.Increment(ref _count);
        _runs[number] = run;
        await using var cancelling = context.Cancel.Register(() => _ = TellAsync(new ProgramCancel(number)));
        await TellAsync(context.ToProgramRun(number, scenario));
        if (_process.HasExited)
            EndAll();
        var ended = await run.Ended.Task.WaitAsync(EndLimit + context.TimeLeft);
        context.Cancel.ThrowIfCancellationRequested();
        switch (ended.Status)
        {
            case AttemptStatus.Failed:
                throw new ScenarioException(ended.Error ?? "failed");
            case AttemptStatus.Skipped:
                throw new ScenarioSkipException(ended.Error);
        }
    }

    public async ValueTask DisposeAsync()
    {
        try
        {
            // The end of its input is its end.
            _process.StandardInput.Close();
            await _process.WaitForExitAsync().WaitAsync(QuitLimit);
        }
        catch (Exception e) when (e is TimeoutException or IOException)
        {
            _process.Kill(entireProcessTree: true);
        }

        await _reading;
        _process.Dispose();
        _writing.Dispose();
    }

    private async Task TellAsync(ProgramCommand command)
    {
        await _writing.WaitAsync();
        try
        {
            await _process.StandardInput.WriteLineAsync(ProgramLines.Write(command));
            await _process.StandardInput.FlushAsync();
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException or InvalidOperationException)
        {
            // It has ended, which is told by the end of its output.
        }
        finally
        {
            _writing.Release();
        }
    }

    private async Task ReadAsync(StreamReader reader)
    {
        while (await reader.ReadLineAsync() is { } line)
            Take(line);
    }

    private void Take(string line)
    {
        switch (ProgramLines.ReadMessage(line))
        {
            case ProgramDeclared declared:
                _declared.TrySetResult(declared);
                break;
            case ProgramTold told when _runs.TryGetValue(told.Run, out var run):
                run.Reporter.Tell(told.Event);
                break;
            case ProgramEnded ended when _runs.TryRemove(ended.Run, out var run):
                run.Ended.TrySetResult(ended);
                break;
            case null:
                Print(line);
                break;
        }
    }

    // Before it declares, the compiler speaks; that is of interest only if it does not compile.
    private void Print(string line)
    {
        if (_declared.Task.IsCompleted)
            _reporter.Print(line);
        else if (_said.Count < MaxLines && line.Length > 0)
            _said.Enqueue(line);
    }

    private void EndAll()
    {
        var lines = _said.Distinct().ToList();
        var errors = lines.FindAll(line => line.Contains(": error ", StringComparison.Ordinal));
        var said = string.Join('\n', errors.Count > 0 ? errors : lines);
        _declared.TrySetException(new ScenarioException(said.Length > 0 ? said : "the program ended before it declared a scenario: does it end with `return await test.RunAsync(args);`?"));
        foreach (var (number, run) in _runs)
            run.Ended.TrySetResult(new(number, AttemptStatus.Failed, "the program has ended"));
    }

    private sealed record Conversation(ScenarioReporter Reporter)
    {
        public TaskCompletionSource<ProgramEnded> Ended { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
