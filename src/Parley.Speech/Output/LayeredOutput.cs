using Parley.Media.Audio;

namespace Parley.Speech.Output;

/// <summary>
/// Everything a call plays, in layers that are mixed: a voice over music that makes way for it, prompts, atmosphere. It is one source for the call's stream
/// (<c>stream.Play(output)</c>), which reads it on its media lane; layers are added and controlled from any thread, without locks that the lane could wait for.
/// Reading allocates nothing except when a layer ends.
/// </summary>
public sealed class LayeredOutput : IAudioSource, IDisposable
{
    private readonly LayeredOutputOptions _options;
    private readonly int[] _sum;
    private readonly short[] _part;
    private readonly Ducking _ducking;
    private readonly long _duckHold;
    private volatile OutputLayer[] _layers = []; // replaced, never changed
    private volatile bool _closed;
    private long _position;
    private long _lastVoice = long.MinValue / 2;

    /// <summary>Makes an output without layers.</summary>
    /// <param name="options">Null for the defaults.</param>
    /// <exception cref="ArgumentException">An option cannot be.</exception>
    public LayeredOutput(LayeredOutputOptions? options = null)
    {
        _options = options ?? new();
        _options.Validate();
        SampleRate = _options.SampleRate;
        _sum = new int[SampleRate / 50];
        _part = new short[SampleRate / 50];
        _ducking = new(OutputLayer.Linear(_options.DuckDecibels), _options.DuckAttack, _options.DuckRelease, SampleRate);
        _duckHold = (long)(_options.DuckHold.TotalSeconds * SampleRate);
    }

    /// <inheritdoc/>
    public int SampleRate { get; }

    /// <inheritdoc/>
    public bool Ended => _closed;

    internal TimeSpan MaxBufferedSpeech => _options.MaxBufferedSpeech;

    /// <summary>Layers that have not ended, oldest first.</summary>
    public IReadOnlyList<OutputLayer> Layers => _layers;

    /// <summary>Plays a source as a layer; its rate is converted if it is another.</summary>
    /// <param name="source">Read on the media lane from now on, by this layer only; disposed of when the layer ends, if it can be.</param>
    /// <param name="options">Null for the defaults.</param>
    /// <exception cref="InvalidOperationException">There are <see cref="LayeredOutputOptions.MaxLayers"/> layers already, or the output is closed.</exception>
    public OutputLayer Play(IAudioSource source, LayerOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(source);
        var layer = new OutputLayer(ResampledSource.Adapt(source, SampleRate), source, options ?? new());
        Add(layer);
        return layer;
    }

    /// <summary>Opens a layer of speech, to which segments of text with their audio are added one after the other.</summary>
    /// <param name="options">Null for the defaults.</param>
    /// <exception cref="InvalidOperationException">There are <see cref="LayeredOutputOptions.MaxLayers"/> layers already, or the output is closed.</exception>
    public SpeechLayer Speak(LayerOptions? options = null)
    {
        var layer = new SpeechLayer(SampleRate, _options, options ?? new());
        Add(layer);
        return layer;
    }

    /// <summary>The layer of a play id, the newest if several have it.</summary>
    /// <param name="playId">The id.</param>
    public OutputLayer? Find(string playId) => Array.FindLast(_layers, layer => layer.PlayId == playId);

    /// <inheritdoc/>
    public int Read(Span<short> pcm)
    {
        var written = 0;
        while (written < pcm.Length)
        {
            var part = pcm[written..][..Math.Min(pcm.Length - written, _sum.Length)];
            var count = ReadPart(part);
            written += count;
            if (count < part.Length) break;
        }

        return written;
    }

    /// <summary>Ends every layer and the output.</summary>
    public void Dispose()
    {
        _closed = true;
        // Nobody may read it any more: then who waits for its layers is told here. Ending twice does nothing.
        foreach (var layer in Interlocked.Exchange(ref _layers, []))
            layer.Finish(LayerEnd.Closed, null);
    }

    private int ReadPart(Span<short> pcm)
    {
        var sum = _sum.AsSpan(0, pcm.Length);
        sum.Clear();
        var (longest, voice) = (0, false);
        var layers = _layers;
        // Voices first: whether the background is ducked in this frame depends on them.
        foreach (var layer in layers)
        {
            if (layer.Role != LayerRole.Foreground) continue;
            var count = Mix(layer, sum, 1, 0);
            voice |= count > 0;
            longest = Math.Max(longest, count);
        }

        _position += pcm.Length;
        if (voice) _lastVoice = _position;
        var isDown = _position - _lastVoice <= _duckHold;
        var usual = _ducking.Next(isDown, pcm.Length);
        foreach (var layer in layers)
        {
            if (layer.Role != LayerRole.Background) continue;
            var (gain, step) = layer.Ducking?.Next(isDown, pcm.Length) ?? usual;
            longest = Math.Max(longest, Mix(layer, sum, gain, step));
        }

        for (var i = 0; i < longest; i++)
            pcm[i] = (short)Math.Clamp(sum[i], short.MinValue, short.MaxValue);
        return longest;
    }

    /// <summary>Adds a layer's next samples; lets it go when it has ended.</summary>
    private int Mix(OutputLayer layer, Span<int> sum, float gain, float gainStep)
    {
        var part = _part.AsSpan(0, sum.Length);
        var count = layer.Fill(part, gain, gainStep, SampleRate);
        if (count < 0)
        {
            Remove(layer);
            return 0;
        }

        for (var i = 0; i < count; i++)
            sum[i] += part[i];
        return count;
    }

    private void Add(OutputLayer layer)
    {
        while (true)
        {
            var layers = _layers;
            if (_closed) throw new InvalidOperationException("The output is closed.");
            if (layers.Length >= _options.MaxLayers) throw new InvalidOperationException($"{layers.Length} layers play already; {nameof(_options.MaxLayers)} allows no more.");
            if (Interlocked.CompareExchange(ref _layers, [.. layers, layer], layers) != layers) continue;
            if (_closed) layer.Finish(LayerEnd.Closed, null);
            return;
        }
    }

    private void Remove(OutputLayer layer)
    {
        while (true)
        {
            var layers = _layers;
            if (Interlocked.CompareExchange(ref _layers, Array.FindAll(layers, one => one != layer), layers) == layers) return;
        }
    }
}
