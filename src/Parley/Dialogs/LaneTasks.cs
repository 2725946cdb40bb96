using Parley.Net;

namespace Parley.Dialogs;

/// <summary>Work on a lane that somebody off it waits for.</summary>
internal static class LaneTasks
{
    /// <summary>Runs a step on the lane; what it throws is thrown to the caller.</summary>
    public static Task RunAsync(this Lane lane, Action step) => RunAsync(lane, () =>
    {
        step();
        return true;
    });

    /// <summary>Runs a step on the lane and gives its result; what it throws is thrown to the caller.</summary>
    public static Task<T> RunAsync<T>(this Lane lane, Func<T> step)
    {
        var work = new Work<T>(step);
        lane.Run(static state => ((Work<T>)state!).Run(), work);
        return work.Task;
    }

    private sealed class Work<T>(Func<T> step) : TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously)
    {
        public void Run()
        {
            try
            {
                SetResult(step());
            }
            catch (Exception e) // handed to whoever asked for the step, who would wait for ever otherwise
            {
                SetException(e);
            }
        }
    }
}
