namespace Parley.Speech.Signal;

/// <summary>How <see cref="GainControl"/> brings voices to one level.</summary>
public sealed record GainControlOptions
{
    /// <summary>How far below full scale a voice is brought, dB (RMS while somebody speaks). Default 5; 0 to 60.</summary>
    public double HeadroomDecibels { get; init; } = 5;

    /// <summary>Most amplification, dB. Default 50; 0 to 60.</summary>
    public double MaxGainDecibels { get; init; } = 50;

    /// <summary>Amplification before anybody has spoken, dB. Default 15; 0 to <see cref="MaxGainDecibels"/>.</summary>
    public double InitialGainDecibels { get; init; } = 15;

    /// <summary>Fastest change of the amplification, dB a second. Default 6; above 0 up to 1000.</summary>
    public double MaxGainChangePerSecond { get; init; } = 6;

    /// <summary>Loudest that noise may become by amplification, dBFS (RMS). Default −50; −100 to 0.</summary>
    public double MaxOutputNoiseDecibels { get; init; } = -50;

    /// <summary>Frames of 10 ms with voice, one after the other, before the amplification rises. Default 12; 1 to 1000.</summary>
    public int AdjacentSpeechFrames { get; init; } = 12;

    /// <summary>Whether peaks beyond full scale are turned down smoothly instead of being clipped. Default true.</summary>
    public bool Limiter { get; init; } = true;

    /// <summary>Checks the values.</summary>
    /// <exception cref="ArgumentException">One cannot be; the message names it.</exception>
    public void Validate()
    {
        Check(HeadroomDecibels, 0, 60, nameof(HeadroomDecibels));
        Check(MaxGainDecibels, 0, 60, nameof(MaxGainDecibels));
        Check(InitialGainDecibels, 0, MaxGainDecibels, nameof(InitialGainDecibels));
        Check(MaxOutputNoiseDecibels, -100, 0, nameof(MaxOutputNoiseDecibels));
        if (!(MaxGainChangePerSecond is > 0 and <= 1000)) throw new ArgumentException($"{nameof(MaxGainChangePerSecond)} must be above 0 and at most 1000 dB/s, not {MaxGainChangePerSecond}.", nameof(MaxGainChangePerSecond));
        if (AdjacentSpeechFrames is < 1 or > 1000) throw new ArgumentException($"{nameof(AdjacentSpeechFrames)} must be 1 to 1000, not {AdjacentSpeechFrames}.", nameof(AdjacentSpeechFrames));
    }

    private static void Check(double value, double least, double most, string name)
    {
        if (!(value >= least && value <= most)) throw new ArgumentException($"{name} must be {least} to {most} dB, not {value}.", name);
    }
}
