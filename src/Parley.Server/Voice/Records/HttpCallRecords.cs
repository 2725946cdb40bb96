using System.Net.Http.Headers;

namespace Parley.Server.Voice.Records;

/// <summary>Posts call records as <c>multipart/form-data</c>: the part <c>calllog.json</c>, and one for each file that goes with it.</summary>
public sealed class HttpCallRecords : ICallRecordTarget
{
    private readonly HttpClient _client = new(new SocketsHttpHandler { AllowAutoRedirect = false }) { Timeout = System.Threading.Timeout.InfiniteTimeSpan };
    private readonly Uri _url;
    private readonly IReadOnlyDictionary<string, string> _headers;

    /// <summary>Makes one.</summary>
    /// <param name="url">Where; http or https.</param>
    /// <param name="headers">Further headers of the request, e.g. a key. Default: none.</param>
    public HttpCallRecords(Uri url, IReadOnlyDictionary<string, string>? headers = null)
    {
        ArgumentNullException.ThrowIfNull(url);
        (_url, _headers) = (url, headers ?? new Dictionary<string, string>());
    }

    /// <inheritdoc/>
    public async Task SendAsync(CallRecordParcel parcel, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(parcel);
        using var form = new MultipartFormDataContent();
        var record = new ReadOnlyMemoryContent(parcel.Json);
        record.Headers.ContentType = new("application/json");
        form.Add(record, "calllog.json");
        foreach (var part in parcel.Parts)
        {
            var content = new StreamContent(File.OpenRead(part.Path)); // closed with the form
            content.Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
            form.Add(content, part.Name, part.FileName);
        }

        using var request = new HttpRequestMessage(HttpMethod.Post, _url) { Content = form };
        foreach (var (name, value) in _headers)
            request.Headers.TryAddWithoutValidation(name, value);
        using var response = await _client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancel);
        response.EnsureSuccessStatusCode();
    }

    /// <inheritdoc/>
    public void Dispose() => _client.Dispose();
}
