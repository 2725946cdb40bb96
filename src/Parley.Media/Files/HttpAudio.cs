using System.Net;

namespace Parley.Media.Files;

/// <summary>Plays audio from http and https URLs: WAV while it downloads, other formats (see <see cref="AudioFile"/>) once it is there.</summary>
public static class HttpAudio
{
    /// <summary>
    /// Requests the URL and opens its audio. The download of a WAV goes on in the background, no faster than it is played; other formats are taken in
    /// first, up to <see cref="AudioFileLimits.MaxEncodedBytes"/>, within <see cref="AudioFileLimits.Timeout"/>.
    /// </summary>
    /// <param name="url">An absolute http or https URL. Which hosts may be reached is the caller's decision.</param>
    /// <param name="client">The client to use; it decides about proxies, redirects and certificates.</param>
    /// <param name="limits">How much is taken in and how long to wait; <see cref="AudioFileLimits.Default"/> when null.</param>
    /// <param name="cancellationToken">Gives up before the audio has begun.</param>
    /// <exception cref="ArgumentException">The URL is not absolute http or https.</exception>
    /// <exception cref="HttpAudioException">
    /// The server cannot be reached, or answers with another status than 200, another type than audio, or too much.
    /// </exception>
    /// <exception cref="AudioFormatException">The body is no audio that can be played here.</exception>
    /// <exception cref="TimeoutException">No answer, or no beginning of its audio, within <see cref="AudioFileLimits.Timeout"/>.</exception>
    public static async Task<AudioFileSource> OpenAsync(
        Uri url, HttpClient client, AudioFileLimits? limits = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(url);
        ArgumentNullException.ThrowIfNull(client);
        if (!url.IsAbsoluteUri || (url.Scheme != Uri.UriSchemeHttp && url.Scheme != Uri.UriSchemeHttps))
            throw new ArgumentException("The URL must be absolute and start with http:// or https://.", nameof(url));
        limits ??= AudioFileLimits.Default;
        var response = await GetAsync(url, client, limits, cancellationToken).ConfigureAwait(false);
        try
        {
            Check(response, url, limits);
            var body = await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
            // Disposing the body gives the connection up, so the response needs no owner of its own.
            return await AudioFileSource.OpenAsync(body, limits, cancellationToken).ConfigureAwait(false);
        }
        catch (AudioFormatException e)
        {
            response.Dispose();
            throw e.Of(Shown(url));
        }
        catch
        {
            response.Dispose();
            throw;
        }
    }

    /// <summary>Loads all of the audio of a URL, to be played again and again.</summary>
    /// <inheritdoc cref="OpenAsync" path="/param"/>
    /// <exception cref="ArgumentException">The URL is not absolute http or https.</exception>
    /// <exception cref="HttpAudioException">
    /// The server cannot be reached, or answers with another status than 200, another type than audio, or too much.
    /// </exception>
    /// <exception cref="AudioFormatException">The body is no audio that can be played here, or larger than <see cref="AudioFileLimits.MaxClipBytes"/>.</exception>
    /// <exception cref="TimeoutException">No answer, or not all of it, within <see cref="AudioFileLimits.Timeout"/> each.</exception>
    public static async Task<Audio.AudioClip> LoadAsync(
        Uri url, HttpClient client, AudioFileLimits? limits = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(url);
        ArgumentNullException.ThrowIfNull(client);
        if (!url.IsAbsoluteUri || (url.Scheme != Uri.UriSchemeHttp && url.Scheme != Uri.UriSchemeHttps))
            throw new ArgumentException("The URL must be absolute and start with http:// or https://.", nameof(url));
        limits ??= AudioFileLimits.Default;
        using var response = await GetAsync(url, client, limits, cancellationToken).ConfigureAwait(false);
        Check(response, url, limits);
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(limits.Timeout);
        try
        {
            using var body = await response.Content.ReadAsStreamAsync(patience.Token).ConfigureAwait(false);
            return await AudioFile.LoadAsync(body, limits, patience.Token).ConfigureAwait(false);
        }
        catch (AudioFormatException e)
        {
            throw e.Of(Shown(url));
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new TimeoutException($"{Shown(url)} did not give all of its audio within {limits.Timeout.TotalSeconds:0.#} s.");
        }
    }

    private static async Task<HttpResponseMessage> GetAsync(Uri url, HttpClient client, AudioFileLimits limits, CancellationToken ct)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(ct);
        patience.CancelAfter(limits.Timeout);
        try
        {
            return await client.GetAsync(url, HttpCompletionOption.ResponseHeadersRead, patience.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            throw new TimeoutException($"{Shown(url)} did not answer within {limits.Timeout.TotalSeconds:0.#} s.");
        }
        catch (HttpRequestException e)
        {
            throw new HttpAudioException($"{Shown(url)} cannot be reached: {e.Message}", e);
        }
    }

    private static void Check(HttpResponseMessage response, Uri url, AudioFileLimits limits)
    {
        if (response.StatusCode != HttpStatusCode.OK)
        {
            throw new HttpAudioException(
                $"{Shown(url)} answered {(int)response.StatusCode} {response.ReasonPhrase}; 200 is needed.", response.StatusCode);
        }
        // Servers without a table of types send octet-stream or nothing; then the first bytes decide, as they do of which audio it is.
        if (response.Content.Headers.ContentType?.MediaType is { } type && !MayBeAudio(type))
            throw new HttpAudioException($"{Shown(url)} is of type {type}; audio/wav, audio/mpeg or another type of audio is needed.", response.StatusCode);
        if (response.Content.Headers.ContentLength is { } length && length > limits.MaxStreamBytes)
            throw new HttpAudioException($"{Shown(url)} has {length} bytes; at most {limits.MaxStreamBytes} are played.", response.StatusCode);
    }

    private static bool MayBeAudio(string type) =>
        type.StartsWith("audio/", StringComparison.OrdinalIgnoreCase)
        || type.EndsWith("/octet-stream", StringComparison.OrdinalIgnoreCase)
        || type.Equals("application/ogg", StringComparison.OrdinalIgnoreCase); // what it was called before there was audio/ogg

    /// <summary>The URL without user, password and query, where secrets stand.</summary>
    private static string Shown(Uri url) => url.GetComponents(UriComponents.SchemeAndServer | UriComponents.Path, UriFormat.UriEscaped);
}
