using Parley.Testing.Agents;
using Parley.Testing.Audio;
using Parley.Testing.Expectations;
using Parley.Testing.Local;
using Parley.Testing.Reports;
using Parley.Testing.Scenarios;
using Parley.Testing.Tests.Support;

namespace Parley.Testing.Tests.Scenarios;

/// <summary>Scenarios with agents on loopback: what they tell, and what is left of them.</summary>
public sealed class ScenarioAgentTests : IAsyncLifetime
{
    private readonly ScenarioFolder _folder = new();
    private readonly System.Collections.Concurrent.ConcurrentBag<AgentSession> _sessions = [];
    private LocalServer _server = null!;

    public async ValueTask InitializeAsync() => _server = await LocalServer.StartAsync();

    [Fact]
    public async Task A_call_is_told_step_by_step_and_measured_at_its_end()
    {
        _folder.Suite("a.fake", "call", CallAsync);
        var recorder = new ScenarioRecorder();
        var run = await RunAsync(options => options with { Metrics = true, Details = true }, recorder);
        Assert.True(run.Result.IsSuccess, string.Join('\n', run.Events.Select(EventText.Line)));
        Assert.Equal(["A", "B"], run.Events.OfType<AgentConnected>().Select(one => one.Name));
        Assert.Equal(["dial", "accept", "send_audio", "hangup"], run.Events.OfType<ActionTaken>().Select(one => one.Kind));
        // Of those that were polled the last one each, and none before it held.
        Assert.All(run.Events.OfType<Asserted>(), one => Assert.True(one.Ok));
        var metrics = run.Events.OfType<Measured>().ToList();
        Assert.All(metrics, one => Assert.True(one is { Registered: true, Mos: > 3, Scenario: "call" }));
        Assert.NotNull(metrics[0].SetupMs);
        Assert.Null(metrics[1].SetupMs);
        Assert.Contains(run.Events.OfType<AgentMessages>().First().Messages, one => one.Label == "INVITE (SDP)");
        Assert.Contains(run.Events.OfType<AgentLevels>(), one => one.Agent == "A" && one.Sent.Max() > 0.1);
        var page = HtmlReport.Text(recorder);
        Assert.Equal(3, page.Split("<svg").Length - 1);
        Assert.Contains(">A</text>", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Why_an_agent_is_not_registered_is_told()
    {
        _server.Allow("a", "right");
        _folder.Suite("a.fake", "wrong password", async context =>
        {
            var a = await context.AddAgentAsync("A", new() { Username = "a", Password = "wrong", Domain = _server.Domain });
            await context.UntilAsync(() => context.Expect(a.RegistrationReason).IsNotEqualTo(""), TimeSpan.FromSeconds(30));
        });
        var run = await RunAsync();
        Assert.True(run.Result.IsSuccess, string.Join('\n', run.Events.Select(EventText.Line)));
        Assert.Equal(("A", "register_failed"), run.Events.OfType<ActionTaken>().Select(one => (one.Agent, one.Kind)).First());
        Assert.StartsWith("40", run.Events.OfType<ActionTaken>().First().Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Whatever_a_scenario_throws_its_agents_calls_and_registrations_are_gone()
    {
        _folder.Suite("a.fake", "call", async context =>
        {
            var (a, b) = await PairAsync(context);
            await a.DialAsync(b);
            await context.UntilAsync(() => context.Expect(b.State).IsEqualTo(AgentState.Ringing), TimeSpan.FromSeconds(30));
            await b.AcceptAsync();
            await context.UntilAsync(() => context.Expect(a.State).IsEqualTo(AgentState.Established), TimeSpan.FromSeconds(30));
            throw new ScenarioException("in the middle of it");
        });
        var run = await RunAsync();
        Assert.Equal("in the middle of it", run.ErrorOf("call"));
        Assert.All(_sessions, session => Assert.True(session.Leftovers.IsClean, $"{session.Leftovers}"));
        Assert.Equal(0, _server.Registrations);
    }

    [Fact]
    public async Task Parallel_scenarios_of_one_script_do_not_take_each_others_calls()
    {
        _folder.Suite("a.fake", suite =>
        {
            foreach (var i in Enumerable.Range(0, 4))
                suite.Add(ScenarioFolder.Scenario($"call {i}", CallAsync));
        });
        var run = await RunAsync(options => options with { Parallel = 4 });
        Assert.True(run.Result.IsSuccess, string.Join('\n', run.Events.Select(EventText.Line)));
        Assert.Equal(8, run.Events.OfType<AgentConnected>().Select(one => one.Aor).Distinct().Count());
    }

    [Fact]
    public async Task A_wait_fails_as_soon_as_a_call_is_dropped()
    {
        _folder.Suite("a.fake", "call", async context =>
        {
            var (a, b) = await PairAsync(context);
            await a.DialAsync(b);
            await context.UntilAsync(() => context.Expect(b.State).IsEqualTo(AgentState.Ringing), TimeSpan.FromSeconds(30));
            await b.AcceptAsync();
            await context.UntilAsync(() => context.Expect(a.State).IsEqualTo(AgentState.Established), TimeSpan.FromSeconds(30));
            var waiting = context.WaitAsync(TimeSpan.FromMinutes(10));
            await b.HangupAsync();
            await waiting;
        });
        var run = await RunAsync();
        Assert.Matches("^call on `[AB]` dropped during wait — reason: ", run.ErrorOf("call"));
        Assert.Equal(600, run.Events.OfType<Waited>().Single().Seconds);
    }

    [Fact]
    public async Task Audio_is_saved_where_it_is_asked_for()
    {
        _folder.Suite("a.fake", "call", CallAsync);
        var audio = Path.Combine(_folder.Path, "audio");
        var run = await RunAsync(options => options with { AudioFolder = audio });
        Assert.True(run.Result.IsSuccess, string.Join('\n', run.Events.Select(EventText.Line)));
        Assert.Equal(4, Directory.GetFiles(Path.Combine(audio, "a-call"), "*.wav").Length);
        await RunAsync(options => options with { AudioFolder = audio });
        Assert.Equal(4, Directory.GetFiles(Path.Combine(audio, "a-call-2"), "*.wav").Length);
    }

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        _folder.Dispose();
    }

    private async Task<RunRecord> RunAsync(Func<ScenarioRunOptions, ScenarioRunOptions>? with = null, params IScenarioObserver[] more)
    {
        var options = new ScenarioRunOptions { FrontEnds = [_folder], LocalDomain = _server.Domain, Agents = new() { BindHost = "127.0.0.1" } };
        var record = new RunRecord();
        record.Result = await new ScenarioRunner(with?.Invoke(options) ?? options).RunAsync([_folder.Path], [record, .. more]);
        return record;
    }

    private async Task<(Agent A, Agent B)> PairAsync(ScenarioContext context)
    {
        AgentOptions Account(string name) => new()
        {
            Username = context.Environment.Get($"{name}_USER"), Password = context.Environment.Get($"{name}_PASS"), Domain = context.Environment.Get("SIP_DOMAIN"),
        };
        var (a, b) = (await context.AddAgentAsync("A", Account("A")), await context.AddAgentAsync("B", Account("B")));
        _sessions.Add(context.Session);
        await context.UntilAsync(() => Expect.That(a.Registered && b.Registered).IsTrue(), TimeSpan.FromSeconds(30));
        return (a, b);
    }

    private async Task CallAsync(ScenarioContext context)
    {
        var (a, b) = await PairAsync(context);
        await a.DialAsync(b);
        await context.UntilAsync(() => context.Expect(b.State).IsEqualTo(AgentState.Ringing), TimeSpan.FromSeconds(30));
        await b.AcceptAsync();
        await context.UntilAsync(() => context.Expect(a.State).IsEqualTo(AgentState.Established), TimeSpan.FromSeconds(30));
        await a.SendAudioAsync(AudioSpec.Tone(440));
        await b.VerifyAudioAsync(440, TimeSpan.FromSeconds(6));
        await context.UntilAsync(() => context.Expect(a.Quality?.Mos is not null && b.Quality?.Mos is not null).IsTrue(), TimeSpan.FromSeconds(30));
        await a.HangupAsync();
        await context.UntilAsync(() => context.Expect(b.State).IsEqualTo(AgentState.Idle), TimeSpan.FromSeconds(30));
    }
}
