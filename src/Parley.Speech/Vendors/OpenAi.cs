using System.Net.Http.Headers;

namespace Parley.Speech.Vendors;

/// <summary>Requests to servers that follow OpenAI's API.</summary>
internal static class OpenAi
{
    /// <summary>The address of an operation below a base like <c>https://host/v1</c>; an endpoint that already names the operation is taken as it is.</summary>
    public static Uri Address(Uri? endpoint, string operation)
    {
        var root = (endpoint ?? new("https://api.openai.com/v1")).AbsoluteUri.TrimEnd('/');
        if (root.EndsWith('/' + operation, StringComparison.Ordinal)) return new(root);
        if (new Uri(root).AbsolutePath.Length <= 1) root += "/v1";
        return new($"{root}/{operation}");
    }

    /// <summary>Posts and gives the reply with a good status, its body still to be read.</summary>
    /// <exception cref="SpeechVendorException">It cannot be reached, or answered with another status, or not in time.</exception>
    public static async Task<HttpResponseMessage> OpenAsync(
        string vendor, Uri address, HttpContent content, string? key, SpeechConnections connections, CancellationToken cancel)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, address) { Content = content };
        if (!string.IsNullOrEmpty(key)) request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", key);
        using var limited = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        limited.CancelAfter(connections.Limits.ResponseTimeout);
        try
        {
            var response = await connections.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, limited.Token).ConfigureAwait(false);
            if (response.IsSuccessStatusCode) return response;
            using (response)
            {
                var bytes = await ReadAsync(vendor, response, 8192, limited.Token).ConfigureAwait(false);
                throw Failures.OfStatus(vendor, response.StatusCode, $"{address.Host} answered {(int)response.StatusCode}: {Reason(bytes, key)}");
            }
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            throw new SpeechVendorException(vendor, VendorFailure.Timeout, $"no reply from {address.Host} within {connections.Limits.ResponseTimeout.TotalSeconds:0.#} s");
        }
        catch (Exception error) when (error is HttpRequestException or IOException)
        {
            throw new SpeechVendorException(vendor, VendorFailure.Unavailable, $"{address.Host} cannot be reached", null, error);
        }
    }

    /// <summary>Posts and gives the whole reply.</summary>
    /// <exception cref="SpeechVendorException">It cannot be reached, answered with another status or too much, or not in time.</exception>
    public static async Task<byte[]> PostAsync(string vendor, Uri address, HttpContent content, string? key, SpeechConnections connections, CancellationToken cancel)
    {
        using var response = await OpenAsync(vendor, address, content, key, connections, cancel).ConfigureAwait(false);
        using var limited = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        limited.CancelAfter(connections.Limits.ResponseTimeout);
        try
        {
            return await ReadAsync(vendor, response, connections.Limits.MaxReply, limited.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            throw new SpeechVendorException(vendor, VendorFailure.Timeout, "the reply did not end in time");
        }
        catch (Exception error) when (error is HttpRequestException or IOException)
        {
            throw new SpeechVendorException(vendor, VendorFailure.Closed, "the connection broke", null, error);
        }
    }

    private static async Task<byte[]> ReadAsync(string vendor, HttpResponseMessage response, int most, CancellationToken cancel)
    {
        var stream = await response.Content.ReadAsStreamAsync(cancel).ConfigureAwait(false);
        await using (stream.ConfigureAwait(false))
        {
            var bytes = new byte[4096];
            for (var length = 0; ;)
            {
                var read = await stream.ReadAsync(bytes.AsMemory(length), cancel).ConfigureAwait(false);
                length += read;
                if (read == 0) return bytes[..length];
                if (length >= most) throw new SpeechVendorException(vendor, VendorFailure.Protocol, $"a reply of more than {most} bytes");
                if (length == bytes.Length) Array.Resize(ref bytes, Math.Min(bytes.Length * 2, most));
            }
        }
    }

    /// <summary>The message of an error in OpenAI's form, or the beginning of whatever else came.</summary>
    private static string Reason(byte[] bytes, string? key)
    {
        try
        {
            using var document = Json.Parse("", bytes);
            return Failures.Clean(document.RootElement.At("error", "message").Text() ?? document.RootElement.At("error").Text(), key);
        }
        catch (SpeechVendorException)
        {
            return Failures.Clean(System.Text.Encoding.UTF8.GetString(bytes), key);
        }
    }
}
