using System.Text.Json.Nodes;
using System.Threading.Channels;
using Parley.Contracts.Voice;

namespace Parley.Client.Voice;

/// <summary>Commands and events of a session as lines of a file, without secrets. Whoever puts something in never waits; a disk that is too slow costs lines, and their number is the last one.</summary>
internal sealed class VoiceDump : IAsyncDisposable
{
    // A few minutes of a busy call.
    private const int MaxLines = 4_096;

    private readonly Channel<string> _lines = Channel.CreateBounded<string>(new BoundedChannelOptions(MaxLines) { SingleReader = true });
    private readonly Task _writing;
    private long _lost;

    public VoiceDump(string file, Action<VoiceLogLevel, string>? log) => _writing = WriteAsync(file, log);

    public void Add(string type, ReadOnlySpan<byte> json)
    {
        var line = new JsonObject { ["type"] = type, ["timestamp"] = TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds(), ["content"] = VoiceSecrets.Redact(json) };
        if (!_lines.Writer.TryWrite(line.ToJsonString()))
            Interlocked.Increment(ref _lost);
    }

    public async ValueTask DisposeAsync()
    {
        _lines.Writer.TryComplete();
        await _writing.ConfigureAwait(false);
    }

    private async Task WriteAsync(string file, Action<VoiceLogLevel, string>? log)
    {
        await Task.Yield(); // opening a file may take time
        try
        {
            if (Path.GetDirectoryName(Path.GetFullPath(file)) is { } folder)
                Directory.CreateDirectory(folder);
            var writer = new StreamWriter(file, append: true);
            await using (writer.ConfigureAwait(false))
            {
                await foreach (var line in _lines.Reader.ReadAllAsync().ConfigureAwait(false))
                {
                    await writer.WriteLineAsync(line).ConfigureAwait(false);
                    if (_lines.Reader.Count == 0)
                        await writer.FlushAsync().ConfigureAwait(false);
                }

                if (Interlocked.Read(ref _lost) is > 0 and var lost)
                    await writer.WriteLineAsync($$"""{"type":"lost","count":{{lost}}}""").ConfigureAwait(false);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            log?.Invoke(VoiceLogLevel.Warning, $"{file} cannot be written: {e.Message}");
            _lines.Writer.TryComplete(); // the session goes on without
        }
    }
}
