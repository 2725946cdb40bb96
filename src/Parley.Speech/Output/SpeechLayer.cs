using System.Collections.Concurrent;
using Parley.Media.Audio;

namespace Parley.Speech.Output;

/// <summary>
/// A layer that speaks: segments of text, each with the audio that a synthesiser makes of it while the first of it is already heard, in the order they were added.
/// All members may be used from any thread.
/// </summary>
public sealed class SpeechLayer : OutputLayer
{
    private readonly ConcurrentQueue<SpeechSegment> _waiting = new();
    private readonly LayeredOutputOptions _output;
    private readonly int _sampleRate;
    private volatile SpeechSegment? _current;
    private volatile SpeechSegment? _last; // heard to its end
    private volatile bool _completed;
    private volatile bool _lastSegment; // a graceful interruption: what sounds is the last

    internal SpeechLayer(int sampleRate, LayeredOutputOptions output, LayerOptions options)
        : base(new Nothing(sampleRate), null, options)
    {
        _sampleRate = sampleRate;
        _output = output;
    }

    /// <summary>The segment being heard, or the next one.</summary>
    public SpeechSegment? Current => _current ?? (_waiting.TryPeek(out var next) ? next : null);

    /// <summary>Whether <see cref="Complete"/> was called.</summary>
    public bool IsCompleted => _completed;

    /// <summary>Adds a segment behind those there are.</summary>
    /// <param name="text">What it says; more can be added to it later (<see cref="SpeechSegment.AddText"/>).</param>
    /// <param name="streaming">Whether its text comes in pieces: then a graceful interruption does not wait for its end. Default false.</param>
    /// <exception cref="InvalidOperationException">The layer was completed.</exception>
    public SpeechSegment Add(string text, bool streaming = false)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (_completed) throw new InvalidOperationException("The layer was completed; nothing can be added behind its end.");
        var segment = new SpeechSegment(text, streaming, _sampleRate, _output, Stopped);
        _waiting.Enqueue(segment);
        return segment;
    }

    /// <summary>Says that no more segments come: the layer ends when the last one has been heard.</summary>
    public void Complete() => _completed = true;

    /// <summary>Cuts it short.</summary>
    /// <param name="graceful">True lets the segment that is being heard come to its end, unless its text is streamed or nothing of it has been heard.</param>
    /// <param name="fade">How long it takes to fall silent when it is cut at once. Default none.</param>
    /// <returns>What was heard of it, up to now.</returns>
    public Interruption Interrupt(bool graceful = false, TimeSpan fade = default)
    {
        var segment = _current;
        var heard = Interruption.Of(PlayId, segment ?? _last);
        if (graceful && segment is { Streaming: false, PlayedSamples: > 0 })
        {
            _lastSegment = true;
            _completed = true;
        }
        else
        {
            _completed = true;
            Stop(fade);
        }

        return heard;
    }

    private protected override bool HasEnded => _current is null && ((_completed && _waiting.IsEmpty) || _lastSegment);

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
