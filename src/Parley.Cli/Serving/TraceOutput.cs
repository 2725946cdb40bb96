using System.Text;
using Parley.Sip.Transport;

namespace Parley.Cli.Serving;

/// <summary>
/// Where <c>--trace</c> writes to: pcap or text by the file's name, <c>-</c> for standard output. What is written can be read a second later.
/// </summary>
internal sealed class TraceOutput : IAsyncDisposable
{
    private static readonly TimeSpan FlushEvery = TimeSpan.FromSeconds(1);

    private readonly Func<Task> _flush;
    private readonly IAsyncDisposable? _owned;
    private readonly CancellationTokenSource _ending = new();
    private readonly Task _flushing;

    private TraceOutput(ISipTrace trace, Func<Task> flush, IAsyncDisposable? owned)
    {
        Trace = trace;
        _flush = flush;
        _owned = owned;
        _flushing = FlushRegularlyAsync();
    }

    public ISipTrace Trace { get; }

    /// <summary>Creates the file.</summary>
    /// <exception cref="IOException">It cannot be created.</exception>
    public static TraceOutput Open(string target, TextWriter output)
    {
        if (target == "-")
        {
            // Lanes and the log write to it at the same time.
            var terminal = TextWriter.Synchronized(output);
            return new(new TextSipTrace(terminal), terminal.FlushAsync, null);
        }

        if (Path.GetExtension(target) is not (".pcap" or ".cap"))
        {
            var writer = TextWriter.Synchronized(new StreamWriter(Create(target), new UTF8Encoding(false)));
            return new(new TextSipTrace(writer), writer.FlushAsync, writer);
        }

        var stream = Stream.Synchronized(Create(target));
        return new(new PcapSipTrace(stream), stream.FlushAsync, stream);
    }

    public async ValueTask DisposeAsync()
    {
        await _ending.CancelAsync();
        await _flushing;
        await _flush();
        if (_owned is not null)
            await _owned.DisposeAsync();
        _ending.Dispose();
    }

    private static FileStream Create(string path)
    {
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write, Share = FileShare.Read, BufferSize = 64 * 1024 };
        // A trace is as confidential as the calls in it.
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        return new FileStream(path, options);
    }

    private async Task FlushRegularlyAsync()
    {
        using var timer = new PeriodicTimer(FlushEvery);
        try
        {
            while (await timer.WaitForNextTickAsync(_ending.Token))
                await _flush();
        }
        catch (OperationCanceledException)
        {
            // Disposed: that flushes once more.
        }
    }
}
