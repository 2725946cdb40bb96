using System.Globalization;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;

namespace Parley.Server.Voice.Records;

/// <summary>A bucket of a store that speaks Amazon's S3, with its signatures of version 4 over the whole content.</summary>
public sealed class S3ObjectStore : IObjectStore
{
    private const string Algorithm = "AWS4-HMAC-SHA256";
    private const string SignedHeaders = "content-type;host;x-amz-content-sha256;x-amz-date";

    private readonly HttpClient _client = new(new SocketsHttpHandler { AllowAutoRedirect = false }) { Timeout = System.Threading.Timeout.InfiniteTimeSpan };
    private readonly S3Options _options;
    private readonly Uri _base;

    /// <summary>Makes one.</summary>
    /// <param name="options">Which, and with which key.</param>
    public S3ObjectStore(S3Options options)
    {
        ArgumentNullException.ThrowIfNull(options);
        _options = options;
        var endpoint = options.Endpoint ?? new($"https://s3.{options.Region}.amazonaws.com");
        _base = options.PathStyle ?? options.Endpoint is not null
            ? new(endpoint, "/" + Uri.EscapeDataString(options.Bucket) + "/")
            : new UriBuilder(endpoint) { Host = $"{options.Bucket}.{endpoint.Host}", Path = "/" }.Uri;
    }

    /// <inheritdoc/>
    public async Task PutAsync(string key, Stream content, string contentType, CancellationToken cancel)
    {
        ArgumentException.ThrowIfNullOrEmpty(key);
        ArgumentNullException.ThrowIfNull(content);
        var start = content.Position;
        var hash = Convert.ToHexStringLower(await SHA256.HashDataAsync(content, cancel));
        content.Position = start;
        // Encoded once, by the rules of the signature, which are stricter than a URL's.
        var path = _base.AbsolutePath + string.Join('/', key.Split('/').Select(Uri.EscapeDataString));
        var url = new Uri(_base, path);
        var time = _options.Time.GetUtcNow().UtcDateTime.ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture);
        using var request = new HttpRequestMessage(HttpMethod.Put, url) { Content = new StreamContent(content) };
        request.Content.Headers.ContentType = MediaTypeHeaderValue.Parse(contentType);
        request.Headers.Add("x-amz-date", time);
        request.Headers.Add("x-amz-content-sha256", hash);
        request.Headers.TryAddWithoutValidation("Authorization", Authorization(_options, "PUT", path, url.Authority, contentType, hash, time));
        using var response = await _client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancel);
        response.EnsureSuccessStatusCode();
    }

    /// <inheritdoc/>
    public void Dispose() => _client.Dispose();

    /// <summary>The header that proves the key, for a request without a query.</summary>
    internal static string Authorization(S3Options options, string method, string path, string host, string contentType, string contentHash, string time)
    {
        var canonical = $"{method}\n{path}\n\ncontent-type:{contentType}\nhost:{host}\nx-amz-content-sha256:{contentHash}\nx-amz-date:{time}\n\n{SignedHeaders}\n{contentHash}";
        var scope = $"{time[..8]}/{options.Region}/s3/aws4_request";
        var toSign = $"{Algorithm}\n{time}\n{scope}\n{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(canonical)))}";
        var key = Encoding.UTF8.GetBytes("AWS4" + options.SecretKey);
        foreach (var part in scope.Split('/'))
            key = HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(part));
        var signature = Convert.ToHexStringLower(HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(toSign)));
        return $"{Algorithm} Credential={options.AccessKey}/{scope}, SignedHeaders={SignedHeaders}, Signature={signature}";
    }
}
