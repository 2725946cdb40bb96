using System.Xml.Linq;
using Parley.Testing.Reports;
using Parley.Testing.Scenarios;
using Parley.Testing.Tests.Support;

namespace Parley.Testing.Tests.Reports;

/// <summary>A run as build servers and people read it.</summary>
public sealed class ReportTests : IDisposable
{
    private static readonly DateTimeOffset Noon = new(2026, 3, 4, 12, 0, 0, TimeSpan.Zero);
    private readonly ScenarioFolder _folder = new();

    [Fact]
    public async Task JUnit_has_a_suite_for_each_file_and_a_case_for_each_scenario()
    {
        var tries = 0;
        _folder.Suite("a.fake", suite =>
        {
            suite.Add(ScenarioFolder.Passing("good"));
            suite.Add(ScenarioFolder.Scenario("bad", _ => throw new ScenarioException("lost & <gone>\u0001")));
            suite.Add(ScenarioFolder.Scenario("late", _ => throw new ScenarioSkipException("no line")));
        }).Suite("b.fake", "flaky", context =>
        {
            context.Reporter.Log("tried");
            return tries++ == 0 ? throw new ScenarioException("first") : Task.CompletedTask;
        });
        var xml = await JUnitAsync(options => options with { Retries = 1 });
        Assert.Equal(["4", "1", "1"], Attributes(xml.Root!, "tests", "failures", "skipped"));
        var (a, b) = (Element(xml, "testsuite", "a.fake"), Element(xml, "testsuite", "b.fake"));
        Assert.Equal(["3", "1", "1"], Attributes(a, "tests", "failures", "skipped"));
        Assert.Equal("lost & <gone>?", Element(xml, "testcase", "bad").Element("failure")!.Attribute("message")!.Value);
        Assert.Equal("no line", Element(xml, "testcase", "late").Element("skipped")!.Attribute("message")!.Value);
        Assert.Empty(Element(xml, "testcase", "good").Elements());
        var flaky = Element(xml, "testcase", "flaky");
        Assert.Equal("first", flaky.Element("flakyFailure")!.Value);
        Assert.Null(flaky.Element("failure"));
        Assert.EndsWith("tried", flaky.Element("system-out")!.Value, StringComparison.Ordinal);
        Assert.Equal("0", b.Attribute("failures")!.Value);
    }

    [Fact]
    public async Task JUnit_has_a_case_for_a_file_that_does_not_load_and_none_for_a_top_level()
    {
        _folder.Add("a.fake", "broken", (_, _) => Task.CompletedTask).Add("b.fake", "scenario", (suite, context) =>
        {
            context.Reporter.Log("at the top");
            suite.Add(ScenarioFolder.Passing("one"));
            return Task.CompletedTask;
        });
        var xml = await JUnitAsync();
        Assert.Equal(["a", "one"], xml.Descendants("testcase").Select(one => one.Attribute("name")!.Value));
        Assert.Contains("unexpected end", Element(xml, "testcase", "a").Element("failure")!.Value, StringComparison.Ordinal);
    }

    [Fact]
    public void The_page_shows_timeline_ladder_and_levels_and_needs_nothing_else()
    {
        var page = HtmlReport.Text(Record(
            new ScenarioStarted("a <call>"),
            new AgentConnected("A", "sip:a@x"),
            new ActionTaken("A", "dial", "sip:b@x"),
            new Asserted("B state", "equals Ringing", true, "Ringing"),
            new Asserted("A state", "equals Idle", false, "<Ringing>"),
            new AgentMessages("A", [Message(0, "10.0.0.1:5060", "10.0.0.9:5060", "INVITE (SDP)", "INVITE sip:b@x SIP/2.0"), Message(30, "10.0.0.9:5060", "10.0.0.1:5060", "486 Busy Here (INVITE)", "SIP/2.0 486 Busy Here")]),
            new AgentMessages("B", [Message(10, "10.0.0.9:5060", "10.0.0.2:5060", "INVITE (SDP)", "INVITE sip:b@y SIP/2.0")]),
            new AgentLevels("A", Noon, 100, [0, 0.5, 1], [0, 0, 0.1]),
            new ScenarioFinished("a <call>", false, "expected <Idle>") { DurationMs = 1500 }));
        foreach (var text in (string[])["a &lt;call&gt;", "expected &lt;Idle&gt;", "A: dial sip:b@x", "expected equals Idle, but was &lt;Ringing&gt;", "INVITE (SDP)", "class=\"arrow refused\"", "10.0.0.9:5060", "<h3>audio", "class=\"heard\""])
            Assert.Contains(text, page, StringComparison.Ordinal);
        Assert.DoesNotContain("<Ringing>", page, StringComparison.Ordinal);
        Assert.DoesNotContain("http://", page, StringComparison.Ordinal);
        Assert.DoesNotContain("src=", page, StringComparison.Ordinal);
        // Well-formed as far as it is XML, so every picture is closed.
        Assert.Equal(3, XDocument.Parse("<r>" + string.Concat(page.Split("<svg").Skip(1).Select(part => "<svg" + part.Split("</svg>")[0] + "</svg>")) + "</r>").Root!.Elements().Count());
    }

