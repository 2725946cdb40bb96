using System.CommandLine;
using Parley.Cli.Configuration;
using Parley.Cli.Scenarios;
using Parley.Cli.Terminal;
using Parley.Testing.Rhai;

namespace Parley.Cli.Commands;

/// <summary><c>parley test</c>.</summary>
internal sealed class TestCommand : Command
{
    private readonly Argument<string[]> _paths = new("PATH") { Arity = ArgumentArity.ZeroOrMore, Description = "Scenario files, and folders with all below them" };
    private readonly ScenarioOptions _scenarios = new();
    private readonly Option<bool> _json = new("--json") { Description = "Print each event as a line of JSON; what scenarios print goes to standard error" };
    private readonly Option<string?> _junit = new("--junit") { HelpName = "F.xml", Description = "Write the report that build servers read" };
    private readonly Option<string?> _html = new("--html") { HelpName = "F.html", Description = "Write a page with a timeline, the SIP ladder and the audio levels of each scenario" };

    private readonly Option<string?> _log = new("--log", "--logs")
    {
        HelpName = "F", Arity = ArgumentArity.ZeroOrOne, Description = "Write every event to this file [default: standard error]",
    };

    private readonly Option<string?> _sipTrace = new("--sip-trace")
    {
        HelpName = "F|F.pcap", Arity = ArgumentArity.ZeroOrOne, Description = "Write every SIP message to this file, for Wireshark when it ends in .pcap [default: standard error]",
    };

    private readonly Option<string?> _audio = new("--save-audio")
    {
        HelpName = "DIR", Arity = ArgumentArity.ZeroOrOne, Description = "Write what each agent says and hears in each call to WAV files in this folder [default: here]",
    };

    private readonly Option<bool> _verbose = new("--verbose", "-v") { Description = "Show every step" };
    private readonly Option<bool> _quiet = new("--quiet", "-q") { Description = "Show failures only" };
    private readonly Option<bool> _plain = new("--no-color", "--no-ansi") { Description = "No colours; NO_COLOR in the environment does the same" };
    private readonly Option<string?> _check = new("--check") { HelpName = "FILE", Description = "Parse a file, name what is wrong with it, and run nothing" };
    private readonly Option<bool> _definitions = new("--definitions") { Description = "Print every function of Rhai scenarios with its documentation, as editors read it (.d.rhai)" };
    private readonly Option<string?> _monitor = new("--monitor") { HelpName = "F.json|F.toml", Description = "Run scenarios again and again as this file says, until Ctrl-C, with metrics and the last reports over HTTP" };
    private readonly Option<string?> _new = new("--new") { HelpName = "F.cs", Description = "Write a scenario in C# to begin with, and run nothing" };

    public TestCommand()
        : base("test", """
            Runs scenarios: scripted phones that call, answer, transfer, press digits and listen.
            Ends with 0 when all passed or were skipped, 1 when one failed or none was meant, 2 when it could not be understood.

            Examples:
              parley test scenarios/ --local
              parley test calls.rhai --env-file lab.env --tag smoke --junit report.xml --html report.html
              parley test calls.rhai --scenario "re:^transfer" --parallel 4 --retries 1 --seed 7
              parley test --check calls.rhai
              parley test --monitor monitors.json
            """)
    {
        Arguments.Add(_paths);
        _scenarios.AddTo(this);
        foreach (var option in (Option[])[_json, _junit, _html, _log, _sipTrace, _audio, _verbose, _quiet, _plain, _check, _definitions, _monitor, _new])
            Options.Add(option);
        SetAction(RunAsync);
    }

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken interrupt)
    {
        var (output, errors) = (parsed.InvocationConfiguration.Output, parsed.InvocationConfiguration.Error);
        if (parsed.GetValue(_new) is { } file)
        {
            ScenarioTemplate.Write(file);
            return ExitCode.Success;
        }

        if (parsed.GetValue(_check) is { } checkedFile)
            return ScenarioCheck.Run(checkedFile, _scenarios.ConstantNames(parsed), output, errors);
        if (parsed.GetValue(_definitions))
        {
            await output.WriteAsync(RhaiDefinitions.Write());
            return ExitCode.Success;
        }

        if (parsed.GetValue(_monitor) is { } monitors)
            return await new MonitorRunner(MonitorFile.Read(monitors), output, errors).RunAsync(interrupt);
        if (parsed.GetValue(_paths) is not { Length: > 0 } paths)
            throw CommandException.Usage("Name the scenario files or folders to run.");
        if (parsed.GetValue(_verbose) && parsed.GetValue(_quiet))
            throw CommandException.Usage("--verbose and --quiet contradict each other.");
        var html = parsed.GetValue(_html);
        var settings = new TestSettings
        {
            Paths = paths,
            Run = _scenarios.Read(parsed) with { Details = html is not null, AudioFolder = Optional(parsed, _audio, ".") },
            Local = _scenarios.IsLocal(parsed),
            Json = parsed.GetValue(_json),
            Verbosity = parsed.GetValue(_verbose) ? Verbosity.Verbose : parsed.GetValue(_quiet) ? Verbosity.Quiet : Verbosity.Normal,
            Colors = !parsed.GetValue(_plain) && string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR")),
            JUnit = parsed.GetValue(_junit),
            Html = html,
            Log = Optional(parsed, _log, "-"),
            SipTrace = Optional(parsed, _sipTrace, "-"),
        };
        return await new TestRun(settings, output, errors).RunAsync(interrupt);
    }

    private static string? Optional(ParseResult parsed, Option<string?> option, string alone) =>
        parsed.GetResult(option) is null ? null : parsed.GetValue(option) ?? alone;
}
