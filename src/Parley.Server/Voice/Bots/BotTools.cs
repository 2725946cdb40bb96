using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Parley.Speech.Dialogue;

namespace Parley.Server.Voice.Bots;

/// <summary>Web services that bots ask. Their addresses are the configuration's: a model chooses among them, and callers have no say in it.</summary>
internal sealed class BotTools(VoiceLimits limits) : IDisposable
{
    private readonly HttpClient _http = new(new SocketsHttpHandler { AllowAutoRedirect = false }) { Timeout = Timeout.InfiniteTimeSpan };

    /// <summary>Asks one.</summary>
    /// <param name="tool">Which.</param>
    /// <param name="arguments">What the model gives.</param>
    /// <param name="call">The call it is asked for.</param>
    /// <param name="cancel">Gives up.</param>
    /// <returns>Its answer, for the model.</returns>
    /// <exception cref="IOException">It did not answer as it should; the message says how.</exception>
    public async Task<string> AskAsync(DialogueTool tool, JsonElement arguments, (string Id, string Caller, string Callee) call, CancellationToken cancel)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        limit.CancelAfter(limits.ToolTimeout);
        using var content = new ByteArrayContent(Body(tool, arguments, call));
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        using var request = new HttpRequestMessage(HttpMethod.Post, tool.Url) { Content = content };
        try
        {
            using var response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, limit.Token);
            if (!response.IsSuccessStatusCode)
                throw new IOException($"{tool.Url!.Host} answered {(int)response.StatusCode}");
            await using var stream = await response.Content.ReadAsStreamAsync(limit.Token);
            var bytes = new byte[limits.MaxToolAnswer + 1];
            var length = await stream.ReadAtLeastAsync(bytes, bytes.Length, throwOnEndOfStream: false, limit.Token);
            if (length == bytes.Length)
                throw new IOException($"{tool.Url!.Host} answered with more than {limits.MaxToolAnswer} bytes");
            return Encoding.UTF8.GetString(bytes, 0, length);
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            throw new IOException($"{tool.Url!.Host} did not answer within {limits.ToolTimeout.TotalSeconds:0.#} s");
        }
        catch (HttpRequestException e)
        {
            throw new IOException($"{tool.Url!.Host} cannot be reached", e);
        }
    }

    public void Dispose() => _http.Dispose();

    private static byte[] Body(DialogueTool tool, JsonElement arguments, (string Id, string Caller, string Callee) call)
    {
        using var body = new MemoryStream();
        using (var writer = new Utf8JsonWriter(body))
        {
            writer.WriteStartObject();
            writer.WriteString("tool", tool.Name);
            writer.WritePropertyName("arguments");
            arguments.WriteTo(writer);
            writer.WriteString("sessionId", call.Id);
            writer.WriteString("caller", call.Caller);
            writer.WriteString("callee", call.Callee);
            writer.WriteEndObject();
        }

        return body.ToArray();
    }
}
