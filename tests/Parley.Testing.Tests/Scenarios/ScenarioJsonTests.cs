using Parley.Testing.Scenarios;

namespace Parley.Testing.Tests.Scenarios;

/// <summary>Events as lines of JSON: names and fields others already read.</summary>
public sealed class ScenarioJsonTests
{
    private static readonly DateTimeOffset Noon = new(2026, 3, 4, 12, 0, 0, TimeSpan.Zero);

    public static TheoryData<string, ScenarioEvent> Lines => new()
    {
        { """{"event":"agent_started","ts":"2026-03-04T12:00:00+00:00","name":"A","aor":"sip:a@x"}""", new AgentConnected("A", "sip:a@x") },
        { """{"event":"action","ts":"2026-03-04T12:00:00+00:00","agent":"A","kind":"dial","detail":"sip:b@x"}""", new ActionTaken("A", "dial", "sip:b@x") },
        { """{"event":"action","ts":"2026-03-04T12:00:00+00:00","agent":"A","kind":"accept"}""", new ActionTaken("A", "accept") },
        { """{"event":"wait","ts":"2026-03-04T12:00:00+00:00","seconds":3}""", new Waited(3) },
        { """{"event":"log","ts":"2026-03-04T12:00:00+00:00","message":"a \"quoted\" <word>"}""", new Logged("a \"quoted\" <word>") },
        { """{"event":"http","ts":"2026-03-04T12:00:00+00:00","method":"GET","url":"http://x/","status":200}""", new HttpSent("GET", "http://x/", 200) },
        { """{"event":"mock_request","ts":"2026-03-04T12:00:00+00:00","method":"PUT","path":"/p","matched":true}""", new MockRequested("PUT", "/p", true) },
        { """{"event":"assertion","ts":"2026-03-04T12:00:00+00:00","label":"A state","expect":"equals Idle","ok":false,"actual":"Ringing"}""", new Asserted("A state", "equals Idle", false, "Ringing") },
        { """{"event":"assertion","ts":"2026-03-04T12:00:00+00:00","expect":"is true","ok":true,"actual":"true"}""", new Asserted(null, "is true", true, "true") },
        { """{"event":"file_started","ts":"2026-03-04T12:00:00+00:00","path":"a.rhai"}""", new FileStarted("a.rhai") },
        { """{"event":"scenario_skipped","ts":"2026-03-04T12:00:00+00:00","name":"one","reason":"later"}""", new ScenarioSkipped("one", "later") },
        { """{"event":"suite_finished","ts":"2026-03-04T12:00:00+00:00","total":3,"passed":1,"skipped":1}""", new SuiteFinished(3, 1, 1) },
        { """{"event":"metric","ts":"2026-03-04T12:00:00+00:00","agent":"A","registered":true,"mos":4.25,"jitter_ms":1.5}""", new Measured("A", true) { Mos = 4.25, JitterMs = 1.5 } },
    };

    [Theory]
    [MemberData(nameof(Lines))]
    public void An_event_is_a_line_with_the_name_first_and_nothing_absent(string line, ScenarioEvent scenarioEvent)
    {
        var timed = scenarioEvent with { Ts = Noon };
        Assert.Equal(line, ScenarioJson.Write(timed));
        Assert.Equal(timed, ScenarioJson.Read(line));
    }

    [Fact]
    public void File_and_scenario_are_said_behind_the_fields() => Assert.Equal(
        """{"event":"wait","ts":"2026-03-04T12:00:00+00:00","seconds":1,"file":"a.rhai","scenario":"one"}""",
        ScenarioJson.Write(new Waited(1) { Ts = Noon, File = "a.rhai", Scenario = "one" }));

    [Theory]
    [InlineData("")]
    [InlineData("Hello.")]
    [InlineData("[1]")]
    [InlineData("""{"event":"unheard_of","ts":"2026-03-04T12:00:00+00:00"}""")]
    public void What_is_no_event_is_none(string line) => Assert.Null(ScenarioJson.Read(line));
}
