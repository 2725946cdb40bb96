using System.Globalization;
using Parley.Media.Audio;
using Parley.Media.Files;

namespace Parley.Server.Voice.Sessions;

/// <summary>Opens what agents name to be played or recorded to: files of one folder, tones, URLs that are allowed.</summary>
internal sealed class Sounds(VoiceOptions options) : IDisposable
{
    private readonly AudioClipCache _clips = new();
    private readonly HttpClient _http = new(options.Urls.CreateHandler());

    /// <summary>Opens what is to be played.</summary>
    /// <param name="name">File, <c>tone:HZ</c> or URL.</param>
    /// <param name="rate">Samples per second wanted of files and tones.</param>
    /// <param name="repeat">For ever; a URL is then loaded whole before it begins.</param>
    /// <param name="cancel">Gives up.</param>
    /// <param name="offset">How much of its beginning is left out.</param>
    /// <exception cref="ArgumentException">It may not be played, or cannot; the message says why.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public async ValueTask<IAudioSource> OpenAsync(string name, int rate, bool repeat, CancellationToken cancel, TimeSpan offset = default)
    {
        try
        {
            return await OpenKnownAsync(name, rate, repeat, offset, cancel);
        }
        catch (AudioFormatException e)
        {
            throw new ArgumentException(e.Message, nameof(name), e); // it names the file, or the URL without what may be secret
        }
        catch (Exception e) when (e is TimeoutException or UnauthorizedAccessException)
        {
            throw new IOException(e.Message, e);
        }
    }

    private async ValueTask<IAudioSource> OpenKnownAsync(string name, int rate, bool repeat, TimeSpan offset, CancellationToken cancel)
    {
        if (name.StartsWith("tone:", StringComparison.OrdinalIgnoreCase))
            return Skip(new ToneSource(Hertz(name), rate, repeat ? null : TimeSpan.FromSeconds(1)));
        if (Uri.TryCreate(name, UriKind.Absolute, out var url) && (url.Scheme == Uri.UriSchemeHttp || url.Scheme == Uri.UriSchemeHttps))
        {
            if (!options.Urls.Allows(url))
                throw new ArgumentException($"URLs of {url.Host} are not allowed here.", nameof(name));
            if (repeat)
                return new AudioClipSource(await HttpAudio.LoadAsync(url, _http, cancellationToken: cancel), rate, repeat, offset);
            return Skip(await HttpAudio.OpenAsync(url, _http, cancellationToken: cancel));
        }

        if (options.Prompts is not { } folder)
            throw new ArgumentException("The server has no folder of prompts.", nameof(name));
        var file = Below(folder, name) ?? throw new ArgumentException($"'{name}' is not below the folder of prompts.", nameof(name));
        return new AudioClipSource(await _clips.GetAsync(file, cancel), rate, repeat, offset);

        IAudioSource Skip(IAudioSource source) => offset > TimeSpan.Zero ? new SkippingSource(source, offset) : source;
    }

    /// <summary>Path of a recording.</summary>
    /// <exception cref="ArgumentException">Nothing may be recorded there.</exception>
    public string Recording(string? name, string session)
    {
        if (options.Recordings is not { } folder)
            throw new ArgumentException("The server has no folder of recordings.", nameof(name));
        var file = string.IsNullOrEmpty(name) ? session + ".wav" : name.Replace("{id}", session, StringComparison.Ordinal);
        // A name from the root that is not the folder's counts from the folder: programs were written for servers where /recordings was theirs.
        return Below(folder, file) ?? Below(folder, file.TrimStart('/')) ?? throw new ArgumentException($"'{file}' is not below the folder of recordings.", nameof(name));
    }

    /// <summary>Name of a recording below its folder, as programs are told it.</summary>
    public string NameOf(string file) => options.Recordings is { } folder ? Path.GetRelativePath(folder, file) : file;

    public void Dispose() => _http.Dispose();

    // A path that leaves the folder is no path of ours, however it is written.
    internal static string? Below(string folder, string name)
    {
        if (name.Length == 0 || name.IndexOfAny(Path.GetInvalidPathChars()) >= 0)
            return null;
        var root = Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder)) + Path.DirectorySeparatorChar;
        var file = Path.GetFullPath(Path.Combine(root, name));
        return file.StartsWith(root, StringComparison.Ordinal) ? file : null;
    }

    private static double Hertz(string name) =>
        double.TryParse(name.AsSpan(5), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var hertz) && hertz is >= 20 and <= 3_800
            ? hertz : throw new ArgumentException($"'{name}' is no tone; write tone:440, from 20 to 3800 Hz.", nameof(name));
}
