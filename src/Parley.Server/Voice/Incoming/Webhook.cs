using System.Globalization;
using System.Net.Http.Headers;
using Parley.Contracts.Voice;

namespace Parley.Server.Voice.Incoming;

/// <summary>A program that is told of incoming calls, at one URL or at several in turn. For any thread.</summary>
public sealed class Webhook
{
    private readonly Uri[] _urls;
    private int _turn = -1;

    /// <summary>Makes one.</summary>
    /// <param name="options">Where it is and how it is asked.</param>
    /// <exception cref="ArgumentException">A URL is not http or https, a header cannot be sent, or a number is out of its range.</exception>
    public Webhook(WebhookOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        (Options, _urls) = (options, [options.Url, .. options.Others]);
        if (_urls.FirstOrDefault(url => !url.IsAbsoluteUri || url.Scheme is not ("http" or "https")) is { } wrong)
            throw new ArgumentException($"'{wrong}' is no URL of a webhook; it starts with http:// or https://.", nameof(options));
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Attempts, 1, nameof(options));
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(options.Timeout, TimeSpan.Zero, nameof(options));
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(options.AcceptTimeout, TimeSpan.Zero, nameof(options));
        if (options.FallbackStatus is < 400 or > 699)
            throw new ArgumentException($"{options.FallbackStatus} is no status of a refusal; there are 400 to 699.", nameof(options));
        using var trial = Request(_urls[0], [], "0");
    }

    /// <summary>How it is asked.</summary>
    public WebhookOptions Options { get; }

    /// <summary>The URLs in the order in which they are tried for one call: each call begins with the next one.</summary>
    internal IEnumerable<Uri> Turn()
    {
        var first = (uint)Interlocked.Increment(ref _turn);
        for (var attempt = 0u; attempt < Options.Attempts; attempt++)
            yield return _urls[(first + attempt) % (uint)_urls.Length];
    }

    /// <summary>The announcement as a request.</summary>
    internal HttpRequestMessage Request(Uri url, byte[] body, string timestamp)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, url) { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        foreach (var (name, value) in Options.Headers)
        {
            if (value.AsSpan().ContainsAny('\r', '\n', '\0') || !request.Headers.TryAddWithoutValidation(name, value))
                throw new ArgumentException($"'{name}' with its value is no header that can be sent with a webhook.", nameof(url));
        }

        request.Headers.Add(WebhookSignature.TimestampHeader, timestamp);
        if (Options.Secret is { } secret)
            request.Headers.Add(WebhookSignature.SignatureHeader, WebhookSignature.Sign(secret, timestamp, body));
        return request;
    }

    /// <summary>Seconds since 1970.</summary>
    internal static string Timestamp(DateTimeOffset now) => now.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
}
