using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using Parley.Testing.Monitoring;
using Parley.Testing.Scenarios;
using Parley.Testing.Tests.Support;

namespace Parley.Testing.Tests.Monitoring;

/// <summary>Scenarios at their times, and what others see of them.</summary>
public sealed class MonitorTests : IDisposable
{
    private readonly ScenarioFolder _folder = new();
    private readonly HttpClient _http = new() { Timeout = TimeSpan.FromSeconds(60) };

    [Fact]
    public async Task A_run_is_counted_and_its_report_is_a_page()
    {
        _folder.Suite("a.fake", suite =>
        {
            suite.Add(ScenarioFolder.Passing("good \"one\""));
            suite.Add(ScenarioFolder.Scenario("bad", _ => throw new ScenarioException("no answer")));
        });
        await using var service = Service(Monitor("calls"));
        await using var server = await ServeAsync(service);
        Assert.Equal(HttpStatusCode.NotFound, (await _http.GetAsync(Url(server, "/report/calls"))).StatusCode);
        var answer = await _http.PostAsync(Url(server, "/run/calls"), null);
        Assert.Equal(HttpStatusCode.BadGateway, answer.StatusCode);
        var last = JsonDocument.Parse(await answer.Content.ReadAsStringAsync()).RootElement.GetProperty("last");
        Assert.Equal(("failed", "1/1 files failed"), (last.GetProperty("result").GetString(), last.GetProperty("error").GetString()));
        var metrics = await _http.GetStringAsync(Url(server, "/metrics"));
        Assert.Contains("parley_monitor_runs_total{monitor=\"calls\",result=\"failed\"} 1\n", metrics, StringComparison.Ordinal);
        Assert.Contains("parley_scenario_last_success{monitor=\"calls\",scenario=\"good \\\"one\\\"\"} 1\n", metrics, StringComparison.Ordinal);
        Assert.Contains("parley_scenario_last_success{monitor=\"calls\",scenario=\"bad\"} 0\n", metrics, StringComparison.Ordinal);
        Assert.Contains("no answer", await _http.GetStringAsync(Url(server, "/report/calls")), StringComparison.Ordinal);
        Assert.Contains("href=\"report/calls\">failed</a> bad</td>", await _http.GetStringAsync(Url(server, "/")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Asked_not_to_wait_it_says_accepted_and_runs()
    {
        var ran = new TaskCompletionSource();
        _folder.Suite("a.fake", "one", _ =>
        {
            ran.SetResult();
            return Task.CompletedTask;
        });
        await using var service = Service(Monitor("calls"));
        await using var server = await ServeAsync(service);
        Assert.Equal(HttpStatusCode.Accepted, (await _http.PostAsync(Url(server, "/run/calls?async=true"), null)).StatusCode);
        await ran.Task.WaitAsync(TimeSpan.FromSeconds(60));
        Assert.Equal(HttpStatusCode.NotFound, (await _http.PostAsync(Url(server, "/run/others"), null)).StatusCode);
    }

    [Fact]
    public async Task With_a_token_nobody_sees_anything_without_it_but_that_it_lives()
    {
        await using var service = Service(Monitor("calls"));
        await using var server = await ServeAsync(service, "long-enough");
        Assert.Equal(HttpStatusCode.OK, (await _http.GetAsync(Url(server, "/healthz"))).StatusCode);
        foreach (var path in (string[])["/", "/metrics", "/monitors", "/report/calls"])
            Assert.Equal(HttpStatusCode.Unauthorized, (await _http.GetAsync(Url(server, path))).StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await _http.PostAsync(Url(server, "/run/calls"), null)).StatusCode);
        _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", "long-enough");
        Assert.Equal(HttpStatusCode.OK, (await _http.GetAsync(Url(server, "/metrics"))).StatusCode);
    }

    [Fact]
    public async Task Without_a_token_only_this_machine_is_served_and_no_page_from_elsewhere()
    {
        await using var service = Service(Monitor("calls"));
        await Assert.ThrowsAsync<ArgumentException>(() => MonitorServer.StartAsync(new(IPAddress.Any, 0), service, null));
        await using var server = await ServeAsync(service);
        using var renamed = new HttpRequestMessage(HttpMethod.Get, Url(server, "/metrics")) { Headers = { Host = "evil.example" } };
        Assert.Equal(HttpStatusCode.Forbidden, (await _http.SendAsync(renamed)).StatusCode);
        using var posted = new HttpRequestMessage(HttpMethod.Post, Url(server, "/run/calls"));
        posted.Headers.Add("Origin", "https://evil.example");
        Assert.Equal(HttpStatusCode.Forbidden, (await _http.SendAsync(posted)).StatusCode);
    }

    [Fact]
    public async Task Monitors_run_one_after_the_other_and_one_that_takes_too_long_ends()
    {
        var (running, most) = (0, 0);
        _folder.Suite("a.fake", "one", async context =>
        {
            most = Math.Max(most, Interlocked.Increment(ref running));
            try
            {
                await Task.Delay(Timeout.Infinite, context.Cancel);
            }
            finally
            {
                Interlocked.Decrement(ref running);
            }
        });
        await using var service = Service(Monitor("a") with { TimeLimit = TimeSpan.FromMilliseconds(100) }, Monitor("b") with { TimeLimit = TimeSpan.FromMilliseconds(100) });
        var runs = await Task.WhenAll(service.Monitors.Select(one => service.RunAsync(one)));
        Assert.All(runs, run => Assert.Equal(MonitorResult.TimedOut, run.Result));
        Assert.Equal(1, most);
    }

    [Fact]
    public async Task A_path_that_is_not_there_is_an_error_of_the_run_and_not_of_the_service()
    {
        await using var service = Service(Monitor("calls") with { Paths = ["/nowhere"] });
        var run = await service.RunAsync(service.Monitors[0]);
        Assert.Equal((MonitorResult.Error, "/nowhere: there is no such file or folder"), (run.Result, run.Fault));
    }

    [Fact]
    public async Task A_monitor_with_an_interval_runs_again_and_again()
    {
        var (runs, third) = (0, new TaskCompletionSource());
        _folder.Suite("a.fake", "one", _ =>
        {
            if (Interlocked.Increment(ref runs) == 3)
                third.SetResult();
            return Task.CompletedTask;
        });
        await using var service = Service(Monitor("calls") with { Every = TimeSpan.FromMilliseconds(20) });
        service.Start();
        await third.Task.WaitAsync(TimeSpan.FromSeconds(60));
        Assert.NotNull(service.Monitors[0].Next);
    }

    public void Dispose()
    {
        _folder.Dispose();
        _http.Dispose();
    }

    private static MonitorService Service(params MonitorOptions[] monitors) => new(monitors);

    private static Task<MonitorServer> ServeAsync(MonitorService service, string? token = null) => MonitorServer.StartAsync(new(IPAddress.Loopback, 0), service, token);

    private static Uri Url(MonitorServer server, string path) => new(server.Address + path);

    private MonitorOptions Monitor(string name) => new() { Name = name, Paths = [_folder.Path], Run = new() { FrontEnds = [_folder] } };
}
