using Parley.Testing.Agents;
using Parley.Testing.Load;
using Parley.Testing.Local;
using Parley.Testing.Scenarios;
using Parley.Testing.Tests.Support;
using XDocument = System.Xml.Linq.XDocument;

namespace Parley.Testing.Tests.Load;

/// <summary>One scenario many times at once.</summary>
public sealed class LoadTests : IAsyncLifetime
{
    private readonly ScenarioFolder _folder = new();
    private LocalServer _server = null!;

    public async ValueTask InitializeAsync() => _server = await LocalServer.StartAsync();

    [Fact]
    public async Task Agents_stay_registered_from_one_run_to_the_next_and_calls_are_measured()
    {
        var registrations = 0;
        _folder.Suite("a.fake", "call", async context =>
        {
            var (a, b) = (await AddAsync(context, "A"), await AddAsync(context, "B"));
            await context.UntilAsync(() => context.Expect(a.Registered && b.Registered).IsTrue(), TimeSpan.FromSeconds(30));
            registrations = Math.Max(registrations, _server.Registrations);
            await a.DialAsync(b);
            await context.UntilAsync(() => context.Expect(b.State).IsEqualTo(AgentState.Ringing), TimeSpan.FromSeconds(30));
            await b.AcceptAsync();
            await context.UntilAsync(() => context.Expect(a.State).IsEqualTo(AgentState.Established), TimeSpan.FromSeconds(30));
        });
        var result = await RunAsync(options => options with { Agents = 6, Rate = 20, Concurrent = 3, Duration = TimeSpan.FromSeconds(1) });
        Assert.True(result.Failed == 0, string.Join('\n', result.Samples.Select(one => one.Error)));
        Assert.InRange(result.Samples.Count, 4, 21);
        Assert.InRange(result.Peak, 1, 3);
        Assert.InRange(result.Agents, 4, 6);
        Assert.InRange(registrations, 4, 6);
        Assert.True(result.Samples.Count == result.Calls, string.Join("\n", result.Samples.SelectMany(one => one.Metrics)));
        Assert.Equal(0, _server.Registrations);
    }

    [Fact]
    public async Task No_more_run_at_once_than_allowed_and_those_that_had_to_wait_are_counted()
    {
        var (running, most) = (0, 0);
        _folder.Suite("a.fake", "slow", async context =>
        {
            most = Math.Max(most, Interlocked.Increment(ref running));
            await Task.Delay(200, context.Cancel);
            Interlocked.Decrement(ref running);
        });
        var result = await RunAsync(options => options with { Rate = 50, Concurrent = 2, Duration = TimeSpan.FromSeconds(1) });
        Assert.Equal(2, most);
        Assert.Equal(2, result.Peak);
        Assert.True(result.Late > 0);
        Assert.True(result.AchievedRate < 20);
    }

    [Fact]
    public async Task A_scenario_that_does_not_pass_alone_is_not_run_a_thousand_times()
    {
        var runs = 0;
        _folder.Suite("a.fake", "bad", _ => throw new ScenarioException($"no {++runs}"));
        var fault = await Assert.ThrowsAsync<ScenarioException>(() => RunAsync());
        Assert.Equal(("the scenario does not pass alone: no 1", 1), (fault.Message, runs));
    }

    [Fact]
    public async Task Each_run_has_random_numbers_of_its_own()
    {
        var numbers = new System.Collections.Concurrent.ConcurrentBag<int>();
        _folder.Suite("a.fake", "draw", context =>
        {
            numbers.Add(context.Random.Next());
            return Task.CompletedTask;
        });
        await RunAsync(options => options with { Rate = 20, Duration = TimeSpan.FromMilliseconds(500) });
        Assert.InRange(numbers.Count, 2, 20);
        Assert.Equal(numbers.Count, numbers.Distinct().Count());
    }

    [Fact]
    public async Task Ports_that_another_program_has_are_passed_over()
    {
        const int first = 24_600;
        var others = Enumerable.Range(first, 32).Select(port => TryBind(port)).ToList();
        try
        {
            _folder.Suite("a.fake", "call", async context =>
            {
                var (a, b) = (await AddAsync(context, "A"), await AddAsync(context, "B"));
                await context.UntilAsync(() => context.Expect(a.Registered && b.Registered).IsTrue(), TimeSpan.FromSeconds(30));
                await a.DialAsync(b);
                await context.UntilAsync(() => context.Expect(b.State).IsEqualTo(AgentState.Ringing), TimeSpan.FromSeconds(30));
                await b.AcceptAsync();
                await context.UntilAsync(() => context.Expect(a.State).IsEqualTo(AgentState.Established), TimeSpan.FromSeconds(30));
            });
            var result = await RunAsync(options => options with
            {
                Agents = 2, Rate = 5, Concurrent = 1, Duration = TimeSpan.FromMilliseconds(300), Run = options.Run with { Agents = options.Run.Agents with { MediaPorts = (first, first + 399) } },
            });
            Assert.True(result.Failed == 0 && result.Calls > 0, string.Join('\n', result.Samples.Select(one => one.Error)));
        }
        finally
        {
            others.ForEach(other => other?.Dispose());
        }

        static System.Net.Sockets.UdpClient? TryBind(int port)
        {
            try
            {
                return new(new System.Net.IPEndPoint(System.Net.IPAddress.Loopback, port));
            }
            catch (System.Net.Sockets.SocketException)
            {
                // Somebody else has it: it is as taken as it should be.
                return null;
            }
        }
    }

