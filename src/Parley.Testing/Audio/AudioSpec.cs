using System.Globalization;
using Parley.Media.Audio;
using Parley.Media.Files;

namespace Parley.Testing.Audio;

/// <summary>What an agent says: a tone, a file over and over, or nothing, which is sent as silence.</summary>
public sealed class AudioSpec
{
    // A quarter of full scale, peak to zero: loud enough to be found, far from clipping on the way.
    private static readonly double s_toneLevel = AudioLevelOf(0.25);

    private const double LowestTone = 10;
    private const double HighestTone = 20_000;
    private const int NarrowRate = 8_000;
    private const int WideRate = 48_000;

    private AudioSpec(double hertz, string? path) => (Hertz, Path) = (hertz, path);

    /// <summary>Frequency of the tone; 0 for none.</summary>
    public double Hertz { get; }

    /// <summary>The file; null for none.</summary>
    public string? Path { get; }

    /// <summary>True when nothing is heard of it.</summary>
    public bool IsSilent => Path is null && Hertz is not (>= LowestTone and <= HighestTone);

    /// <summary>A sine at a quarter of full scale. Outside of 10 to 20,000 Hz it is silence.</summary>
    public static AudioSpec Tone(double hertz) => new(hertz, null);

    /// <summary>An audio file (WAV, and with libsndfile MP3, Ogg, Opus, FLAC), over and over, two channels mixed into one.</summary>
    public static AudioSpec File(string path)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        return new(0, path);
    }

    /// <summary>Silence, sent as such.</summary>
    public static AudioSpec Silent() => new(0, null);

    /// <summary><c>tone 440 Hz</c>, <c>file prompt.wav</c> or <c>silence</c>.</summary>
    public override string ToString() =>
        Path is not null ? $"file {Path}" : IsSilent ? "silence" : string.Create(CultureInfo.InvariantCulture, $"tone {Hertz} Hz");

    /// <summary>Makes what a stream plays.</summary>
    /// <exception cref="AudioFormatException">The file is no audio that can be played here.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    internal async ValueTask<IAudioSource> OpenAsync(AudioClipCache clips, CancellationToken cancel)
    {
        if (Path is not null)
        {
            var clip = await clips.GetAsync(Path, cancel).ConfigureAwait(false);
            return clip.Samples.IsEmpty ? new SilenceSource() : new AudioClipSource(clip, repeat: true);
        }

        if (IsSilent)
            return new SilenceSource();
        // A tone that the codec cannot carry is made all the same, and filtered out on the way, as it would be from a microphone.
        var rate = Hertz < NarrowRate * 0.45 ? NarrowRate : WideRate;
        return new ToneSource(new ToneOptions { Hertz = [Hertz], LevelDbm0 = s_toneLevel, SampleRate = rate });
    }

    private static double AudioLevelOf(double amplitude) => 20 * Math.Log10(amplitude * 32767 / AudioLevel.PeakAtZeroDbm0);
}
