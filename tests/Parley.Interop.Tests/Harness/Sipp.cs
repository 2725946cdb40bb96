using System.Globalization;

namespace Parley.Interop.Tests.Harness;

/// <summary>How a run of SIPp ended, from its own statistics file.</summary>
internal sealed record SippResult(int ExitCode, int Successful, int Failed, int Retransmissions, string Errors)
{
    public void AssertAllSuccessful(int calls)
        => Assert.True(ExitCode == 0 && Successful == calls && Failed == 0,
            $"SIPp ended with {ExitCode}: {Successful} of {calls} calls succeeded, {Failed} failed.\n{Errors}");
}

/// <summary>Debian's SIPp 3.6.1 running one scenario as caller or as callee.</summary>
internal sealed class Sipp : IAsyncDisposable
{
    private readonly ChildProcess _process;
    private readonly TempFolder _folder;

    private Sipp(ChildProcess process, TempFolder folder, int port) => (_process, _folder, Port) = (process, folder, port);

    public int Port { get; }

    /// <summary>A whole run as caller: <paramref name="extension"/> is what it dials.</summary>
    public static async Task<SippResult> CallAsync(
        string scenario, string extension, ServeProcess server, string transport = "udp", int calls = 1, int rate = 10, params string[] extra)
    {
        string[] arguments =
        [
            "-s", extension, $"127.0.0.1:{server.SipPort}", "-t", transport == "tcp" ? "t1" : "u1",
            "-m", Text(calls), "-r", Text(rate), .. extra,
        ];
        await using var sipp = Start(scenario, arguments);
        return await sipp.ResultAsync(TimeSpan.FromSeconds(120));
    }

    /// <summary>Starts it as callee, ending after <paramref name="calls"/> calls.</summary>
    public static async Task<Sipp> AnswerAsync(string scenario, string transport = "udp", int calls = 1, params string[] extra)
    {
        var sipp = Start(scenario, ["-t", transport == "tcp" ? "t1" : "u1", "-m", Text(calls), .. extra]);
        // It prints nothing when it is ready; its port says so.
        for (var tries = 0; tries < 600 && !IsTaken(sipp.Port, transport); tries++)
            await Task.Delay(50);
        return sipp;
    }

    /// <summary>Plays one party of a flow, once, against the server at <paramref name="serverPort"/>; the scenario's own keywords are given with it.</summary>
    public static async Task<Sipp> PlayAsync(
        string scenario, int serverPort, int port, IReadOnlyDictionary<string, string> keywords, bool waits)
    {
        var folder = new TempFolder();
        await File.WriteAllTextAsync(folder.File("scenario.xml"), scenario);
        var keys = keywords.SelectMany(keyword => (string[])["-key", keyword.Key, keyword.Value]);
        string[] arguments = ["-sf", folder.File("scenario.xml"), .. Common(folder, port), "-trace_msg", "-message_file", folder.File("messages.log"), "-t", "u1", "-m", "1", "-r", "1", .. keys, "-s", "service", $"127.0.0.1:{serverPort}"];
        var sipp = new Sipp(ChildProcess.Start("sipp", arguments, folder.Path), folder, port);
        for (var tries = 0; waits && tries < 600 && !IsTaken(port, "udp"); tries++)
            await Task.Delay(50);
        return sipp;
    }

    /// <summary>Waits until a party of a flow has sent or received a message that holds this.</summary>
    public Task WaitForMessageAsync(string text) => Eventually.AssertAsync(() =>
    {
        using var file = new StreamReader(new FileStream(_folder.File("messages.log"), FileMode.Open, FileAccess.Read, FileShare.ReadWrite));
        Assert.Contains(text, file.ReadToEnd(), StringComparison.Ordinal);
    });

    public async Task<SippResult> ResultAsync(TimeSpan timeout)
    {
        var code = await _process.WaitForExitAsync(timeout);
        var lines = File.Exists(_folder.File("statistics.csv")) ? await File.ReadAllLinesAsync(_folder.File("statistics.csv")) : [];
        var errors = File.Exists(_folder.File("errors.log")) ? await File.ReadAllTextAsync(_folder.File("errors.log")) : "";
        if (lines.Length < 2)
            return new(code, 0, 0, 0, errors + _process.Output);
        var names = lines[0].Split(';');
        var last = lines[^1].Split(';');
        int Value(string name) => int.Parse(last[Array.IndexOf(names, name)], CultureInfo.InvariantCulture);
        return new(code, Value("SuccessfulCall(C)"), Value("FailedCall(C)"), Value("Retransmissions(C)"), errors);
    }

    public async ValueTask DisposeAsync()
    {
        await _process.DisposeAsync();
        _folder.Dispose();
    }

    private static Sipp Start(string scenario, IEnumerable<string> arguments)
    {
        var folder = new TempFolder();
        var port = Ports.Take();
        string[] script = scenario.StartsWith("sn:", StringComparison.Ordinal) ? ["-sn", scenario[3..]] : ["-sf", Repository.Scenario(scenario)];
        return new(ChildProcess.Start("sipp", [.. script, .. Common(folder, port), .. arguments], folder.Path), folder, port);
    }

    private static string[] Common(TempFolder folder, int port) =>
    [
        "-i", "127.0.0.1", "-p", Text(port), "-mi", "127.0.0.1", "-mp", Text(Ports.Take(4)), "-cp", Text(Ports.Take()), "-nostdin",
        "-trace_stat", "-stf", folder.File("statistics.csv"), "-fd", "1", "-trace_err", "-error_file", folder.File("errors.log"),
        "-timeout", "110s", "-timeout_error",
    ];

    private static bool IsTaken(int port, string transport)
    {
        var table = File.ReadAllText(transport == "tcp" ? "/proc/net/tcp" : "/proc/net/udp");
        return table.Contains($"0100007F:{port:X4} ", StringComparison.Ordinal);
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
