using System.Collections.Concurrent;
using System.Diagnostics;
using System.Threading.Channels;
using Parley.Net;
using Parley.Testing.Agents;
using Parley.Testing.Scenarios;

namespace Parley.Testing.Load;

/// <summary>
/// Runs one scenario again and again, many at once: first once alone, which shows that it passes and how many agents it takes, then at its rate. Agents keep their registration from one
/// run to the next.
/// </summary>
/// <param name="options">How.</param>
public sealed class LoadRunner(LoadOptions options)
{
    private readonly ConcurrentBag<LoadSample> _samples = [];
    private readonly Stopwatch _clock = new();
    private int _started;
    private int _running;
    private int _passed;
    private int _peak;
    private int _late;

    /// <summary>Runs the load.</summary>
    /// <param name="cancel">Ends what runs, and begins nothing more; what was measured counts.</param>
    /// <exception cref="ScenarioUsageException">The file is not there, or has not one scenario that is meant.</exception>
    /// <exception cref="ScenarioException">The scenario does not pass alone.</exception>
    public async Task<LoadResult> RunAsync(CancellationToken cancel = default)
    {
        await using var network = new SystemNetwork();
        var lanes = new SharedLanes(network, Math.Max(1, Environment.ProcessorCount / 2));
        await using var scenario = await LoadScenario.LoadAsync(options, cancel);
        var slots = new List<LoadSlot> { scenario.Slot(lanes, 0) };
        try
        {
            var alone = await scenario.RunAsync(slots[0], TimeSpan.Zero, cancel);
            if (alone.Error is { } error)
                throw new ScenarioException($"the scenario does not pass alone: {error}");
            // A scenario in a process of its own brings its agents itself.
            var each = Math.Max(1, slots[0].Session.Agents.Count);
            var count = Math.Max(1, options.Agents / each ?? options.Concurrent);
            while (slots.Count < count)
                slots.Add(scenario.Slot(lanes, slots.Count));
            await RunAsync(scenario, slots, cancel);
            return Result(slots.Sum(slot => slot.Session.Agents.Count));
        }
        finally
        {
            await Task.WhenAll(slots.Select(slot => slot.DisposeAsync().AsTask()));
        }
    }

    private async Task RunAsync(LoadScenario scenario, List<LoadSlot> slots, CancellationToken cancel)
    {
        var free = Channel.CreateUnbounded<LoadSlot>();
        foreach (var slot in slots)
            free.Writer.TryWrite(slot);
        using var places = new SemaphoreSlim(Math.Min(options.Concurrent, slots.Count));
        using var over = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        using var telling = new Timer(_ => Tell(), null, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1));
        List<Task> runs = [];
        _clock.Start();
        try
        {
            over.CancelAfter(options.Duration);
            for (var due = TimeSpan.Zero; due < options.Duration; due = TimeSpan.FromSeconds(_started / options.Rate))
            {
                if (due - _clock.Elapsed is { Ticks: > 0 } wait)
                    await Task.Delay(wait, over.Token);
                if (!places.Wait(0, over.Token))
                {
                    _late++;
                    await places.WaitAsync(over.Token);
                }

                var slot = await free.Reader.ReadAsync(over.Token);
                _started++;
                runs.Add(Task.Run(() => RunAsync(scenario, slot, free, places, cancel), CancellationToken.None));
                // Of thousands only those that run matter.
                if (runs.Count > 2 * slots.Count)
                    runs.RemoveAll(run => run.IsCompleted);
            }
        }
        catch (OperationCanceledException)
        {
            // The time is over; what has begun is waited for.
        }

        await Task.WhenAll(runs);
        _clock.Stop();
        Tell();
    }

    private async Task RunAsync(LoadScenario scenario, LoadSlot slot, Channel<LoadSlot> free, SemaphoreSlim places, CancellationToken cancel)
    {
        var running = Interlocked.Increment(ref _running);
        for (var peak = Volatile.Read(ref _peak); running > peak; peak = Volatile.Read(ref _peak))
            Interlocked.CompareExchange(ref _peak, running, peak);
        var sample = await scenario.RunAsync(slot, _clock.Elapsed, cancel);
        _samples.Add(sample);
        if (sample.Passed)
            Interlocked.Increment(ref _passed);
        Interlocked.Decrement(ref _running);
        free.Writer.TryWrite(slot);
        places.Release();
    }

    private void Tell() => options.OnProgress?.Invoke(new(_clock.Elapsed, _started, Volatile.Read(ref _running), Volatile.Read(ref _passed), _samples.Count - Volatile.Read(ref _passed)));

    private LoadResult Result(int agents) => new()
    {
        Samples = [.. _samples.OrderBy(one => one.Start)], Elapsed = _clock.Elapsed, Agents = agents, Peak = _peak, Late = _late,
    };
}
