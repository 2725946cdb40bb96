using System.Diagnostics;
using Parley.Testing.Local;
using Parley.Testing.Reports;
using Parley.Testing.Scenarios;

namespace Parley.Testing.Monitoring;

/// <summary>Runs monitors at their times, one after the other: two at once would measure each other.</summary>
public sealed class MonitorService : IAsyncDisposable
{
    private readonly List<MonitorState> _monitors;
    private readonly IReadOnlyList<IScenarioObserver> _observers;
    private readonly TimeProvider _time;
    private readonly SemaphoreSlim _turn = new(1);
    private readonly CancellationTokenSource _ending = new();
    private readonly Lock _gate = new();
    private readonly HashSet<Task> _asked = [];
    private Task _running = Task.CompletedTask;

    /// <summary>Makes a service; <see cref="Start"/> begins it.</summary>
    /// <param name="monitors">The monitors.</param>
    /// <param name="observers">Who is told of what happens in the runs. Default: nobody.</param>
    /// <param name="time">The clock. Default: the system's.</param>
    public MonitorService(IEnumerable<MonitorOptions> monitors, IReadOnlyList<IScenarioObserver>? observers = null, TimeProvider? time = null)
    {
        _monitors = [.. monitors.Select(one => new MonitorState(one))];
        _observers = observers ?? [];
        _time = time ?? TimeProvider.System;
    }

    /// <summary>The monitors.</summary>
    public IReadOnlyList<MonitorState> Monitors => _monitors;

    /// <summary>Begins: from now on monitors run at their times.</summary>
    public void Start() => _running = Task.WhenAll(_monitors.Select(KeepAsync));

    /// <summary>The monitor of that name; null when there is none.</summary>
    /// <param name="name">The name.</param>
    public MonitorState? Find(string name) => _monitors.Find(one => one.Options.Name == name);

    /// <summary>Runs a monitor, when the ones before it have ended.</summary>
    /// <param name="monitor">The monitor.</param>
    /// <param name="cancel">Leaves the queue, or the result: a run that has begun goes on.</param>
    public async Task<MonitorRun> RunAsync(MonitorState monitor, CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(monitor);
        await _turn.WaitAsync(cancel);
        var run = FinishAsync(monitor);
        lock (_gate)
            _asked.Add(run);
        return await run.WaitAsync(cancel);
    }

    /// <summary>Ends what runs, and begins nothing more.</summary>
    public async ValueTask DisposeAsync()
    {
        await _ending.CancelAsync();
        Task[] asked;
        lock (_gate)
            asked = [.. _asked];
        await Task.WhenAll([_running, .. asked]);
        _ending.Dispose();
        _turn.Dispose();
    }

    private async Task KeepAsync(MonitorState monitor)
    {
        var next = monitor.Options.Every is null ? NextOf(monitor, _time.GetUtcNow()) : _time.GetUtcNow();
        try
        {
            while (next is { } at)
            {
                monitor.Next = at;
                var wait = at - _time.GetUtcNow();
                if (wait > TimeSpan.Zero)
                    await Task.Delay(wait, _time, _ending.Token);
                await RunAsync(monitor, _ending.Token);
                // What was missed while others ran is not made up for.
                var now = _time.GetUtcNow();
                for (next = NextOf(monitor, at); next < now; next = NextOf(monitor, next.Value))
                {
                }
            }

            monitor.Next = null;
        }
        catch (OperationCanceledException)
        {
            // The service ends.
        }
    }

    private DateTimeOffset? NextOf(MonitorState monitor, DateTimeOffset after) =>
        monitor.Options.Every is { } every ? after + every : monitor.Options.Cron?.Next(after, _time.LocalTimeZone);

    private async Task<MonitorRun> FinishAsync(MonitorState monitor)
    {
        // Whoever asked may have gone; the run counts all the same.
        await Task.Yield();
        try
        {
            var run = await MeasureAsync(monitor.Options);
            monitor.Add(run);
            return run;
        }
        finally
        {
            lock (_gate)
                _asked.RemoveWhere(task => task.IsCompleted);
            _turn.Release();
        }
    }

    private async Task<MonitorRun> MeasureAsync(MonitorOptions monitor)
    {
        var (started, clock, recorder) = (_time.GetUtcNow(), Stopwatch.StartNew(), new ScenarioRecorder());
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(_ending.Token);
        limit.CancelAfter(monitor.TimeLimit);
        var (result, fault) = (MonitorResult.Error, default(string));
        try
        {
            await using var server = monitor.Local ? await LocalServer.StartAsync(cancel: limit.Token) : null;
            var run = (server is null ? monitor.Run : monitor.Run.With(server)) with { Metrics = true, Details = true };
            var ended = await new ScenarioRunner(run).RunAsync(monitor.Paths, [recorder, .. _observers], limit.Token);
            (result, fault) = (ended.IsSuccess ? MonitorResult.Passed : limit.IsCancellationRequested ? MonitorResult.TimedOut : MonitorResult.Failed, ended.Fault);
        }
        catch (Exception e) when (e is ScenarioUsageException or IOException or OperationCanceledException)
        {
            fault = e.Message;
        }

        return new(started, clock.Elapsed, result, fault, recorder.Scenarios) { Page = HtmlReport.Text(recorder) };
    }
}
