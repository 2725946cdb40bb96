using System.Diagnostics;
using System.Net.Http.Json;

namespace Parley.Interop.Tests.Harness;

/// <summary>`parley serve` as a user starts it, listening on free loopback ports for UDP, TCP and TLS.</summary>
internal sealed class ServeProcess : IAsyncDisposable
{
    private static readonly HttpClient Http = new() { Timeout = TimeSpan.FromSeconds(30) };
    private readonly ChildProcess _process;
    private readonly TempFolder _data = new();

    private ServeProcess(ChildProcess process, TempFolder data, int sipPort, int tlsPort, int httpPort)
        => (_process, _data, SipPort, TlsPort, HttpPort) = (process, data, sipPort, tlsPort, httpPort);

    /// <summary>UDP and TCP.</summary>
    public int SipPort { get; }

    public int TlsPort { get; }

    public int HttpPort { get; }

    public string Output => _process.Output;

    public int Id => _process.Id;

    public string DataFolder => _data.Path;

    public string Recordings => Path.Combine(_data.Path, "recordings");

    public static Task<ServeProcess> StartAsync(params string[] extra) => StartAsync([], null, extra);

    /// <summary>Starts it with accounts whose password is "secret", and with a parley.json.</summary>
    public static async Task<ServeProcess> StartAsync(IReadOnlyList<string> accounts, string? settings, params string[] extra)
    {
        var data = new TempFolder();
        foreach (var account in accounts)
            (await ParleyCommand.RunAsync("account", "add", account, "--password", "secret", "--data", data.Path)).AssertExit(0);
        if (settings is not null)
        {
            await File.WriteAllTextAsync(data.File("parley.json"), settings);
            extra = [.. extra, "--config", data.File("parley.json")];
        }
        int sip = Ports.Take(), tls = Ports.Take(), http = Ports.Take();
        string[] arguments =
        [
            Repository.ParleyDll, "serve",
            "--sip", $"udp:127.0.0.1:{sip}", "--sip", $"tcp:127.0.0.1:{sip}", "--sip", $"tls:127.0.0.1:{tls}", "--tls-self-signed",
            "--http", $"127.0.0.1:{http}", "--data", data.Path, .. extra,
        ];
        var serve = new ServeProcess(ChildProcess.Start("dotnet", arguments), data, sip, tls, http);
        try
        {
            await serve.WaitUntilReadyAsync();
        }
        catch
        {
            await serve.DisposeAsync();
            throw;
        }
        return serve;
    }

    /// <summary>The address of an extension on one of the transports.</summary>
    public string Uri(string extension, string transport = "udp") => transport switch
    {
        "udp" => $"sip:{extension}@127.0.0.1:{SipPort}",
        "tcp" => $"sip:{extension}@127.0.0.1:{SipPort};transport=tcp",
        "tls" => $"sip:{extension}@127.0.0.1:{TlsPort};transport=tls",
        _ => throw new ArgumentOutOfRangeException(nameof(transport), transport, "udp, tcp or tls"),
    };

    /// <summary>The counters of what is in use right now, by name.</summary>
    public async Task<IReadOnlyDictionary<string, double>> CountersAsync()
        => await Http.GetFromJsonAsync<Dictionary<string, double>>($"http://127.0.0.1:{HttpPort}/counters")
            ?? throw new InvalidDataException("/counters answered null");

    /// <summary>Waits until nothing is in use any more; transactions linger for 32 s after the last call (RFC 3261 §17).</summary>
    public async Task AssertAllBackToZeroAsync(TimeSpan within)
    {
        string[] names = ["transactions", "dialogs", "calls", "ports", "buffers", "timers"];
        var clock = Stopwatch.StartNew();
        IReadOnlyDictionary<string, double> counters;
        do
        {
            counters = await CountersAsync();
            foreach (var name in names)
                Assert.True(counters.ContainsKey(name), $"/counters has no '{name}', only {string.Join(", ", counters.Keys)}");
            if (names.All(name => counters[name] == 0))
                return;
            await Task.Delay(250);
        }
        while (clock.Elapsed < within);
        Assert.Fail($"after {within.TotalSeconds} s still in use: "
            + string.Join(", ", names.Where(name => counters[name] != 0).Select(name => $"{name} {counters[name]}")));
    }

    /// <summary>Waits until the only recording holds a tone, for so many seconds in all on one channel.</summary>
    public Task AssertRecordsAsync(int frequency, double atLeast) => Eventually.AssertAsync(() =>
    {
        var file = Directory.Exists(Recordings) ? new DirectoryInfo(Recordings).GetFiles("*.wav").SingleOrDefault() : null;
        Assert.True(file is { Length: > 44 }, $"{Recordings} holds no recording");
        _ = Tone.ChannelWith(Wav.Read(file.FullName), frequency, atLeast);
    });

    /// <summary>The only recording made so far, once it stops growing.</summary>
    public async Task<Wav> RecordingAsync()
    {
        var (clock, within) = (Stopwatch.StartNew(), Eventually.Patience);
        long before = -1;
        while (clock.Elapsed < within)
        {
            var file = Directory.Exists(Recordings) ? new DirectoryInfo(Recordings).GetFiles("*.wav").SingleOrDefault() : null;
            if (file is { Length: > 44 } && file.Length == before)
                return Wav.Read(file.FullName);
            before = file?.Length ?? -1;
            await Task.Delay(300);
        }
        throw new TimeoutException($"no finished recording in {Recordings} within {within.TotalSeconds} s");
    }

    public void Interrupt() => _process.Interrupt();

    public Task<int> WaitForExitAsync(TimeSpan timeout) => _process.WaitForExitAsync(timeout);

    /// <summary>Kills it as a power cut would: nothing is flushed.</summary>
    public ValueTask KillAsync() => _process.DisposeAsync();

    public async ValueTask DisposeAsync()
    {
        await _process.DisposeAsync();
        _data.Dispose();
    }

    private async Task WaitUntilReadyAsync()
    {
        var clock = Stopwatch.StartNew();
        while (true)
        {
            if (_process.HasExited)
                Assert.Fail($"parley serve ended at its start; it wrote:\n{Output}");
            try
            {
                _ = await CountersAsync();
                return;
            }
            catch (HttpRequestException e) when (e.StatusCode is null && clock.Elapsed < TimeSpan.FromSeconds(60))
            {
                await Task.Delay(100);
            }
            catch (HttpRequestException e)
            {
                Assert.Fail($"parley serve is not ready after {clock.Elapsed.TotalSeconds:0.0} s ({e.Message}); it wrote:\n{Output}");
            }
        }
    }
}

/// <summary>One server for all tests of a class; at the end it has to go quietly.</summary>
public sealed class ServeFixture : IAsyncLifetime
{
    internal ServeProcess Server { get; private set; } = null!;

    public async ValueTask InitializeAsync() => Server = await ServeProcess.StartAsync();

    public async ValueTask DisposeAsync()
    {
        Server.Interrupt();
        var code = await Server.WaitForExitAsync(TimeSpan.FromSeconds(45));
        var output = Server.Output;
        await Server.DisposeAsync();
        Assert.True(code == 0, $"parley serve ended with {code}; it wrote:\n{output}");
    }
}