    [Fact]
    public async Task Failures_are_counted_and_do_not_end_the_run()
    {
        var runs = 0;
        _folder.Suite("a.fake", "now and then", _ => Interlocked.Increment(ref runs) % 2 == 0 ? throw new ScenarioException("even") : Task.CompletedTask);
        var result = await RunAsync(options => options with { Rate = 20, Duration = TimeSpan.FromSeconds(1) });
        Assert.InRange(result.Failed, 1, result.Samples.Count - 1);
        Assert.All(result.Samples, one => Assert.True(one.Error is null or "even"));
    }

    [Fact]
    public async Task Which_of_several_scenarios_is_meant_has_to_be_said()
    {
        _folder.Suite("a.fake", suite =>
        {
            suite.Add(ScenarioFolder.Passing("one"));
            suite.Add(ScenarioFolder.Passing("two"));
        });
        Assert.Contains("`one`, `two` matches: name it with --scenario", (await Assert.ThrowsAsync<ScenarioUsageException>(() => RunAsync())).Message, StringComparison.Ordinal);
        var result = await RunAsync(options => options with { Run = options.Run with { Filter = new("two", [], []) }, Duration = TimeSpan.FromMilliseconds(100) });
        Assert.NotEmpty(result.Samples);
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(50, 5)]
    [InlineData(90, 9)]
    [InlineData(95, 10)]
    [InlineData(100, 10)]
    public void A_percentile_is_a_value_that_was_measured(double percent, double expected) =>
        Assert.Equal(expected, LoadResult.Percentile([1, 2, 3, 4, 5, 6, 7, 8, 9, 10], percent));

    [Fact]
    public void Nothing_measured_has_no_percentile() => Assert.Null(LoadResult.Percentile([], 50));

    [Fact]
    public void The_table_has_a_line_for_each_run_and_the_picture_is_well_formed()
    {
        var result = new LoadResult
        {
            Samples =
            [
                new(TimeSpan.Zero, TimeSpan.FromMilliseconds(1500), null, [new("A", true) { SetupMs = 80.26, Mos = 4.4 }, new("B", true) { Mos = 4.25, PacketLossPct = 0.5 }]),
                new(TimeSpan.FromSeconds(2), TimeSpan.FromMilliseconds(10), "expected \"x\",\nbut was y", []),
            ],
            Elapsed = TimeSpan.FromSeconds(3), Agents = 4, Peak = 2, Late = 0,
        };
        Assert.Equal("start_s,duration_ms,passed,setup_ms,mos,loss_pct,jitter_ms,error\n0.000,1500.0,true,80.3,4.25,0.50,,\n2.000,10.0,false,,,,,\"expected \"\"x\"\",\nbut was y\"\n", LoadFiles.Csv(result));
        Assert.Equal(7, XDocument.Parse(LoadFiles.Svg(result)).Descendants().Count(one => one.Attribute("class") is { Value: "one" or "two" }));
    }

    // Two that begin within the first second and overlap, one that ends before them.
    [Fact]
    public void The_picture_shows_how_many_ran_at_the_same_time_from_the_first_second_on()
    {
        LoadSample Sample(double start, double length) => new(TimeSpan.FromSeconds(start), TimeSpan.FromSeconds(length), null, []);
        var svg = LoadFiles.Svg(new() { Samples = [Sample(0.1, 0.2), Sample(0.4, 1), Sample(0.5, 0.1)], Elapsed = TimeSpan.FromSeconds(2), Agents = 2, Peak = 2, Late = 0 });
        var line = XDocument.Parse(svg).Descendants().First(one => one.Attribute("class")?.Value == "one").Attribute("d")!.Value;
        Assert.Equal("M64 30H544L544 95H1024", line);
    }

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        _folder.Dispose();
    }

    private static Task<Agent> AddAsync(ScenarioContext context, string name) => context.AddAgentAsync(name, new()
    {
        Username = context.Environment.Get($"{name}_USER"), Password = context.Environment.Get($"{name}_PASS"), Domain = context.Environment.Get("SIP_DOMAIN"),
    });

    private Task<LoadResult> RunAsync(Func<LoadOptions, LoadOptions>? with = null)
    {
        var options = new LoadOptions
        {
            Path = Path.Combine(_folder.Path, "a.fake"), Run = new() { FrontEnds = [_folder], LocalDomain = _server.Domain, Agents = new() { BindHost = "127.0.0.1" } },
        };
        return new LoadRunner(with?.Invoke(options) ?? options).RunAsync();
    }
}
