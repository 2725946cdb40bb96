using Parley.Media.Audio;
using Parley.Speech.Synthesis;

namespace Parley.Speech.Output;

/// <summary>
/// What a call says, by commands: text that is spoken one after the other within a play id, sources, interruptions. It tells of every playback's beginning and end,
/// and of every failure; commands never wait. All members may be used from any thread.
/// </summary>
public sealed class SpeechPlayer : IAsyncDisposable
{
    private readonly LayeredOutput _output;
    private ISynthesiser? _synthesiser;
    private int _concurrency = 1;
    private readonly Action<SpeechEvent> _onEvent;
    private readonly TimeProvider _time;
    private readonly Lock _gate = new(); // commands; never taken by the lane
    private readonly List<Task> _speaking = [];
    private SpeechPlayback? _voice;
    private OutputLayer? _prompt;
    private bool _disposed;

    /// <summary>Makes a player.</summary>
    /// <param name="output">Where it plays.</param>
    /// <param name="synthesiser">Who speaks; null when nothing can be said.</param>
    /// <param name="onEvent">Called with playback events, problems and metrics, perhaps while a command is given.</param>
    /// <param name="time">The clock; the system's when null.</param>
    public SpeechPlayer(LayeredOutput output, ISynthesiser? synthesiser, Action<SpeechEvent> onEvent, TimeProvider? time = null)
    {
        ArgumentNullException.ThrowIfNull(output);
        ArgumentNullException.ThrowIfNull(onEvent);
        _output = output;
        _synthesiser = synthesiser;
        _onEvent = onEvent;
        _time = time ?? TimeProvider.System;
    }

    /// <summary>Whether speech or a prompt sounds, or waits to.</summary>
    public bool IsPlaying
    {
        get
        {
            lock (_gate) return _voice is { IsOver: false } || _prompt is { Completion.IsCompleted: false };
        }
    }

    /// <summary>Another synthesiser from the next playback on.</summary>
    /// <param name="synthesiser">Who speaks; null when nothing can be said.</param>
    /// <param name="concurrency">Texts of a playback that may be synthesised at the same time, 1 to 16. Default 1.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="concurrency"/> is outside its range.</exception>
    public void Use(ISynthesiser? synthesiser, int concurrency = 1)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(concurrency, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(concurrency, 16);
        lock (_gate) (_synthesiser, _concurrency) = (synthesiser, concurrency);
    }

    /// <summary>What sounds in the foreground, or waits to; null when nothing does.</summary>
    public OutputLayer? Foreground
    {
        get
        {
            lock (_gate)
            {
                if (_voice is { IsOver: false } voice) return voice.Layer;
                return _prompt is { Completion.IsCompleted: false } prompt ? prompt : null;
            }
        }
    }

