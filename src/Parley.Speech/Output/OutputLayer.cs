using System.Diagnostics.CodeAnalysis;
using Parley.Media.Audio;

namespace Parley.Speech.Output;

/// <summary>One playback of a <see cref="LayeredOutput"/>. All members may be used from any thread; what they ask for is heard with the next frame.</summary>
[SuppressMessage("Design", "CA1001", Justification = "The source has no timer, and its token must still tell those who ask after the layer is gone.")]
public class OutputLayer
{
    private readonly IAudioSource _source;
    private readonly object? _owned; // disposed of with the layer
    private readonly TaskCompletionSource<LayerResult> _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenSource _stopped = new();
    private readonly int _rate;
    private volatile bool _paused;
    private volatile bool _stopping;
    private float _target;   // gain asked for
    private float _glide;    // seconds it may take
    private float _gain;
    private float _reaching; // the target that _step leads to
    private float _step;
    private long _played;
    private int _finished;

    internal OutputLayer(IAudioSource source, object? owned, LayerOptions options)
    {
        _source = source;
        _owned = owned;
        _rate = source.SampleRate;
        if (options.GainDecibels is < -60 or > 20 or double.NaN)
            throw new ArgumentException($"{nameof(options.GainDecibels)} must be -60 to 20 dB, not {options.GainDecibels}.", nameof(options));
        if (options.DuckDecibels is { } duck && !(duck is >= -60 and <= 0))
            throw new ArgumentException($"{nameof(options.DuckDecibels)} must be -60 to 0 dB, not {duck}.", nameof(options));
        Ducking = options.DuckDecibels is { } floor ? new(Linear(floor), options.DuckGlide, options.DuckGlide, _rate) : null;
        PlayId = options.PlayId;
        Role = options.Role;
        _paused = options.Paused;
        _target = Linear(options.GainDecibels);
        _glide = (float)options.FadeIn.TotalSeconds;
        _gain = _glide > 0 ? 0 : _target;
        _reaching = _gain;
        Stopped = _stopped.Token;
    }

    /// <summary>Name of the playback; null for none.</summary>
    public string? PlayId { get; }

    /// <summary>What it is among the others.</summary>
    public LayerRole Role { get; }

    /// <summary>How it makes way for voices; null for as the output has it.</summary>
    internal Ducking? Ducking { get; }

    /// <summary>True while paused.</summary>
    public bool IsPaused => _paused;

    /// <summary>How much has been heard, pauses not counted.</summary>
    public TimeSpan Position => TimeSpan.FromTicks(Volatile.Read(ref _played) * TimeSpan.TicksPerSecond / _rate);

    /// <summary>Fires when it has been stopped or has ended: nothing written to it will be heard any more.</summary>
    public CancellationToken Stopped { get; }

    /// <summary>Completes when it has ended, however; it never faults.</summary>
    public Task<LayerResult> Completion => _completion.Task;

    /// <summary>Holds it; others go on.</summary>
    public void Pause() => _paused = true;

    /// <summary>Goes on where <see cref="Pause"/> stopped.</summary>
    public void Resume() => _paused = false;

    /// <summary>Sets the volume.</summary>
    /// <param name="decibels">−60 to 20; 0 leaves it as it is.</param>
    /// <param name="glide">How long the change takes. Default at once, within one frame.</param>
    /// <exception cref="ArgumentOutOfRangeException">The volume is outside that range, or the glide negative.</exception>
    public void SetVolume(double decibels, TimeSpan glide = default)
    {
        if (!(decibels is >= -60 and <= 20)) throw new ArgumentOutOfRangeException(nameof(decibels), decibels, "The volume must be -60 to 20 dB.");
        ArgumentOutOfRangeException.ThrowIfLessThan(glide, TimeSpan.Zero);
        Volatile.Write(ref _glide, (float)glide.TotalSeconds);
        Volatile.Write(ref _target, Linear(decibels));
    }

    /// <summary>Ends it.</summary>
    /// <param name="fade">How long it takes to fall silent. Default at once.</param>
    /// <exception cref="ArgumentOutOfRangeException">The fade is negative.</exception>
    public void Stop(TimeSpan fade = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(fade, TimeSpan.Zero);
        Volatile.Write(ref _glide, (float)fade.TotalSeconds);
        Volatile.Write(ref _target, 0);
        _stopping = true;
        _stopped.Cancel();
    }

    internal static float Linear(double decibels) => (float)Math.Pow(10, decibels / 20);

    /// <summary>On the lane: gives the next samples at this layer's volume; −1 when it has ended.</summary>
    internal int Fill(Span<short> pcm, float gain, float gainStep, int sampleRate)
    {
        if (_stopping && (_gain <= 0 || Volatile.Read(ref _glide) <= 0 || _paused))
        {
            Finish(LayerEnd.Stopped, null);
            return -1;
        }

        if (_paused) return 0;
        int count;
        try
        {
            count = ReadSource(pcm);
            if (count == 0 && HasEnded)
            {
                Finish(_stopping ? LayerEnd.Stopped : LayerEnd.Finished, null);
                return -1;
            }
        }
        catch (Exception error) // the boundary to a user's source: its fault ends this layer and nothing else
        {
            Finish(LayerEnd.Failed, error);
            return -1;
        }

        Amplify(pcm[..count], gain, gainStep, sampleRate);
        Volatile.Write(ref _played, _played + count);
        return count;
    }

    private protected virtual bool HasEnded => _source.Ended;

    private protected virtual int ReadSource(Span<short> pcm) => _source.Read(pcm);

    /// <summary>Tells everybody that it has ended; the first reason counts.</summary>
    internal void Finish(LayerEnd end, Exception? error)
    {
        if (Interlocked.Exchange(ref _finished, 1) != 0) return;
        _completion.TrySetResult(new(end, Position, error));
        // Not here: this is the media lane, and both callbacks and files take their time.
        _ = Task.Run(async () =>
        {
            await _stopped.CancelAsync().ConfigureAwait(false);
            if (_owned is IAsyncDisposable asynchronous) await asynchronous.DisposeAsync().ConfigureAwait(false);
            else if (_owned is IDisposable disposable) disposable.Dispose();
        });
    }

    private void Amplify(Span<short> pcm, float gain, float gainStep, int sampleRate)
    {
        var target = Volatile.Read(ref _target);
        if (_gain == target && gain * _gain == 1 && gainStep == 0) return;
        if (_reaching != target)
        {
            _reaching = target;
            _step = (target - _gain) / Math.Max(Volatile.Read(ref _glide) * sampleRate, pcm.Length); // a frame at least, so that nothing clicks
        }

        var step = _gain == target ? 0 : _step;
        foreach (ref var sample in pcm)
        {
            if (step != 0)
            {
                _gain += step;
                if (step > 0 ? _gain >= target : _gain <= target) (_gain, step) = (target, 0);
            }

            gain += gainStep;
            sample = (short)Math.Clamp(sample * _gain * gain, short.MinValue, short.MaxValue);
        }
    }
}
