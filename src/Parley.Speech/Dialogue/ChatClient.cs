using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using Parley.Speech.Vendors;

namespace Parley.Speech.Dialogue;

/// <summary>A piece of a streamed reply: text, or the uses of tools at its end.</summary>
internal readonly record struct ChatPiece(string Text, IReadOnlyList<ChatToolCall>? ToolCalls = null);

/// <summary>Streaming chat with a server of OpenAI's API (<c>/chat/completions</c>, server-sent events).</summary>
internal sealed class ChatClient
{
    private const string Vendor = "llm";
    private const int MaxLine = 256 * 1024; // of one event; a token is some bytes
    private const int MaxArguments = 64 * 1024;
    private const int MaxToolCalls = 16;

    private readonly DialogueOptions _options;
    private readonly SpeechConnections _connections;
    private readonly Uri _address;

    public ChatClient(DialogueOptions options, SpeechConnections connections)
    {
        _options = options;
        _connections = connections;
        _address = OpenAi.Address(options.Endpoint, "chat/completions");
    }

    /// <summary>Asks, and gives the reply as it comes.</summary>
    /// <exception cref="SpeechVendorException">The server failed.</exception>
    public async IAsyncEnumerable<ChatPiece> AskAsync(IReadOnlyList<ChatMessage> messages, [EnumeratorCancellation] CancellationToken cancel)
    {
        using var content = new StringContent(Json.Write(writer => Write(writer, messages)), Encoding.UTF8, "application/json");
        using var response = await OpenAi.OpenAsync(Vendor, _address, content, _options.ApiKey, _connections, cancel).ConfigureAwait(false);
        var stream = await response.Content.ReadAsStreamAsync(cancel).ConfigureAwait(false);
        await using (stream.ConfigureAwait(false))
        {
            var calls = new SortedDictionary<int, (string Id, string Name, StringBuilder Arguments)>();
            var lines = new LineReader(stream, _connections.Limits.ResponseTimeout);
            var ended = false;
            while (await lines.NextAsync(cancel).ConfigureAwait(false) is { } line)
            {
                if (!line.Span.StartsWith("data:"u8)) continue; // comments keep the connection alive
                var data = line[5..];
                if (data.Span.Trim((byte)' ').SequenceEqual("[DONE]"u8))
                {
                    ended = true;
                    break;
                }

                using var document = Json.Parse(Vendor, data);
                if (document.RootElement.At("error", "message").Text() is { } error)
                    throw new SpeechVendorException(Vendor, VendorFailure.Unavailable, Failures.Clean(error, _options.ApiKey));
                var choice = document.RootElement.At("choices").First();
                Collect(calls, choice.At("delta", "tool_calls"));
                ended |= choice.At("finish_reason").Text() is not null;
                if (choice.At("delta", "content").Text() is { Length: > 0 } text) yield return new(text);
            }

            if (!ended) throw new SpeechVendorException(Vendor, VendorFailure.Closed, "the reply broke off");
            if (calls.Count > 0) yield return new("", [.. calls.Values.Select(call => new ChatToolCall(call.Id, call.Name, call.Arguments.ToString()))]);
        }
    }

    private void Write(Utf8JsonWriter writer, IReadOnlyList<ChatMessage> messages)
    {
        writer.WriteString("model", _options.Model);
        writer.WriteBoolean("stream", true);
        if (_options.Temperature is { } temperature) writer.WriteNumber("temperature", temperature);
        if (_options.MaxTokens is { } tokens) writer.WriteNumber("max_tokens", tokens);
        writer.WriteStartArray("messages");
        if (_options.SystemPrompt is { } prompt) new ChatMessage("system", prompt).Write(writer);
        foreach (var message in messages) message.Write(writer);
        writer.WriteEndArray();
        if (_options.Tools.Count == 0) return;
        writer.WriteStartArray("tools");
        foreach (var tool in _options.Tools) tool.Write(writer);
        writer.WriteEndArray();
    }

    /// <summary>A use of a tool comes in pieces: its id and name first, its arguments bit by bit.</summary>
    private static void Collect(SortedDictionary<int, (string Id, string Name, StringBuilder Arguments)> calls, JsonElement pieces)
    {
        foreach (var piece in pieces.Items())
        {
            var index = piece.At("index").Integer() ?? calls.Count;
            if (!calls.TryGetValue(index, out var call))
            {
                if (calls.Count == MaxToolCalls) throw new SpeechVendorException(Vendor, VendorFailure.Protocol, $"more than {MaxToolCalls} tools at once");
                call = ("", "", new());
            }

            call = (piece.At("id").Text() ?? call.Id, piece.At("function", "name").Text() ?? call.Name, call.Arguments);
            call.Arguments.Append(piece.At("function", "arguments").Text());
            if (call.Arguments.Length > MaxArguments) throw new SpeechVendorException(Vendor, VendorFailure.Protocol, $"arguments of more than {MaxArguments} characters");
            calls[index] = call;
        }
    }

    /// <summary>Lines of a stream; each is valid until the next is asked for.</summary>
    private sealed class LineReader(Stream stream, TimeSpan within)
    {
        private byte[] _bytes = new byte[4096];
        private int _start;
        private int _end;

        public async ValueTask<ReadOnlyMemory<byte>?> NextAsync(CancellationToken cancel)
        {
            while (true)
            {
                var length = _bytes.AsSpan(_start, _end - _start).IndexOf((byte)'\n');
                if (length >= 0)
                {
                    var line = _bytes.AsMemory(_start, length);
                    _start += length + 1;
                    return line.Span.EndsWith("\r"u8) ? line[..^1] : line;
                }

                if (_start > 0)
                {
                    _bytes.AsSpan(_start, _end - _start).CopyTo(_bytes);
                    (_start, _end) = (0, _end - _start);
                }

                if (_end == _bytes.Length)
                {
                    if (_end >= MaxLine) throw new SpeechVendorException(Vendor, VendorFailure.Protocol, $"a line of more than {MaxLine} bytes");
                    Array.Resize(ref _bytes, _bytes.Length * 2);
                }

                var read = await ReadAsync(cancel).ConfigureAwait(false);
                if (read == 0) return null;
                _end += read;
            }
        }

        private async Task<int> ReadAsync(CancellationToken cancel)
        {
            using var limited = CancellationTokenSource.CreateLinkedTokenSource(cancel);
            limited.CancelAfter(within);
            try
            {
                return await stream.ReadAsync(_bytes.AsMemory(_end), limited.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
            {
                throw new SpeechVendorException(Vendor, VendorFailure.Timeout, $"nothing came for {within.TotalSeconds:0.#} s");
            }
            catch (Exception error) when (error is IOException or HttpRequestException)
            {
                throw new SpeechVendorException(Vendor, VendorFailure.Closed, "the connection broke", null, error);
            }
        }
    }
}
