using Parley.Cli.Terminal;
using Parley.Testing.Reports;
using Parley.Testing.Scenarios;
using Spectre.Console;

namespace Parley.Cli.Scenarios;

/// <summary>Shows a run to people while it happens. Failures go to standard error, whatever else is not to be shown.</summary>
internal sealed class ScenarioConsole : IScenarioObserver
{
    private readonly IAnsiConsole _console;
    private readonly TextWriter _output;
    private readonly TextWriter _errors;
    private readonly Verbosity _verbosity;
    private readonly bool _parallel;

    public ScenarioConsole(TextWriter output, TextWriter errors, Verbosity verbosity, bool colors, bool parallel)
    {
        (_output, _errors, _verbosity, _parallel) = (output, errors, verbosity, parallel);
        var plain = !colors || Console.IsOutputRedirected || !ReferenceEquals(output, Console.Out);
        _console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Out = new AnsiConsoleOutput(output),
            Ansi = plain ? AnsiSupport.No : AnsiSupport.Detect,
            ColorSystem = plain ? ColorSystemSupport.NoColors : ColorSystemSupport.Detect,
        });
        // Lines are left as they are: a terminal breaks them, a file keeps them.
        _console.Profile.Width = short.MaxValue;
    }

    public void On(ScenarioEvent scenarioEvent)
    {
        if (FailureOf(scenarioEvent) is { } failure)
            _errors.WriteLine(failure);
        else if (scenarioEvent is Printed { Debug: false } printed)
            Print(printed);
        else if (IsShown(scenarioEvent) && EventText.Words(scenarioEvent) is { } words)
            Write(scenarioEvent, words);
    }

    private static string? FailureOf(ScenarioEvent scenarioEvent) => scenarioEvent switch
    {
        ScenarioFinished { Passed: false } => $"{EventText.Line(scenarioEvent)}",
        FileFinished { Passed: false } end => $"{EventText.Line(scenarioEvent)?.Replace("FAILED", $"{end.File}: FAILED", StringComparison.Ordinal)}",
        _ => null,
    };

    private bool IsShown(ScenarioEvent scenarioEvent) => _verbosity switch
    {
        Verbosity.Quiet => false,
        Verbosity.Verbose => true,
        // What is done rather than what is looked at; of assertions those that did not hold.
        _ => scenarioEvent is not (AgentConnected or Asserted { Ok: true } or HttpSent or MockRequested { Matched: true } or Printed { Debug: true }),
    };

    // A bare line: what a script prints may be meant for another program.
    private void Print(Printed printed)
    {
        if (_verbosity == Verbosity.Quiet)
            return;
        _output.WriteLine(printed.Text);
        _output.Flush();
    }

    private void Write(ScenarioEvent scenarioEvent, string words)
    {
        var time = EventText.Line(scenarioEvent)![..12];
        var where = _parallel && scenarioEvent is { Scenario: { } scenario } and not (ScenarioStarted or ScenarioFinished or ScenarioSkipped or ScenarioRetried) ? $"[{scenario}] " : "";
        _console.Write(new Text(time + " ", new Style(decoration: Decoration.Dim)));
        // Several lines stay several lines; nothing else a script says may command the terminal.
        _console.Write(new Text(where + string.Join('\n', words.Split('\n').Select(line => Printable.From(line))), StyleOf(scenarioEvent)));
        _console.WriteLine();
    }

    private static Style StyleOf(ScenarioEvent scenarioEvent) => scenarioEvent switch
    {
        ScenarioFinished or FileFinished or SuiteFinished { Passed: > 0 } => new(Color.Green),
        Asserted { Ok: false } or MockFailed => new(Color.Red),
        ScenarioSkipped or ScenarioRetried => new(Color.Yellow),
        FileStarted or ScenarioStarted or RunFinished => new(decoration: Decoration.Bold),
        _ => Style.Plain,
    };
}
