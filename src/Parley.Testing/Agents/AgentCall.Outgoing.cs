namespace Parley.Testing.Agents;

/// <content>A call it makes, from the INVITE to its end.</content>
public sealed partial class AgentCall
{
    private readonly TaskCompletionSource<bool> _outcome = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>True once it is answered, false when it ended before.</summary>
    internal Task<bool> Answered => _outcome.Task;

    internal void OnProgress(CallProgress progress)
    {
        if (progress.EarlyMedia)
        {
            EarlyMedia = true;
            Agent.Session.Track(OpenAudioAsync());
        }

        Tell();
    }

    /// <summary>Follows an outgoing call to its end, and gives back what it holds.</summary>
    internal async Task FollowAsync(Task<bool> invited)
    {
        try
        {
            if (await invited.ConfigureAwait(false))
            {
                Tell();
                await OpenAudioAsync().ConfigureAwait(false);
                _outcome.TrySetResult(true);
            }

            await Underlying.WaitForEndAsync(CancellationToken.None).ConfigureAwait(false);
        }
        catch (Exception e) when (e is ArgumentException or InvalidOperationException)
        {
            // The INVITE could not be built: whoever dialled is told.
        }
        finally
        {
            _outcome.TrySetResult(false);
            Tell();
            await CloseAudioAsync().ConfigureAwait(false);
            await Underlying.DisposeAsync().ConfigureAwait(false);
        }
    }
}
