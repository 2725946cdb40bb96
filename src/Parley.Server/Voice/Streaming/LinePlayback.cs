using Parley.Media.Audio;

namespace Parley.Server.Voice.Streaming;

/// <summary>A source being spoken into a socket's line.</summary>
internal sealed class LinePlayback(IAudioSource source) : ILinePlayback
{
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private short[] _part = [];
    private volatile bool _isMuted;

    /// <summary>Completes when it is over, however.</summary>
    public Task Ended => _ended.Task;

    public void Mute() => _isMuted = true;

    public void Unmute() => _isMuted = false;

    public void End() => _ended.TrySetResult();

    /// <summary>Adds its next samples; the number of them, or -1 when it is over.</summary>
    public int Add(Span<short> sum)
    {
        if (_part.Length < sum.Length)
            _part = new short[sum.Length]; // once: frames are of one length
        int count;
        try
        {
            count = source.Read(_part.AsSpan(0, sum.Length));
            if (count == 0 && source.Ended)
                count = -1;
        }
        catch (Exception) // boundary to whoever speaks: its fault ends this playback and nothing else
        {
            count = -1;
        }

        if (count < 0)
            End();
        if (count > 0 && !_isMuted)
            Mixer.AddSaturated(sum, _part.AsSpan(0, count));
        return count;
    }
}
