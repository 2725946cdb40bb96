using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text;
using Xunit;

namespace Parley.TestSupport;

/// <summary>A peer, the product or a sample as a process: its lines are kept, it can be interrupted, and it never outlives the test.</summary>
internal sealed partial class ChildProcess : IAsyncDisposable
{
    private const int SigInt = 2;
    private readonly Process _process;
    private readonly StringBuilder _output = new();
    private readonly Lock _gate = new();
    private int _disposed;
    private TaskCompletionSource _more = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private ChildProcess(Process process) => _process = process;

    /// <summary>Everything written to standard output and standard error so far.</summary>
    public string Output
    {
        get
        {
            lock (_gate)
                return _output.ToString();
        }
    }

    private string Name => _process.StartInfo.ArgumentList[1];

    public bool HasExited => _process.HasExited;

    public int Id => _process.Id;

    public static ChildProcess Start(string program, IEnumerable<string> arguments, string? folder = null)
    {
        // A test run that a script started with & has SIGINT ignored, and would hand that down: the child's Ctrl-C has to work.
        var start = new ProcessStartInfo("env", ["--default-signal=INT", program, .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
            WorkingDirectory = folder ?? Path.GetTempPath(),
        };
        // A peer's texts are compared, so they come in one language.
        start.Environment["LC_ALL"] = "C.UTF-8";
        start.Environment["NO_COLOR"] = "1";
        var process = Process.Start(start) ?? throw new InvalidOperationException($"{program} did not start.");
        var child = new ChildProcess(process);
        process.OutputDataReceived += (_, line) => child.Append(line.Data);
        process.ErrorDataReceived += (_, line) => child.Append(line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return child;
    }

    public Task WriteLineAsync(string line) => _process.StandardInput.WriteLineAsync(line);

    /// <summary>Waits until the output fulfils <paramref name="condition"/>; the failure shows what was written instead.</summary>
    public async Task WaitForOutputAsync(Func<string, bool> condition, TimeSpan timeout, string what)
    {
        var clock = Stopwatch.StartNew();
        while (true)
        {
            // Asked before the output is looked at: what was written before the end has then been seen.
            var ended = _process.HasExited;
            Task more;
            lock (_gate)
            {
                if (condition(_output.ToString()))
                    return;
                more = _more.Task;
            }
            if (ended || clock.Elapsed > timeout)
                Assert.Fail($"{Name}: waited {clock.Elapsed.TotalSeconds:0.0} s for {what}; it wrote:\n{Output}");
            await Task.WhenAny(more, Task.Delay(250));
        }
    }

    /// <summary>What Ctrl-C sends.</summary>
    public void Interrupt()
    {
        if (!_process.HasExited)
            _ = Kill(_process.Id, SigInt);
    }

    /// <summary>Waits for the end and returns the exit code; past the time limit the process is killed and the test fails.</summary>
    public async Task<int> WaitForExitAsync(TimeSpan timeout)
    {
        using var limit = new CancellationTokenSource(timeout);
        try
        {
            await _process.WaitForExitAsync(limit.Token);
            return _process.ExitCode;
        }
        catch (OperationCanceledException)
        {
            _process.Kill(entireProcessTree: true);
            throw new TimeoutException($"{Name} {string.Join(' ', _process.StartInfo.ArgumentList.Skip(2))} "
                + $"was still running after {timeout.TotalSeconds} s; it wrote:\n{Output}");
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
            return;
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
            await _process.WaitForExitAsync();
        }
        _process.Dispose();
    }

    private void Append(string? line)
    {
        if (line is null)
            return;
        TaskCompletionSource more;
        lock (_gate)
        {
            _output.AppendLine(line);
            more = _more;
            _more = new(TaskCreationOptions.RunContinuationsAsynchronously);
        }
        more.TrySetResult();
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Kill(int process, int signal);
}
