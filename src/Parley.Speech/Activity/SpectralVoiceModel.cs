namespace Parley.Speech.Activity;

/// <summary>Parley's own detector: features of the spectrum, weighed by a logistic function that was fitted to synthesised speech in noise.</summary>
public sealed class SpectralVoiceModel : IVoiceActivityModel
{
    // Logistic regression over five voices of espeak-ng at 8 and 16 kHz, clean and in white noise and babble at 0 to 20 dB; see docs/speech.md.
    private const double Bias = -2.153;
    private static readonly double[] s_weights = [-0.070, 3.117, 0.638, -0.917, -2.818, 3.396, 0.063, -3.008, 2.008];

    private readonly VoiceFeatures _features;
    private readonly double _follow;
    private readonly double _leaning;
    private double _logit;
    private double _probability;

    private SpectralVoiceModel(int sampleRate, double follow, double leaning)
    {
        SampleRate = sampleRate;
        _features = new(sampleRate);
        _follow = follow;
        _leaning = leaning;
    }

    /// <inheritdoc/>
    public int SampleRate { get; }

    /// <inheritdoc/>
    public int FrameSamples => _features.FrameSamples;

    /// <summary>The model of a preset.</summary>
    /// <param name="options">Of these, <see cref="VoiceActivityOptions.Type"/> and <see cref="VoiceActivityOptions.SampleRate"/> count.</param>
    /// <exception cref="ArgumentException">An option cannot be.</exception>
    public static SpectralVoiceModel Of(VoiceActivityOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        return options.Type.ToUpperInvariant() switch
        {
            "TEN" => new(options.SampleRate, 1, 0),
            "WEBRTC" => new(options.SampleRate, 0.7, 1),
            _ => new(options.SampleRate, 0.6, 0),
        };
    }

    /// <inheritdoc/>
    public double Probability(ReadOnlySpan<short> frame)
    {
        Span<double> features = stackalloc double[VoiceFeatures.Count];
        _features.Extract(frame, features, _probability);
        var logit = Bias;
        for (var i = 0; i < features.Length; i++)
            logit += s_weights[i] * features[i];
        // Attack at once, release smoothed: a syllable must not be missed, a gap within it must not end it.
        _logit += (logit > _logit ? Math.Max(_follow, 0.8) : _follow) * (logit - _logit);
        _probability = 1 / (1 + Math.Exp(-(_logit + _leaning)));
        return _probability;
    }

    /// <summary>Nothing to let go.</summary>
    public void Dispose()
    {
    }
}
