using System.Diagnostics.CodeAnalysis;
using Parley.Media.Audio;
using Parley.Net.Http;

namespace Parley.Media.Files;

/// <summary>Opens the sounds that others name: files of one folder, tones (<see cref="ToneName"/>), URLs that lead where they may. For any thread.</summary>
public sealed class NamedSounds : IDisposable
{
    // From a name to where it is kept now, and from there to a mirror: what real servers need.
    private const int MaxRedirections = 5;

    private readonly string? _folder;
    private readonly UrlGuard _urls;
    private readonly AudioClipCache _clips;
    private readonly HttpClient _http;

    /// <summary>Makes one.</summary>
    /// <param name="folder">Folder of the files; null for none, and then none may be played.</param>
    /// <param name="urls">Where URLs may lead; redirections, too.</param>
    /// <param name="clips">Keeps the files; null for a cache of its own.</param>
    public NamedSounds(string? folder, UrlGuard urls, AudioClipCache? clips = null)
    {
        ArgumentNullException.ThrowIfNull(urls);
        (_folder, _urls, _clips) = (folder, urls, clips ?? new());
        var handler = urls.CreateHandler();
        (handler.AllowAutoRedirect, handler.MaxAutomaticRedirections) = (true, MaxRedirections); // each is a connection, which is judged
        _http = new(handler);
    }

    /// <summary>Whether a name is a URL that would be fetched.</summary>
    /// <param name="name">The name.</param>
    public static bool IsUrl(string name) => IsUrl(name, out _);

    /// <summary>Judges a name before anything is opened; what a URL leads to is judged when it is connected to.</summary>
    /// <param name="name">The name.</param>
    /// <exception cref="FormatException">It is no tone that can be played.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be played: there is no folder, it is not below it, or the URL may not lead there.</exception>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    public void Require(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        if (ToneName.IsTone(name))
            _ = ToneName.Parse(name);
        else if (IsUrl(name, out var url))
            Require(url);
        else
            _ = FileOf(name);
    }

    /// <summary>Opens what is named.</summary>
    /// <param name="name">File below the folder, <c>tone:HZ</c> or URL.</param>
    /// <param name="sampleRate">Samples per second wanted of files and tones; a URL gives those it has.</param>
    /// <param name="options">How it is played. Default: once, from its beginning.</param>
    /// <param name="cancellationToken">Gives up before it has begun.</param>
    /// <exception cref="FormatException">It is no tone that can be played.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be played.</exception>
    /// <exception cref="AudioFormatException">What is there cannot be played.</exception>
    /// <exception cref="IOException">It cannot be read; a <see cref="FileNotFoundException"/> when there is no such file, for a URL an <see cref="HttpAudioException"/>.</exception>
    public async ValueTask<IAudioSource> OpenAsync(string name, int sampleRate, NamedSoundOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(name);
        options ??= new();
        if (ToneName.IsTone(name))
        {
            var tone = ToneName.Parse(name);
            return Skip(new ToneSource(tone.Hertz, sampleRate, options.Repeat ? null : tone.Length ?? options.ToneLength), options.Offset);
        }

        if (!IsUrl(name, out var url))
            return new AudioClipSource(await ClipAsync(name, cancellationToken).ConfigureAwait(false), sampleRate, options.Repeat, options.Offset);
        Require(url);
        try
        {
            return options.Repeat
                ? new AudioClipSource(await HttpAudio.LoadAsync(url, _http, cancellationToken: cancellationToken).ConfigureAwait(false), sampleRate, repeat: true, options.Offset)
                : Skip(await HttpAudio.OpenAsync(url, _http, cancellationToken: cancellationToken).ConfigureAwait(false), options.Offset);
        }
        catch (TimeoutException e)
        {
            throw new HttpAudioException(e.Message, e);
        }
    }

    /// <summary>Closes the connections that wait for further URLs.</summary>
    public void Dispose() => _http.Dispose();

    private static bool IsUrl(string name, [NotNullWhen(true)] out Uri? url) =>
        Uri.TryCreate(name, UriKind.Absolute, out url) && (url.Scheme == Uri.UriSchemeHttp || url.Scheme == Uri.UriSchemeHttps);

    private static IAudioSource Skip(IAudioSource source, TimeSpan offset) => offset > TimeSpan.Zero ? new SkippingSource(source, offset) : source;

    private void Require(Uri url)
    {
        if (!_urls.Allows(url, out var refusal))
            throw new UnauthorizedAccessException(refusal);
    }

    private async ValueTask<AudioClip> ClipAsync(string name, CancellationToken cancel)
    {
        var file = FileOf(name);
        try
        {
            return await _clips.GetAsync(file, cancel).ConfigureAwait(false);
        }
        catch (UnauthorizedAccessException e)
        {
            throw new IOException($"'{name}' cannot be read by the server.", e);
        }
    }

    // Messages go to whoever named it, who has no business with the paths of this machine.
    private string FileOf(string name)
    {
        var folder = _folder ?? throw new UnauthorizedAccessException("There is no folder of files that may be played.");
        var file = FolderPath.Below(folder, name) ?? throw new UnauthorizedAccessException($"'{name}' is not below the folder of files that may be played.");
        return File.Exists(file) ? file : throw new FileNotFoundException($"There is no '{name}'.", file);
    }
}
