using Parley.Media.Audio;
using Parley.Media.Engine;

namespace Parley.Media.Playback;

/// <summary>A source being played into a stream. All members may be called from any thread.</summary>
public sealed class AudioPlayback
{
    private readonly AudioStream _stream;
    private readonly bool _disposeSource;
    private readonly TaskCompletionSource<PlaybackResult> _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile bool _stopping;

    internal AudioPlayback(AudioStream stream, IAudioSource source, PlaybackOptions options)
    {
        options.Validate();
        _stream = stream;
        _disposeSource = options.DisposeSource;
        Input = new(source, Ended, options.GainDecibels) { Muted = options.Muted, Paused = options.Paused };
    }

    /// <summary>Completes when it has ended, however; it never faults.</summary>
    public Task<PlaybackResult> Completion => _completion.Task;

    /// <summary>How much has been played, pauses not counted.</summary>
    public TimeSpan Position => TimeSpan.FromTicks(Input.PlayedTicks);

    /// <summary>True while muted.</summary>
    public bool IsMuted => Input.Muted;

    /// <summary>True while paused.</summary>
    public bool IsPaused => Input.Paused;

    internal MixInput Input { get; }

    /// <summary>Holds the source; nothing is sent for it until <see cref="Resume"/>.</summary>
    public void Pause() => Input.Paused = true;

    /// <summary>Goes on where <see cref="Pause"/> stopped.</summary>
    public void Resume() => Input.Paused = false;

    /// <summary>Goes on silently: the codec's silence is sent in the audio's place.</summary>
    public void Mute() => Input.Muted = true;

    /// <summary>Audible again.</summary>
    public void Unmute() => Input.Muted = false;

    /// <summary>Ends it at the next frame; <see cref="Completion"/> tells when.</summary>
    public void Stop()
    {
        _stopping = true;
        _stream.OnLane(() =>
        {
            if (_stream.Detach(Input))
                Ended(Input, null);
        });
    }

    private void Ended(MixInput input, Exception? error)
    {
        var end = error is not null ? PlaybackEnd.Failed
            : _stream.IsEnding ? PlaybackEnd.StreamEnded
            : _stopping ? PlaybackEnd.Stopped
            : PlaybackEnd.Finished;
        if (!_completion.TrySetResult(new(end, Position, error)) || !_disposeSource)
            return;
        // Not on the lane: a source may have files or connections to close.
        if (input.Source is IAsyncDisposable asynchronous)
            _ = Task.Run(() => asynchronous.DisposeAsync().AsTask());
        else if (input.Source is IDisposable disposable)
            _ = Task.Run(disposable.Dispose);
    }
}
