namespace Parley.Testing.Expectations;

/// <summary>Waiting for something to become so.</summary>
public static class Wait
{
    /// <summary>How long it is waited when nobody says.</summary>
    public static TimeSpan DefaultTimeout { get; } = TimeSpan.FromSeconds(5);

    /// <summary>Time between two looks.</summary>
    public static TimeSpan Interval { get; } = TimeSpan.FromMilliseconds(25);

    /// <summary>
    /// Runs a closure until it does not throw any more. Only a <see cref="NotYetException"/> is tried again; every other exception ends the wait at once, because waiting does not mend it.
    /// Of the expectations in it the last one alone is reported.
    /// </summary>
    /// <param name="closure">What is to succeed.</param>
    /// <param name="within">How long. Default 5 s.</param>
    /// <param name="scope">Whose expectations are in it. Default <see cref="ExpectationScope.Current"/>.</param>
    /// <param name="time">The clock. Default the system's.</param>
    /// <param name="cancel">Gives up.</param>
    /// <returns>What the closure returned.</returns>
    /// <exception cref="ExpectationException">It did not come true: <c>not satisfied within 5s: </c> and the last reason.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="cancel"/> fired.</exception>
    public static async Task<T> UntilAsync<T>(
        Func<CancellationToken, ValueTask<T>> closure, TimeSpan? within = null, ExpectationScope? scope = null, TimeProvider? time = null, CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(closure);
        time ??= TimeProvider.System;
        scope ??= ExpectationScope.Current;
        var limit = within ?? DefaultTimeout;
        var begun = time.GetTimestamp();
        using var silence = scope?.Silence();
        while (true)
        {
            cancel.ThrowIfCancellationRequested();
            try
            {
                return await closure(cancel).ConfigureAwait(false);
            }
            catch (NotYetException notYet)
            {
                var left = limit - time.GetElapsedTime(begun);
                if (left <= TimeSpan.Zero)
                    throw new ExpectationException($"not satisfied within {Durations.Print(limit)}: {notYet.Message}", notYet);
                await Task.Delay(left < Interval ? left : Interval, time, cancel).ConfigureAwait(false);
            }
        }
    }

    /// <inheritdoc cref="UntilAsync{T}(Func{CancellationToken, ValueTask{T}}, TimeSpan?, ExpectationScope?, TimeProvider?, CancellationToken)"/>
    public static Task UntilAsync(Func<CancellationToken, ValueTask> closure, TimeSpan? within = null, ExpectationScope? scope = null, TimeProvider? time = null, CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(closure);
        return UntilAsync<object?>(
            async token =>
            {
                await closure(token).ConfigureAwait(false);
                return null;
            },
            within, scope, time, cancel);
    }

    /// <inheritdoc cref="UntilAsync{T}(Func{CancellationToken, ValueTask{T}}, TimeSpan?, ExpectationScope?, TimeProvider?, CancellationToken)"/>
    public static Task UntilAsync(Action closure, TimeSpan? within = null, ExpectationScope? scope = null, TimeProvider? time = null, CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(closure);
        return UntilAsync<object?>(
            _ =>
            {
                closure();
                return new((object?)null);
            },
            within, scope, time, cancel);
    }
}