    [Fact]
    public void Each_attempt_that_failed_is_said_to_be_which()
    {
        var page = HtmlReport.Text(Record(new ScenarioStarted("call"), new ScenarioRetried("call", 1, "busy"), new ScenarioFinished("call", false, "no answer") { Attempts = 2 }));
        Assert.Contains("<p>attempt 1 failed:</p><pre class=\"error\">busy</pre>", page, StringComparison.Ordinal);
        Assert.Contains("<p>attempt 2 failed:</p><pre class=\"error\">no answer</pre>", page, StringComparison.Ordinal);
    }

    [Fact]
    public void A_message_that_both_agents_saw_is_one_arrow_and_a_repeated_one_two()
    {
        var (once, twice) = (Message(0, "a:1", "b:2", "BYE", "BYE 1"), Message(5, "a:1", "b:2", "ACK", "ACK 1"));
        var page = HtmlReport.Text(Record(
            new ScenarioStarted("call"),
            new AgentMessages("A", [once, twice, twice with { At = Noon.AddMilliseconds(500) }]),
            new AgentMessages("B", [once with { At = Noon.AddMilliseconds(1) }, twice]),
            new ScenarioFinished("call", true)));
        Assert.Equal((1, 2), (page.Split(">BYE</text>").Length - 1, page.Split(">ACK</text>").Length - 1));
        Assert.Contains(">A</text>", page, StringComparison.Ordinal);
        Assert.Contains(">B</text>", page, StringComparison.Ordinal);
    }

    [Fact]
    public void The_log_says_which_scenario_and_how_a_failed_assertion_failed()
    {
        var text = new StringWriter();
        var log = new LogReport(text);
        log.On(new ActionTaken("A", "hangup") { Ts = Noon, Scenario = "one" });
        log.On(new Asserted("A state", "equals Idle", false, "Ringing") { Ts = Noon });
        log.On(new AgentMessages("A", []) { Ts = Noon });
        var lines = text.ToString().Split(Environment.NewLine);
        Assert.Matches(@"^\d\d:\d\d:\d\d\.\d{3} \[one\] A: hangup$", lines[0]);
        Assert.EndsWith(" not ok: A state: expected equals Idle, but was Ringing", lines[1], StringComparison.Ordinal);
        Assert.Equal(3, lines.Length);
    }

    // In the middle of a JSON stream a bare line breaks whoever reads it.
    [Fact]
    public void What_is_printed_is_not_in_the_JSON_stream()
    {
        var (output, printed) = (new StringWriter(), new StringWriter());
        var report = new JsonReport(output, printed);
        report.On(new Printed("hello") { Ts = Noon });
        report.On(new Waited(1) { Ts = Noon });
        report.On(new AgentLevels("A", Noon, 100, [], []) { Ts = Noon });
        Assert.Equal("hello", printed.ToString().Trim());
        Assert.IsType<Waited>(ScenarioJson.Read(Assert.Single(output.ToString().Split(Environment.NewLine, StringSplitOptions.RemoveEmptyEntries))));
    }

    public void Dispose() => _folder.Dispose();

    private static ScenarioRecorder Record(params ScenarioEvent[] events)
    {
        var recorder = new ScenarioRecorder();
        foreach (var (one, i) in events.Select((one, i) => (one, i)))
            recorder.On(one with { Ts = Noon.AddMilliseconds(100 * i), File = "a.fake", Scenario = "a <call>" });
        return recorder;
    }

    private static SipLine Message(int milliseconds, string from, string to, string label, string text) => new(Noon.AddMilliseconds(milliseconds), from, to, "call-1", label, text);

    private async Task<XDocument> JUnitAsync(Func<ScenarioRunOptions, ScenarioRunOptions>? with = null)
    {
        var recorder = new ScenarioRecorder();
        var options = new ScenarioRunOptions { FrontEnds = [_folder] };
        await new ScenarioRunner(with?.Invoke(options) ?? options).RunAsync([_folder.Path], [recorder]);
        var stream = new MemoryStream();
        JUnitReport.Write(stream, recorder);
        stream.Position = 0;
        return XDocument.Load(stream);
    }

    private static XElement Element(XDocument xml, string element, string name) =>
        xml.Descendants(element).Single(one => one.Attribute("name")!.Value.EndsWith(name, StringComparison.Ordinal));

    private static IEnumerable<string> Attributes(XElement element, params string[] names) => names.Select(name => element.Attribute(name)!.Value);
}
