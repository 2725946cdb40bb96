using System.Globalization;
using System.Threading.Channels;

namespace Parley.Cli.Terminal;

/// <summary>One line per event of a call. Whoever writes never waits: behind a slow terminal lines are left out, and counted.</summary>
internal sealed class ServeLog : IAsyncDisposable
{
    // A second of calls at the rate at which nobody reads along any more.
    private const int MaxBehind = 4_096;

    // Longer than any line of ours; what is beyond came from a caller.
    private const int MaxLine = 500;

    private readonly Channel<string> _lines;
    private readonly TextWriter _output;
    private readonly Task _writing;
    private long _leftOut;

    public ServeLog(TextWriter output)
    {
        _output = output;
        var options = new BoundedChannelOptions(MaxBehind) { FullMode = BoundedChannelFullMode.DropWrite, SingleReader = true };
        _lines = Channel.CreateBounded<string>(options, _ => Interlocked.Increment(ref _leftOut));
        _writing = Task.Run(WriteAllAsync);
    }

    /// <summary>Says what a caller does or gets.</summary>
    public void Write(IncomingCall call, string what) => Write($"{call.From.Uri} {what}");

    /// <summary>Says something.</summary>
    public void Write(string what)
    {
        var time = DateTime.Now.ToString("HH:mm:ss", CultureInfo.InvariantCulture);
        _lines.Writer.TryWrite($"{time} {Printable.From(what, MaxLine)}");
    }

    /// <summary>Writes what is left.</summary>
    public async ValueTask DisposeAsync()
    {
        _lines.Writer.TryComplete();
        await _writing;
    }

    private async Task WriteAllAsync()
    {
        while (await _lines.Reader.WaitToReadAsync())
        {
            while (_lines.Reader.TryRead(out var line))
                await _output.WriteLineAsync(line);
            if (Interlocked.Exchange(ref _leftOut, 0) is > 0 and var count)
                await _output.WriteLineAsync($"({count} lines left out)");
            await _output.FlushAsync();
        }
    }
}
