using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.RegularExpressions;
using Xunit;

namespace Parley.Samples.Tests.Support;

/// <summary>A sample running as the program it is. It never outlives its test.</summary>
internal sealed partial class SampleProcess : IAsyncDisposable
{
    private const int SigInt = 2; // what Ctrl-C sends
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(30);

    private readonly Process _process;
    private readonly StringBuilder _output = new();
    private TaskCompletionSource _more = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private SampleProcess(Process process) => _process = process;

    public string Output
    {
        get
        {
            lock (_output)
                return _output.ToString();
        }
    }

    public static SampleProcess Start(string sample, params string[] arguments)
    {
        var folder = AppContext.BaseDirectory;
        var start = new ProcessStartInfo("dotnet")
        {
            ArgumentList = { "exec", "--runtimeconfig", Path.Combine(folder, "Parley.Samples.Tests.runtimeconfig.json"), Path.Combine(folder, sample + ".dll") },
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = Path.GetTempPath(),
        };
        foreach (var argument in arguments)
            start.ArgumentList.Add(argument);
        var process = Process.Start(start) ?? throw new InvalidOperationException($"{sample} did not start.");
        var run = new SampleProcess(process);
        process.OutputDataReceived += (_, line) => run.Append(line.Data);
        process.ErrorDataReceived += (_, line) => run.Append(line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return run;
    }

    /// <summary>Waits for a line and returns what the pattern's first group matched.</summary>
    public async Task<string> Says(string pattern)
    {
        var clock = Stopwatch.StartNew();
        while (true)
        {
            Task more;
            bool ended;
            lock (_output)
                (more, ended) = (_more.Task, _process.HasExited);
            if (Regex.Match(Output, pattern, RegexOptions.Multiline) is { Success: true } match)
                return match.Groups[^1].Value;
            Assert.False(ended || clock.Elapsed > s_limit, $"Waited {clock.Elapsed.TotalSeconds:0} s for '{pattern}' in:\n{Output}");
            await Task.WhenAny(more, Task.Delay(200));
        }
    }

    /// <summary>The port a sample listens on, once it does.</summary>
    public async Task<string> PortAsync(string transport = "udp") => await Says($@"Listening on .*?{transport}:[^ ,]*:(\d+)");

    /// <summary>Waits for the sample to end by itself.</summary>
    public async Task<int> EndAsync()
    {
        using var limit = new CancellationTokenSource(s_limit);
        await _process.WaitForExitAsync(limit.Token);
        return _process.ExitCode;
    }

    /// <summary>Presses Ctrl-C and expects a clean end.</summary>
    public async Task StopAsync()
    {
        _ = Kill(_process.Id, SigInt);
        Assert.True(await EndAsync() == 0, $"It ended with {_process.ExitCode}:\n{Output}");
    }

    public async ValueTask DisposeAsync()
    {
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
        lock (_output)
        {
            _output.AppendLine(line);
            _more.TrySetResult();
            _more = new(TaskCreationOptions.RunContinuationsAsynchronously);
        }
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Kill(int process, int signal);
}
