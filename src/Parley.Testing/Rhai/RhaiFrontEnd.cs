using System.Runtime.ExceptionServices;
using Parley.Testing.Rhai.Bindings;
using Parley.Testing.Rhai.Evaluation;
using Parley.Testing.Scenarios;

namespace Parley.Testing.Rhai;

/// <summary>Scenarios written in Rhai.</summary>
public sealed class RhaiFrontEnd : IScenarioFrontEnd
{
    /// <inheritdoc/>
    public IReadOnlyList<string> Extensions { get; } = [".rhai"];

    /// <inheritdoc/>
    public ScenarioOutline Inspect(ScenarioSource source)
    {
        var program = Read(source);
        return new() { DeclaresScenarios = program.DeclaresScenarios, Names = [.. program.Scenarios.Select(one => one.Name)] };
    }

    /// <summary>Names in a script that neither it nor the library knows, each with its place: what will fail when it is reached.</summary>
    /// <param name="source">The file.</param>
    /// <param name="constants">Names given with <c>--set</c>.</param>
    /// <returns>One line for each: <c>path:line:column: Variable not found: x</c>.</returns>
    /// <exception cref="ScenarioSourceException">It does not parse.</exception>
    public static IReadOnlyList<string> Check(ScenarioSource source, IReadOnlyCollection<string> constants) =>
        [.. Read(source).FindUnknownNames(RhaiBindings.Table, constants).Select(problem => $"{problem.File}:{problem.Line}:{problem.Column}: {problem.Message}")];

    /// <inheritdoc/>
    public async Task LoadAsync(ScenarioSource source, ScenarioSuite suite, ScenarioContext context)
    {
        ArgumentNullException.ThrowIfNull(suite);
        ArgumentNullException.ThrowIfNull(context);
        var run = new RhaiRun(Read(source), RhaiBindings.Table, new RhaiRunOptions
        {
            Print = static (host, text) => ((ScriptHost)host!).Context.Reporter.Print(text),
            Debug = static (host, text) => ((ScriptHost)host!).Context.Reporter.Debug(text),
            Random = static host => ((ScriptHost)host!).Context.Random,
            Constants = context.Constants.ToDictionary(one => one.Key, one => (Value)one.Value),
            IsSignal = static exception => exception is ScenarioSkipException,
        });
        await UnwrapAsync(() => run.RunAsync(new ScriptHost(context, context.Scope, suite), context.Cancel)).ConfigureAwait(false);
    }

    /// <summary>Awaits a script; skipping and cancellation come out as what they are, <c>exit</c> as an end.</summary>
    internal static async Task<object?> UnwrapAsync(Func<ValueTask<Value>> script)
    {
        try
        {
            return await script().ConfigureAwait(false);
        }
        catch (RhaiException exception) when (exception is { Kind: RhaiErrorKind.Signal, InnerException: null })
        {
            return exception.Thrown;
        }
        catch (RhaiException exception) when (exception is { Kind: RhaiErrorKind.Signal or RhaiErrorKind.Stopped, InnerException: not null })
        {
            ExceptionDispatchInfo.Throw(exception.InnerException);
            throw;
        }
    }

    private static RhaiProgram Read(ScenarioSource source)
    {
        ArgumentNullException.ThrowIfNull(source);
        try
        {
            var program = RhaiProgram.Parse(source.Text, source.Path);
            program.Link(RhaiBindings.Table);
            return program;
        }
        catch (RhaiException exception)
        {
            throw new ScenarioSourceException(exception.Text, source.Path, exception.Line, exception.Column, exception.SourceLine);
        }
    }
}
