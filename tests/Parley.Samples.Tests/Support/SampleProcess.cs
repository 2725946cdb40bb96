using System.Text.RegularExpressions;
using Parley.TestSupport;
using Xunit;

namespace Parley.Samples.Tests.Support;

/// <summary>A sample running as the program it is. It never outlives its test.</summary>
internal sealed class SampleProcess : IAsyncDisposable
{
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(60);

    private readonly ChildProcess _process;

    private SampleProcess(ChildProcess process) => _process = process;

    public string Output => _process.Output;

    public static SampleProcess Start(string sample, params string[] arguments)
    {
        var folder = AppContext.BaseDirectory;
        return new(ChildProcess.Start(
            "dotnet", ["exec", "--runtimeconfig", Path.Combine(folder, "Parley.Samples.Tests.runtimeconfig.json"), Path.Combine(folder, sample + ".dll"), .. arguments]));
    }

    /// <summary>Waits for a line and returns what the pattern's first group matched.</summary>
    public async Task<string> Says(string pattern)
    {
        await _process.WaitForOutputAsync(text => Regex.IsMatch(text, pattern, RegexOptions.Multiline), s_limit, $"'{pattern}'");
        return Regex.Match(Output, pattern, RegexOptions.Multiline).Groups[^1].Value;
    }

    /// <summary>The port a sample listens on, once it does.</summary>
    public async Task<string> PortAsync(string transport = "udp") => await Says($@"Listening on .*?{transport}:[^ ,]*:(\d+)");

    /// <summary>Waits for the sample to end by itself.</summary>
    public Task<int> EndAsync() => _process.WaitForExitAsync(s_limit);

    /// <summary>Presses Ctrl-C and expects a clean end.</summary>
    public async Task StopAsync()
    {
        _process.Interrupt();
        Assert.True(await EndAsync() == 0, $"It ended with an error:\n{Output}");
    }

    public ValueTask DisposeAsync() => _process.DisposeAsync();
}
