using System.Text;
using System.Text.Json.Nodes;
using System.Threading.Channels;
using Microsoft.Extensions.Logging;

namespace Parley.Server.Voice.Sessions;

/// <summary>Commands and events of a session as lines of a file, without secrets. Whoever puts something in never waits; a disk that is too slow costs lines, and their number is the last one.</summary>
internal sealed partial class DumpFile : IAsyncDisposable
{
    // A few minutes of a busy call.
    private const int MaxWaiting = 1_024;

    private readonly Channel<string> _lines = Channel.CreateBounded<string>(new BoundedChannelOptions(MaxWaiting) { SingleReader = true });
    private readonly Task _writing;
    private long _lost;

    public DumpFile(string file, ILogger log)
    {
        Name = file;
        _writing = WriteAsync(file, log);
    }

    /// <summary>The file.</summary>
    public string Name { get; }

    /// <param name="type"><c>event</c> or <c>command</c>.</param>
    /// <param name="time">When.</param>
    /// <param name="json">It, without secrets; null when it was no JSON.</param>
    public void Add(string type, DateTimeOffset time, byte[]? json)
    {
        var line = new JsonObject { ["type"] = type, ["timestamp"] = time.ToUnixTimeMilliseconds(), ["content"] = json is null ? "(no JSON)" : Encoding.UTF8.GetString(json) };
        if (!_lines.Writer.TryWrite(line.ToJsonString()))
            _lost++;
    }

    public async ValueTask DisposeAsync()
    {
        _lines.Writer.TryComplete();
        await _writing;
    }

    private async Task WriteAsync(string file, ILogger log)
    {
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            await using var writer = new StreamWriter(file, append: true);
            await foreach (var line in _lines.Reader.ReadAllAsync())
            {
                await writer.WriteLineAsync(line);
                if (_lines.Reader.Count == 0)
                    await writer.FlushAsync();
            }

            if (_lost > 0)
                await writer.WriteLineAsync($$"""{"type":"lost","count":{{_lost}}}""");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            LogFailed(log, file, e.Message);
            _lines.Writer.TryComplete(); // the session goes on without
        }
    }

    [LoggerMessage(4, LogLevel.Warning, "{File} cannot be written: {Why}")]
    private static partial void LogFailed(ILogger log, string file, string why);
}