    /// <summary>Says something: behind what the same play id has to say, or in the place of another.</summary>
    /// <param name="command">What.</param>
    /// <returns>The playback it is heard in; null for the mere end of one that is over.</returns>
    /// <exception cref="InvalidOperationException">The call is over, or there are too many layers.</exception>
    public SpeechLayer? Speak(SpeakCommand command)
    {
        ArgumentNullException.ThrowIfNull(command);
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            if (_voice is { } voice && voice.PlayId == command.PlayId && voice.TryAdd(command)) return voice.Layer;
            if (command.Text.Length == 0 && command.Pcm.IsEmpty) return null; // the end of something that is over
            Replace();
            _voice = new(_output.Speak(new() { PlayId = command.PlayId }), _output.MaxBufferedSpeech, _synthesiser, _concurrency, _onEvent, _time);
            Follow(_voice.Layer);
            _voice.TryAdd(command);
            _speaking.RemoveAll(static task => task.IsCompleted);
            _speaking.Add(_voice.Running);
            return _voice.Layer;
        }
    }

    /// <summary>Plays a source: in the foreground in the place of what sounds there, in the background beside it.</summary>
    /// <param name="source">Disposed of when it has ended, if it can be.</param>
    /// <param name="options">Null for the defaults.</param>
    /// <exception cref="InvalidOperationException">The call is over, or there are too many layers.</exception>
    public OutputLayer Play(IAudioSource source, LayerOptions? options = null)
    {
        options ??= new();
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            if (options.Role == LayerRole.Foreground) Replace();
            var layer = _output.Play(source, options);
            if (options.Role == LayerRole.Foreground) _prompt = layer;
            Follow(layer);
            return layer;
        }
    }

    /// <summary>Cuts what sounds in the foreground, as somebody has begun to speak.</summary>
    /// <param name="graceful">True lets the command being spoken come to its end (not text in pieces).</param>
    /// <param name="fade">How long it takes to fall silent when it is cut at once. Default none.</param>
    /// <returns>What was heard of the speech; null when none sounded.</returns>
    public Interruption? Interrupt(bool graceful = false, TimeSpan fade = default)
    {
        lock (_gate) return Cut(graceful, fade);
    }

    /// <summary>Waits until the speech that was completed (<see cref="SpeakCommand.EndOfStream"/>) has been heard, or was cut.</summary>
    /// <param name="cancel">Ends the waiting.</param>
    /// <exception cref="OperationCanceledException"><paramref name="cancel"/> fired.</exception>
    public Task WhenHeardAsync(CancellationToken cancel = default)
    {
        lock (_gate) return _voice is null ? Task.CompletedTask : _voice.Layer.Completion.WaitAsync(cancel);
    }

    /// <summary>Waits until all that was said or played in the foreground up to now has been heard, or was cut.</summary>
    /// <param name="cancel">Ends the waiting.</param>
    /// <returns>False when some of it was cut; true also when there was nothing.</returns>
    /// <exception cref="OperationCanceledException"><paramref name="cancel"/> fired.</exception>
    public Task<bool> MarkAsync(CancellationToken cancel = default)
    {
        lock (_gate)
        {
            if (_voice is { IsOver: false } voice) return voice.MarkAsync().WaitAsync(cancel);
            return _prompt is { } prompt ? Finished(prompt) : Task.FromResult(true);
        }

        async Task<bool> Finished(OutputLayer layer) => (await layer.Completion.WaitAsync(cancel).ConfigureAwait(false)).End == LayerEnd.Finished;
    }

    /// <summary>Holds what sounds in the foreground.</summary>
    /// <returns>False when nothing does.</returns>
    public bool Pause()
    {
        lock (_gate) return Control(static layer => layer.Pause());
    }

    /// <summary>Lets it go on.</summary>
    /// <returns>False when there is nothing.</returns>
    public bool Resume()
    {
        lock (_gate) return Control(static layer => layer.Resume());
    }

    /// <summary>Ends what it plays, and waits until nobody synthesises for it any more.</summary>
    public async ValueTask DisposeAsync()
    {
        Task[] speaking;
        lock (_gate)
        {
            _disposed = true;
            _voice?.Stop();
            _prompt?.Stop();
            speaking = [.. _speaking];
        }

        foreach (var task in speaking) await task.ConfigureAwait(false);
    }

    private void Replace() => Cut(graceful: false, fade: default);

    private Interruption? Cut(bool graceful, TimeSpan fade)
    {
        if (_prompt is { } prompt)
        {
            prompt.Stop(fade);
            _prompt = null;
        }

        if (_voice is not { IsOver: false } voice) return null;
        // Told before it is done, so that its end is told behind it.
        var heard = voice.Layer.Heard;
        _onEvent(new PlaybackInterrupted(heard) { At = _time.GetUtcNow() });
        voice.Interrupt(graceful, fade);
        _voice = null;
        return heard;
    }

    private bool Control(Action<OutputLayer> control)
    {
        var any = false;
        foreach (var layer in new[] { _voice?.Layer, _prompt })
        {
            if (layer is not { Completion.IsCompleted: false }) continue;
            control(layer);
            any = true;
        }

        return any;
    }

    private void Follow(OutputLayer layer)
    {
        _onEvent(new PlaybackStarted(layer.PlayId) { Layer = layer, At = _time.GetUtcNow() });
        _ = TellEnd();

        async Task TellEnd()
        {
            var result = await layer.Completion.ConfigureAwait(false);
            _onEvent(new PlaybackEnded(layer.PlayId, result) { Layer = layer, At = _time.GetUtcNow() });
        }
    }
}
