using System.Text.Json;
using Parley.Cli.Terminal;
using Parley.Cli.Tests.Support;
using ParleyCli = Parley.Cli.Tests.Support.Cli;

namespace Parley.Cli.Tests.Commands;

/// <summary>The commands against a server of their own, on loopback.</summary>
public sealed class CommandTests : IAsyncLifetime, IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("parley-cli-").FullName;
    private ParleyCli.RunningCli _server = null!;
    private string _address = "", _status = "";

    public async ValueTask InitializeAsync()
    {
        _server = ParleyCli.Start(
            "serve", "--sip", "udp:127.0.0.1:0", "--sip", "tcp:127.0.0.1:0", "--http", "127.0.0.1:0", "--data", _folder, "--trace", Path.Combine(_folder, "calls.pcap"));
        await _server.LineAsync("Ready");
        _address = (await _server.LineAsync("udp:127.0.0.1:"))["udp:".Length..];
        _status = (await _server.LineAsync("Status")).Split(' ', StringSplitOptions.RemoveEmptyEntries)[1].Replace("/health,", "", StringComparison.Ordinal);
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task A_call_is_answered_and_ends_with_0()
    {
        var run = await ParleyCli.RunAsync("call", $"sip:menu@{_address}", "--dtmf", "1", "--record", Path.Combine(_folder, "heard.wav"));
        Assert.Equal((ExitCode.Success, ""), (run.ExitCode, run.Errors));
        foreach (var line in (string[])["answered: PCMU over Udp", "sent 1", "packets sent", "by this side: 200"])
            Assert.Contains(line, run.Output, StringComparison.Ordinal);
        Assert.True(new FileInfo(Path.Combine(_folder, "heard.wav")).Length > 44);
    }

    [Fact]
    public async Task A_refusal_is_shown_and_ends_with_1()
    {
        var run = await ParleyCli.RunAsync("call", $"sip:reject-486@{_address}");
        Assert.Equal(ExitCode.Failure, run.ExitCode);
        Assert.Contains("not answered: 486 Busy Here", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Json_is_one_object_a_line()
    {
        var run = await ParleyCli.RunAsync("call", $"sip:tone@{_address}", "--duration", "500ms", "--json");
        Assert.Equal(ExitCode.Success, run.ExitCode);
        var events = run.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(Name).ToList();
        Assert.Equal(["calling", "answered", "quality", "ended"], events);

        static string? Name(string line)
        {
            using var document = JsonDocument.Parse(line);
            return document.RootElement.GetProperty("event").GetString();
        }
    }

    [Fact]
    public async Task A_call_that_is_interrupted_is_hung_up()
    {
        await using var call = ParleyCli.Start("call", $"sip:echo@{_address}");
        await call.LineAsync("answered");
        await call.InterruptAsync();
        var run = await call.EndAsync();
        Assert.Equal(ExitCode.Success, run.ExitCode);
        Assert.Contains("by this side", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Options_measures_the_round_trip()
    {
        var run = await ParleyCli.RunAsync("options", $"sip:{_address}", "--count", "2", "--interval", "10ms");
        Assert.Equal(ExitCode.Success, run.ExitCode);
        Assert.Contains("200 OK from Parley/", run.Output, StringComparison.Ordinal);
        Assert.Contains("2 sent, 2 answered, 0 % lost; round trip min", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Options_without_an_answer_ends_with_1()
    {
        var run = await ParleyCli.RunAsync("options", "sip:127.0.0.1:9;transport=tcp", "--count", "1", "--timeout", "2s");
        Assert.Equal(ExitCode.Failure, run.ExitCode);
        Assert.Contains("1 sent, 0 answered, 100 % lost", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_registration_that_is_refused_ends_with_1()
    {
        var run = await ParleyCli.RunAsync("register", $"sip:alice@{_address}", "--once");
        Assert.Equal(ExitCode.Failure, run.ExitCode);
        Assert.Contains("not registered: 401", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_counters_have_exactly_the_six_that_return_to_zero()
    {
        using var http = new HttpClient();
        using var counters = JsonDocument.Parse(await http.GetStringAsync(new Uri(_status + "/counters")));
        Assert.Equal(
            ["transactions", "dialogs", "calls", "ports", "buffers", "timers"], counters.RootElement.EnumerateObject().Select(one => one.Name));
        Assert.All(counters.RootElement.EnumerateObject(), one => Assert.Equal(0, one.Value.GetInt64()));
    }

    [Fact]
    public async Task Metrics_are_what_prometheus_reads()
    {
        using var http = new HttpClient();
        var text = await http.GetStringAsync(new Uri(_status + "/metrics"));
        Assert.Contains("# TYPE parley_calls gauge\nparley_calls 0\n", text, StringComparison.Ordinal);
        Assert.Contains("# TYPE parley_calls_incoming_total counter\n", text, StringComparison.Ordinal);
        var names = text.Split('\n').Where(line => line.StartsWith("# TYPE", StringComparison.Ordinal)).ToList();
        Assert.Equal(names.Count, names.Distinct().Count());
    }

    [Theory]
    [InlineData("/health", "evil.example", 403)]
    [InlineData("/health", "localhost", 200)]
    [InlineData("/nothing", "localhost", 404)]
    public async Task Http_is_answered_by_address_only(string path, string host, int status)
    {
        using var http = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Get, _status + path) { Headers = { Host = host } };
        using var response = await http.SendAsync(request);
        Assert.Equal(status, (int)response.StatusCode);
    }

    [Fact]
    public async Task A_live_trace_shows_a_call_as_it_happens()
    {
        await using var trace = ParleyCli.Start("trace", "--live", new Uri(_status).Authority);
        await trace.LineAsync("watching");
        await ParleyCli.RunAsync("call", $"sip:reject-486@{_address}");
        await trace.LineAsync("INVITE (SDP)");
        await trace.LineAsync("486 Busy Here (INVITE)");
    }

    [Fact]
    public async Task A_trace_file_comes_back_as_a_ladder_once_the_server_has_ended()
    {
        await ParleyCli.RunAsync("call", $"sip:reject-486@{_address}");
        await _server.InterruptAsync();
        Assert.Equal(ExitCode.Success, (await _server.EndAsync()).ExitCode);
        var run = await ParleyCli.RunAsync("trace", Path.Combine(_folder, "calls.pcap"));
        Assert.Equal(ExitCode.Success, run.ExitCode);
        foreach (var step in (string[])["─ INVITE (SDP) ─", "─ 486 Busy Here (INVITE) ─", "─ ACK ─"])
            Assert.Contains(step, run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Ctrl_c_hangs_up_and_ends_with_0()
    {
        await using var call = ParleyCli.Start("call", $"sip:tone@{_address}");
        await call.LineAsync("answered");
        await _server.InterruptAsync();
        Assert.Equal(ExitCode.Success, (await _server.EndAsync()).ExitCode);
        var run = await call.EndAsync();
        Assert.Equal(ExitCode.Success, run.ExitCode);
        Assert.Contains("by the other side", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_address_in_use_is_one_line_and_1()
    {
        var run = await ParleyCli.RunAsync("serve", "--sip", $"udp:{_address}", "--http", "off", "--data", _folder);
        Assert.Equal(ExitCode.Failure, run.ExitCode);
        Assert.Contains(_address, Assert.Single(run.Errors.Split('\n', StringSplitOptions.RemoveEmptyEntries)), StringComparison.Ordinal);
        var http = await ParleyCli.RunAsync("serve", "--sip", "udp:127.0.0.1:0", "--http", new Uri(_status).Authority, "--data", _folder);
        Assert.Equal(ExitCode.Failure, http.ExitCode);
        Assert.StartsWith("parley: --http 127.0.0.1:", http.Errors, StringComparison.Ordinal);
    }
}
