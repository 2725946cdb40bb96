namespace Parley.Interop.Tests.Harness;

/// <summary>Debian's kamailio 5.6 with one of the configurations in tests/peers/kamailio.</summary>
internal sealed class Kamailio : IAsyncDisposable
{
    private readonly ChildProcess _process;
    private readonly TempFolder _folder;

    private Kamailio(ChildProcess process, TempFolder folder) => (_process, _folder) = (process, folder);

    public string Log => _process.Output;

    /// <summary>Starts it and waits until it answers.</summary>
    /// <param name="configuration">outbound or carrier.</param>
    /// <param name="host">Its address; one of its own tells its messages from the phones'.</param>
    /// <param name="port">Its port.</param>
    /// <param name="words">What is filled in for the words between @.</param>
    public static async Task<Kamailio> StartAsync(string configuration, string host, int port, params (string Word, string Value)[] words)
    {
        var folder = new TempFolder();
        var text = await File.ReadAllTextAsync(Path.Combine(Repository.Peers, "kamailio", configuration + ".cfg"));
        foreach (var (word, value) in (ReadOnlySpan<(string, string)>)[("HOST", host), ("SIP", $"{port}"), .. words])
            text = text.Replace($"@{word}@", value, StringComparison.Ordinal);
        await File.WriteAllTextAsync(folder.File("kamailio.cfg"), text);
        // -DD keeps the main process in the foreground; its default memory manager is for debugging.
        var process = ChildProcess.Start(
            "kamailio", ["-f", folder.File("kamailio.cfg"), "-DD", "-E", "-m", "32", "-M", "8", "-x", "fm", "-Y", folder.Path, "-P", folder.File("pid")], folder.Path);
        var kamailio = new Kamailio(process, folder);
        for (var tries = 0; tries < 300 && !process.HasExited && !IsListening(host, port); tries++)
            await Task.Delay(100);
        Assert.True(!process.HasExited && IsListening(host, port), $"kamailio did not start; it wrote:\n{process.Output}");
        return kamailio;
    }

    public async ValueTask DisposeAsync()
    {
        // The main process takes its children with it.
        _process.Interrupt();
        for (var tries = 0; tries < 30 && !_process.HasExited; tries++)
            await Task.Delay(100);
        await _process.DisposeAsync();
        _folder.Dispose();
    }

    private static bool IsListening(string host, int port)
    {
        var address = Convert.ToHexString([.. System.Net.IPAddress.Parse(host).GetAddressBytes().Reverse()]);
        return File.ReadAllText("/proc/net/udp").Contains($"{address}:{port:X4} ", StringComparison.Ordinal);
    }
}
