using Parley.Testing.Rhai.Evaluation;
using Parley.Testing.Rhai.Syntax;

namespace Parley.Testing.Rhai;

/// <summary>A scenario as it can be seen without running the script.</summary>
/// <param name="Name">Its name, where that is literal text.</param>
/// <param name="Line">The line of the call, from 1.</param>
internal sealed record DeclaredScenario(string Name, int Line);

/// <summary>A script that parsed. Immutable; any number of runs share it.</summary>
internal sealed class RhaiProgram
{
    private readonly ScriptSyntax _syntax;
    private Linked? _linked;

    private RhaiProgram(ScriptSyntax syntax) => _syntax = syntax;

    /// <summary>Scenarios with a literal name, in the order of the text.</summary>
    public IReadOnlyList<DeclaredScenario> Scenarios => [.. ScenarioCalls
        .Where(call => call.Arguments is [LiteralSyntax { Value: string }, ..])
        .Select(call => new DeclaredScenario((string)((LiteralSyntax)call.Arguments[0]).Value!, _syntax.Source.PositionOf(call.At).Line))];

    /// <summary>Whether the script calls <c>scenario</c> anywhere.</summary>
    public bool DeclaresScenarios => ScenarioCalls.Any();

    /// <summary>Whether all of it is <c>fn main() {…}</c>, as documentation tools show snippets: then that is run.</summary>
    public bool IsOnlyMain => _syntax.Main.Body is BlockSyntax { Statements.Count: 0 } && _syntax.Functions is [{ Name: "main", Parameters.Count: 0 }];

    private IEnumerable<CallSyntax> ScenarioCalls => _syntax.Calls.Where(call => call is { Name: "scenario", Modules.Count: 0, Arguments.Count: > 0 });

    /// <summary>Reads a script.</summary>
    /// <param name="text">The script.</param>
    /// <param name="file">Its file, as errors show it; imports are relative to it.</param>
    /// <exception cref="RhaiException">It does not parse.</exception>
    public static RhaiProgram Parse(string text, string file) => new(Parser.Parse(new SourceText(file, text)));

    /// <summary>Variables and functions that neither the script nor the table knows.</summary>
    public IReadOnlyList<RhaiProblem> FindUnknownNames(FunctionTable table, IReadOnlyCollection<string> constants) =>
        [.. Link(table).Unknown.Where(problem => !constants.Contains(problem.Name)).DistinctBy(problem => (problem.Line, problem.Column))];

    public ScriptCode Link(FunctionTable table)
    {
        if (_linked is { } linked && linked.Table == table)
            return linked.Code;
        var code = Lowering.Lower(_syntax, table);
        _linked = new Linked(table, code);
        return code;
    }

    private sealed record Linked(FunctionTable Table, ScriptCode Code);
}
