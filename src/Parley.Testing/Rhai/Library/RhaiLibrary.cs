using Parley.Testing.Rhai.Evaluation;

namespace Parley.Testing.Rhai.Library;

/// <summary>The functions every script has.</summary>
internal static class RhaiLibrary
{
    /// <summary>The library alone, for scripts without a host.</summary>
    public static FunctionTable Table { get; } = AddTo(new FunctionTableBuilder()).Build();

    public static FunctionTableBuilder AddTo(FunctionTableBuilder table)
    {
        table.Type<RhaiSequence>("iterator");
        CoreFunctions.AddTo(table);
        NumberFunctions.AddTo(table);
        DecimalFunctions.AddTo(table);
        StringFunctions.AddTo(table);
        ArrayFunctions.AddTo(table);
        ArrayCallbacks.AddTo(table);
        MapFunctions.AddTo(table);
        BlobFunctions.AddTo(table);
        RangeFunctions.AddTo(table);
        JsonFunctions.AddTo(table);
        return table;
    }
}
