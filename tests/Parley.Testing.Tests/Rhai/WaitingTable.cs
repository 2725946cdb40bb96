using Parley.Testing.Rhai.Evaluation;
using Parley.Testing.Rhai.Library;

namespace Parley.Testing.Tests.Rhai;

/// <summary>The library with every function made to wait for a moment, so that the awaiting half of the evaluator does all the work.</summary>
internal static class WaitingTable
{
    public static FunctionTable Instance { get; } = Make();

    private static FunctionTable Make()
    {
        var plain = RhaiLibrary.Table;
        var rows = plain.Rows.Select(row => row.Body is null || row.Signature.ChangesFirst || row.Signature.Form != FunctionForm.Function
            ? row
            : new NativeFunction(row.Signature, row.Docs, null, async (run, arguments) =>
            {
                await Task.Yield();
                return row.Body(run, arguments);
            }, runsScript: false)).ToList();
        return new FunctionTable(rows, plain.HostTypes, plain.Modules);
    }
}
