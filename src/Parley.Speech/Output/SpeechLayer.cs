using System.Collections.Concurrent;
using Parley.Media.Audio;

namespace Parley.Speech.Output;

/// <summary>
/// A layer that speaks: segments of text, each with the audio that a synthesiser makes of it while the first of it is already heard, in the order they were added.
/// All members may be used from any thread.
/// </summary>
public sealed class SpeechLayer : OutputLayer
{
    private const int Open = 0;
    private const int Completed = 1; // ends when all has been heard, unless it is opened again before
    private const int Over = 2;

    private readonly ConcurrentQueue<SpeechSegment> _waiting = new();
    private readonly LayeredOutputOptions _output;
    private readonly int _sampleRate;
    private volatile SpeechSegment? _current;
    private volatile SpeechSegment? _last; // heard to its end
    private volatile bool _lastSegment; // a graceful interruption: what sounds is the last
    private int _state;

    internal SpeechLayer(int sampleRate, LayeredOutputOptions output, LayerOptions options)
        : base(new Nothing(sampleRate), null, options)
    {
        _sampleRate = sampleRate;
        _output = output;
    }

    /// <summary>The segment being heard, or the next one.</summary>
    public SpeechSegment? Current => _current ?? (_waiting.TryPeek(out var next) ? next : null);

    /// <summary>Whether nothing more is to come, as far as is known.</summary>
    public bool IsCompleted => Volatile.Read(ref _state) != Open;

    /// <summary>Adds a segment behind those there are; a layer that was completed and still sounds is open again.</summary>
    /// <param name="text">What it says; more can be added to it later (<see cref="SpeechSegment.AddText"/>).</param>
    /// <param name="streaming">Whether its text comes in pieces: then a graceful interruption does not wait for its end. Default false.</param>
    /// <exception cref="InvalidOperationException">The layer is over: interrupted, or heard to its end.</exception>
    public SpeechSegment Add(string text, bool streaming = false)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (!TryReopen()) throw new InvalidOperationException("The layer is over; nothing can be added behind its end.");
        var segment = new SpeechSegment(text, streaming, _sampleRate, _output, Stopped);
        _waiting.Enqueue(segment);
        return segment;
    }

    /// <summary>Says that no more segments come: the layer ends when the last one has been heard.</summary>
    public void Complete() => Interlocked.CompareExchange(ref _state, Completed, Open);

    /// <summary>What has been heard of it, up to now.</summary>
    public Interruption Heard => Interruption.Of(PlayId, _current ?? _last);

    /// <summary>Cuts it short.</summary>
    /// <param name="graceful">True lets the segment that is being heard come to its end, unless its text is streamed or nothing of it has been heard.</param>
    /// <param name="fade">How long it takes to fall silent when it is cut at once. Default none.</param>
    /// <returns>What was heard of it, up to now.</returns>
    public Interruption Interrupt(bool graceful = false, TimeSpan fade = default)
    {
        var segment = _current;
        var heard = Heard;
        Interlocked.Exchange(ref _state, Over);
        if (graceful && segment is { Streaming: false, PlayedSamples: > 0 })
        {
            _lastSegment = true;
        }
        else
        {
            Stop(fade);
        }

        return heard;
    }

    /// <summary>Opens it again if it was completed; false when it is over.</summary>
    internal bool TryReopen() => Interlocked.CompareExchange(ref _state, Open, Completed) != Over && !Stopped.IsCancellationRequested;

    // The lane and whoever adds agree by the state: what was reopened does not end, and what has ended cannot be reopened.
    private protected override bool HasEnded => _current is null
        && (_lastSegment || (_waiting.IsEmpty && Interlocked.CompareExchange(ref _state, Over, Completed) == Completed));

    private protected override int ReadSource(Span<short> pcm)
    {
        var written = 0;
        while (written < pcm.Length)
        {
            var segment = _current;
            if (segment is null)
            {
                if (_lastSegment || !_waiting.TryDequeue(out segment)) break;
                _current = segment;
            }

            written += segment.Read(pcm[written..]);
            if (!segment.IsDrained) break; // what follows waits for what is missing
            _last = segment;
            _current = null;
            segment.Heard();
        }

        return written;
    }

    private sealed class Nothing(int sampleRate) : IAudioSource
    {
        public int SampleRate => sampleRate;

        public bool Ended => true;

        public int Read(Span<short> pcm) => 0;
    }
}
