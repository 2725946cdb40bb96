using System.Globalization;
using Parley.Media.Audio;
using Parley.Media.Files;

namespace Parley.Control;

/// <summary>Opens what commands name to be played: files of one folder, tones, URLs that are allowed.</summary>
internal sealed class SoundSources(UserAgent agent, CallControlOptions options)
{
    // What every codec carries: G.711 has 8000 samples per second, and its filters end below half of that.
    private const double Lowest = 20, Highest = 3_800;

    /// <summary>Why it cannot be played, from its name alone; null when it may be tried.</summary>
    public CommandOutcome? Refusal(string source, int repeat)
    {
        if (source.StartsWith("tone:", StringComparison.OrdinalIgnoreCase))
            return TryReadTone(source, out _, out _) ? null : new(400, $"'{source}' is no tone; write tone:440, or tone:440/2.5 for two and a half seconds");
        if (IsUrl(source, out var url))
        {
            if (options.AllowUrl?.Invoke(url) != true)
                return new(403, "This URL is not allowed");
            return repeat == 1 ? null : new(400, "What is fetched from a URL is played once");
        }

        return options.Prompts is null ? new(403, "No folder of prompts is configured")
            : FileOf(options.Prompts, source) is not { } file ? new(403, $"'{source}' is not below the folder of prompts")
            : File.Exists(file) ? null : new(404, $"There is no '{source}'");
    }

    /// <summary>Opens it for a party.</summary>
    /// <exception cref="IOException">It cannot be read.</exception>
    /// <exception cref="AudioFormatException">It is no audio that can be played here.</exception>
    public async ValueTask<IAudioSource> OpenAsync(string source, Call call, CancellationToken cancel)
    {
        if (TryReadTone(source, out var hertz, out var length))
            return new ToneSource(hertz, RateOf(call), length);
        return IsUrl(source, out var url)
            ? await HttpAudio.OpenAsync(url, agent.Http, cancellationToken: cancel).ConfigureAwait(false)
            : await ClipAsync(FileOf(options.Prompts!, source)!, call, repeat: false, cancel).ConfigureAwait(false);
    }

    /// <summary>Opens the music of those who wait; it has no end.</summary>
    /// <exception cref="IOException">It cannot be read.</exception>
    public async ValueTask<IAudioSource> OpenMusicAsync(Call call, CancellationToken cancel)
    {
        if (TryReadTone(options.HoldMusic!, out var hertz, out _))
            return new ToneSource(hertz, RateOf(call));
        try
        {
            return await ClipAsync(options.HoldMusic!, call, repeat: true, cancel).ConfigureAwait(false);
        }
        catch (AudioFormatException e)
        {
            throw new IOException(e.Message, e);
        }
    }

    private async ValueTask<IAudioSource> ClipAsync(string file, Call call, bool repeat, CancellationToken cancel) =>
        new AudioClipSource(await agent.Clips.GetAsync(file, cancel).ConfigureAwait(false), RateOf(call), repeat);

    private static int RateOf(Call call) => call.Codec?.SampleRate ?? 8000;

    private static bool IsUrl(string source, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out Uri? url) =>
        Uri.TryCreate(source, UriKind.Absolute, out url) && (url.Scheme == Uri.UriSchemeHttp || url.Scheme == Uri.UriSchemeHttps);

    private static bool TryReadTone(string source, out double hertz, out TimeSpan? length)
    {
        (hertz, length) = (0, null);
        if (!source.StartsWith("tone:", StringComparison.OrdinalIgnoreCase))
            return false;
        var parts = source["tone:".Length..].Split('/');
        if (parts.Length > 2 || !double.TryParse(parts[0], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out hertz) || hertz is < Lowest or > Highest)
            return false;
        if (parts.Length == 1)
            return true;
        if (!double.TryParse(parts[1], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var seconds) || seconds is <= 0 or > 86_400)
            return false;
        length = TimeSpan.FromSeconds(seconds);
        return true;
    }

    // A path that leaves the folder is no path of ours, however it is written.
    private static string? FileOf(string folder, string name)
    {
        if (name.Length == 0 || name.IndexOfAny(Path.GetInvalidPathChars()) >= 0 || Path.IsPathRooted(name))
            return null;
        var root = Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder)) + Path.DirectorySeparatorChar;
        var file = Path.GetFullPath(Path.Combine(root, name));
        return file.StartsWith(root, StringComparison.Ordinal) ? file : null;
    }
}
