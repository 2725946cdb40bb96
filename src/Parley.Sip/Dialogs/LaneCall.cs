using Parley.Net;

namespace Parley.Sip.Dialogs;

/// <summary>Does something on a lane for somebody who may be off it and waits.</summary>
internal static class LaneCall
{
    /// <summary>Completes, off the lane, when it is done; with what it threw when it did.</summary>
    public static Task RunAsync(Lane lane, Action work)
    {
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lane.Run(_ =>
        {
            try
            {
                work();
                done.TrySetResult();
            }
            catch (Exception e) // it is the waiting caller's to see, not the lane's
            {
                done.TrySetException(e);
            }
        }, null);
        return done.Task;
    }
}
