using Parley.Testing.Rhai;
using Parley.Testing.Rhai.Evaluation;
using Parley.Testing.Rhai.Library;

namespace Parley.Testing.Tests.Rhai;

/// <summary>Runs scripts without a host.</summary>
internal static class RhaiRig
{
    /// <summary>The value of a script as it would stand in one.</summary>
    public static async Task<string> EvaluateAsync(string script, RhaiRunOptions? options = null, FunctionTable? table = null, CancellationToken cancellation = default)
    {
        var program = RhaiProgram.Parse(script, "test.rhai");
        var run = new RhaiRun(program, table ?? RhaiLibrary.Table, options ?? new RhaiRunOptions());
        return Printer.Shown(await run.RunAsync(null, cancellation));
    }

    /// <summary>The error a script ends with.</summary>
    public static async Task<RhaiException> FailAsync(string script, RhaiRunOptions? options = null, FunctionTable? table = null, CancellationToken cancellation = default)
    {
        try
        {
            var value = await EvaluateAsync(script, options, table, cancellation);
            throw new InvalidOperationException($"The script was expected to fail, but gave {value}.");
        }
        catch (RhaiException exception)
        {
            return exception;
        }
    }
}
