using System.CommandLine;
using System.Globalization;
using Parley.Cli.Configuration;
using Parley.Cli.Scenarios;
using Parley.Cli.Terminal;
using Parley.Testing.Load;

namespace Parley.Cli.Commands;

/// <summary><c>parley load</c>.</summary>
internal sealed class LoadCommand : Command
{
    // Two agents a call and two ports an agent: all there are between 10000 and 29999.
    private const int MaxAgents = 10_000;
    private const double MaxRate = 10_000;

    private readonly Argument<string> _path = new("SCENARIO") { Description = "A scenario file" };
    private readonly ScenarioOptions _scenarios = new(forLoad: true);
    private readonly Option<int?> _agents = new("--agents") { HelpName = "N", Description = "Agents altogether; they stay registered [default: as many as run at the same time]" };
    private readonly Option<double> _rate = new("--rate") { HelpName = "R", DefaultValueFactory = _ => 1, Description = "Scenarios that begin each second" };
    private readonly Option<int> _concurrent = new("--concurrent") { HelpName = "C", DefaultValueFactory = _ => 10, Description = "Scenarios that run at the same time at the most" };

    private readonly Option<TimeSpan?> _duration = new("--duration")
    {
        HelpName = "TIME", CustomParser = Duration.Read, Description = "For how long scenarios begin [default: 1m]",
    };

    private readonly Option<string?> _csv = new("--csv") { HelpName = "F.csv", Description = "Write a line for each run of the scenario" };
    private readonly Option<string?> _plot = new("--plot") { HelpName = "F.svg", Description = "Write a picture over time: how many ran, began and failed, set-up times, MOS" };
    private readonly Option<bool> _json = new("--json") { Description = "Print a JSON object a line" };

    public LoadCommand()
        : base("load", """
            Runs one scenario many times at once, with audio, and tells how long calls took to be answered and how they sounded.
            Ends with 0 when all passed, 1 when one failed, 2 when it could not be understood.

            Examples:
              parley load two-party.rhai --local --rate 5 --concurrent 50 --duration 30s
              parley load calls.rhai --scenario "a call" --env-file lab.env --agents 200 --rate 10 --concurrent 100 --csv load.csv --plot load.svg
            """)
    {
        Arguments.Add(_path);
        foreach (var option in (Option[])[_agents, _rate, _concurrent, _duration, _csv, _plot, _json])
            Options.Add(option);
        _scenarios.AddTo(this);
        Bound(_agents, value => value is < 1 or > MaxAgents, $"1 to {MaxAgents}");
        Bound(_concurrent, value => value is < 1 or > MaxAgents, $"1 to {MaxAgents}");
        Bound(_rate, value => value is not (> 0 and <= MaxRate), $"more than 0 and at most {MaxRate}");
        SetAction(RunAsync);
    }

    private Task<int> RunAsync(ParseResult parsed, CancellationToken interrupt)
    {
        var options = new LoadOptions
        {
            Path = parsed.GetValue(_path)!,
            Run = _scenarios.Read(parsed),
            Agents = parsed.GetValue(_agents),
            Rate = parsed.GetValue(_rate),
            Concurrent = parsed.GetValue(_concurrent),
            Duration = parsed.GetValue(_duration) ?? TimeSpan.FromMinutes(1),
        };
        var files = ScenarioFiles.Check(("--csv", parsed.GetValue(_csv)), ("--plot", parsed.GetValue(_plot)));
        var events = new EventOutput(parsed.InvocationConfiguration.Output, parsed.GetValue(_json));
        return new LoadRun(options, _scenarios.IsLocal(parsed), events).RunAsync(files[0], files[1], interrupt);
    }

    private static void Bound<T>(Option<T> option, Func<double, bool> isWrong, string right) => option.Validators.Add(result =>
    {
        if (result.Tokens.Count == 1 && double.TryParse(result.Tokens[0].Value, CultureInfo.InvariantCulture, out var number) && isWrong(number))
            result.AddError($"{option.Name} takes {right}, not {result.Tokens[0].Value}");
    });
}
