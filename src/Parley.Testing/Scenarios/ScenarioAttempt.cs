using System.Diagnostics;
using System.Globalization;

namespace Parley.Testing.Scenarios;

/// <summary>One attempt of a scenario: setup, body, teardown, and the end of what they began.</summary>
internal sealed class ScenarioAttempt(ScenarioSuite suite, ScenarioDeclaration scenario, ScenarioContext context, TimeSpan limit)
{
    // A script that takes no notice of its time limit is left behind after this.
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(2);

    // Enough to hang up and to ask a server to forget; it runs when the time of the scenario is over, too.
    private static readonly TimeSpan TeardownLimit = TimeSpan.FromSeconds(30);

    public async Task<AttemptOutcome> RunAsync(CancellationToken interrupt)
    {
        var clock = Stopwatch.StartNew();
        using var over = CancellationTokenSource.CreateLinkedTokenSource(interrupt);
        over.CancelAfter(limit);
        context.Cancel = over.Token;
        context.TimeLeft = limit;
        try
        {
            var (outcome, isSetUp, value) = await SetUpAndRunAsync(over.Token, interrupt);
            if (isSetUp && suite.Teardown is { } teardown)
                await TearDownAsync(teardown, value);
            return outcome with { Took = clock.Elapsed };
        }
        finally
        {
            await context.DisposeAsync();
        }
    }

    private async Task<(AttemptOutcome Outcome, bool IsSetUp, object? Value)> SetUpAndRunAsync(CancellationToken over, CancellationToken interrupt)
    {
        object? value = null;
        if (suite.Setup is { } setup)
        {
            var outcome = await JudgeAsync(async () => value = await setup(context), over, interrupt);
            if (outcome.Status != AttemptStatus.Passed)
                return (outcome with { Error = outcome.Status == AttemptStatus.Failed ? $"setup: {outcome.Error}" : outcome.Error }, false, null);
        }

        return (await JudgeAsync(() => scenario.Body(context, value), over, interrupt), true, value);
    }

    private async Task<AttemptOutcome> JudgeAsync(Func<Task> part, CancellationToken over, CancellationToken interrupt)
    {
        try
        {
            await BoundedAsync(part, over);
            return new(AttemptStatus.Passed, null);
        }
        catch (ScenarioSkipException e)
        {
            return new(AttemptStatus.Skipped, e.Reason);
        }
        catch (Exception) when (interrupt.IsCancellationRequested) // whatever the script made of it
        {
            return new(AttemptStatus.Failed, "interrupted");
        }
        catch (Exception e) when (over.IsCancellationRequested) // what was cut off says what it was waiting for, if anything
        {
            var text = string.Create(CultureInfo.InvariantCulture, $"time limit of {limit.TotalSeconds:0.###} s exceeded");
            return new(AttemptStatus.Failed, e is OperationCanceledException ? text : $"{text}: {e.Message}");
        }
        catch (Exception e) // the script is the application's; whatever it throws is its failure
        {
            return new(AttemptStatus.Failed, e.Message.Length > 0 ? e.Message : e.GetType().Name);
        }
    }

    private async Task TearDownAsync(Func<ScenarioContext, object?, Task> teardown, object? value)
    {
        using var over = new CancellationTokenSource(TeardownLimit);
        context.Cancel = over.Token;
        try
        {
            await BoundedAsync(() => teardown(context, value), over.Token);
        }
        catch (Exception e) // the scenario has been judged; this is noted, no more
        {
            context.Reporter.Log($"teardown: {e.Message}");
        }
    }

    // Task.Run: a body that never awaits must not hold up the others, and what it sets for its flow stays its own.
    private async Task BoundedAsync(Func<Task> part, CancellationToken over)
    {
        var running = Task.Run(
            async () =>
            {
                context.Enter();
                await part();
            },
            CancellationToken.None);
        using var late = new CancellationTokenSource();
        await using var _ = over.Register(() => late.CancelAfter(Grace));
        await running.WaitAsync(late.Token);
        over.ThrowIfCancellationRequested();
    }
}

internal enum AttemptStatus
{
    Passed,
    Failed,
    Skipped,
}

/// <summary>What became of an attempt.</summary>
/// <param name="Status">That.</param>
/// <param name="Error">How it failed, or why it was skipped.</param>
internal sealed record AttemptOutcome(AttemptStatus Status, string? Error)
{
    public TimeSpan Took { get; init; }
}
