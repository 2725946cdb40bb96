namespace Parley.Speech.Activity;

/// <summary>How speech is told from silence.</summary>
public sealed record VoiceActivityOptions
{
    /// <summary>
    /// Name of a preset: <c>silero</c> (default), <c>ten</c> or <c>webrtc</c>. All three are Parley's own detector; they differ in how fast its judgement
    /// follows the sound (<c>ten</c>: at once, <c>silero</c>: a little smoothed) and in how little is enough (<c>webrtc</c> leans to speech). A model
    /// file comes in by <see cref="Model"/>.
    /// </summary>
    public string Type { get; init; } = "silero";

    /// <summary>Samples per second the detector works at, 8000 or 16000. Default 16000; other audio is converted. Voices are looked for below 4 kHz in both.</summary>
    public int SampleRate { get; init; } = 16000;

    /// <summary>How long there must be voice before speech is reported; the report's start is where the voice began. Default 250 ms; 0 to 5 s.</summary>
    public TimeSpan SpeechPadding { get; init; } = TimeSpan.FromMilliseconds(250);

    /// <summary>How long there must be no voice before the end of speech is reported. Default 100 ms; 20 ms to 10 s.</summary>
    public TimeSpan SilencePadding { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>Share of the frames within <see cref="SpeechPadding"/> that must have voice, above 0 up to 1. Default 0.5.</summary>
    public double Ratio { get; init; } = 0.5;

    /// <summary>
    /// Probability from which a frame has voice, above 0 and below 1. Default 0.5. Within speech 0.15 less is enough, so that soft ends of words
    /// belong to it.
    /// </summary>
    public double VoiceThreshold { get; init; } = 0.5;

    /// <summary>Longest speech; one that lasts longer is ended and begun anew, so that who buffers it can work on it. Default 50 s; 1 s to 10 min.</summary>
    public TimeSpan MaxBufferDuration { get; init; } = TimeSpan.FromSeconds(50);

    /// <summary>Silence of this length is reported, and again each time it has lasted as long once more. Null (default) reports none; from 100 ms on.</summary>
    public TimeSpan? SilenceTimeout { get; init; }

    /// <summary>Makes the model for a stream; null (default) takes Parley's own. The detector disposes of what it makes.</summary>
    public Func<IVoiceActivityModel>? Model { get; init; }

    /// <summary>The names <see cref="Type"/> may have.</summary>
    public static IReadOnlyList<string> Types { get; } = ["silero", "ten", "webrtc"];

    /// <summary>Checks the values.</summary>
    /// <exception cref="ArgumentException">One cannot be; the message says which, and what would be right.</exception>
    public void Validate()
    {
        if (!Types.Contains(Type, StringComparer.OrdinalIgnoreCase)) throw new ArgumentException($"There is no voice activity detector '{Type}'; there are {string.Join(", ", Types)}.", nameof(Type));
        if (SampleRate is not (8000 or 16000)) throw new ArgumentException($"{nameof(SampleRate)} must be 8000 or 16000, not {SampleRate}.", nameof(SampleRate));
        Check(SpeechPadding, TimeSpan.Zero, TimeSpan.FromSeconds(5), nameof(SpeechPadding));
        Check(SilencePadding, TimeSpan.FromMilliseconds(20), TimeSpan.FromSeconds(10), nameof(SilencePadding));
        Check(MaxBufferDuration, TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(10), nameof(MaxBufferDuration));
        if (SilenceTimeout is { } timeout) Check(timeout, TimeSpan.FromMilliseconds(100), TimeSpan.FromHours(24), nameof(SilenceTimeout));
        if (!(Ratio is > 0 and <= 1)) throw new ArgumentException($"{nameof(Ratio)} must be above 0 and at most 1, not {Ratio}.", nameof(Ratio));
        if (!(VoiceThreshold is > 0 and < 1)) throw new ArgumentException($"{nameof(VoiceThreshold)} must be above 0 and below 1, not {VoiceThreshold}.", nameof(VoiceThreshold));
    }

    private static void Check(TimeSpan value, TimeSpan least, TimeSpan most, string name)
    {
        if (value < least || value > most) throw new ArgumentException($"{name} must be {least.TotalMilliseconds} ms to {most.TotalMilliseconds} ms, not {value.TotalMilliseconds} ms.", name);
    }
}
