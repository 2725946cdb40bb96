namespace Parley.Speech.Output;

/// <summary>How the layers of a call's output are put together.</summary>
public sealed record LayeredOutputOptions
{
    /// <summary>Samples per second of the sum; best the rate of the call's codec. 8000 to 48000, default 8000.</summary>
    public int SampleRate { get; init; } = 8000;

    /// <summary>How far background layers go down while a voice sounds, in dB, −60 to 0. Default −15.</summary>
    public double DuckDecibels { get; init; } = -15;

    /// <summary>How long they take to go down. Default 60 ms.</summary>
    public TimeSpan DuckAttack { get; init; } = TimeSpan.FromMilliseconds(60);

    /// <summary>How long they take to come back up. Default 500 ms.</summary>
    public TimeSpan DuckRelease { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>How long a voice must have been silent before they come back, so that they do not pump between words. Default 400 ms.</summary>
    public TimeSpan DuckHold { get; init; } = TimeSpan.FromMilliseconds(400);

    /// <summary>Layers that may exist at once; beyond, playing throws. Default 16: nobody hears more apart.</summary>
    public int MaxLayers { get; init; } = 16;

    /// <summary>
    /// Synthesised audio that waits to be heard in one layer; who writes more waits. Default 30 s, 480 kB at 8 kHz: a synthesiser is many times faster
    /// than a listener.
    /// </summary>
    public TimeSpan MaxBufferedSpeech { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Audio a segment must have before it is heard, unless that is all of it, against gaps in its delivery. Default 40 ms; 0 to 1 s.</summary>
    public TimeSpan Prebuffer { get; init; } = TimeSpan.FromMilliseconds(40);

    internal void Validate()
    {
        if (SampleRate is < 8000 or > 48000) throw new ArgumentException($"{nameof(SampleRate)} must be 8000 to 48000, not {SampleRate}.", nameof(SampleRate));
        if (!(DuckDecibels is >= -60 and <= 0)) throw new ArgumentException($"{nameof(DuckDecibels)} must be -60 to 0, not {DuckDecibels}.", nameof(DuckDecibels));
        if (MaxLayers < 1) throw new ArgumentException($"{nameof(MaxLayers)} must be 1 or more, not {MaxLayers}.", nameof(MaxLayers));
        if (MaxBufferedSpeech < TimeSpan.FromSeconds(1)) throw new ArgumentException($"{nameof(MaxBufferedSpeech)} must be 1 s or more, not {MaxBufferedSpeech}.", nameof(MaxBufferedSpeech));
        if (Prebuffer < TimeSpan.Zero || Prebuffer > TimeSpan.FromSeconds(1)) throw new ArgumentException($"{nameof(Prebuffer)} must be 0 to 1 s, not {Prebuffer}.", nameof(Prebuffer));
    }
}
