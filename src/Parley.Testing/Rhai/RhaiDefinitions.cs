using System.Globalization;
using System.Text;
using Parley.Testing.Rhai.Bindings;
using Parley.Testing.Rhai.Evaluation;
using Parley.Testing.Rhai.Library;

namespace Parley.Testing.Rhai;

/// <summary>What scripts can use, written from the table the interpreter itself goes by.</summary>
public static class RhaiDefinitions
{
    /// <summary>A definition file, as editors with support for Rhai read it (<c>.d.rhai</c>).</summary>
    public static string Write()
    {
        var text = new StringBuilder("module static;\n");
        foreach (var (module, constants) in RhaiBindings.Table.Modules)
        {
            text.Append(CultureInfo.InvariantCulture, $"\nmodule {module} {{\n");
            foreach (var name in constants.Keys)
                text.Append(CultureInfo.InvariantCulture, $"    const {name}: {Printer.TypeName(constants[name], RhaiBindings.Table)};\n");
            text.Append("}\n");
        }

        foreach (var (signature, docs) in BuiltIns.All.Concat(Described(RhaiBindings.Table.Rows)))
            text.Append(CultureInfo.InvariantCulture, $"\n/// {docs}\n{Declaration(signature)};\n");
        return text.ToString();
    }

    /// <summary>The same for people: Markdown, functions of scenarios first.</summary>
    public static string WriteDocs()
    {
        var text = new StringBuilder("# Functions of scenarios\n");
        Section(text, "Test phones, assertions, suites, HTTP", Described(RhaiBindings.Rows));
        Section(text, "Part of the language", BuiltIns.All);
        Section(text, "Library", Described(RhaiLibrary.Table.Rows));
        text.Append("\n## What Rhai has and scenarios have not\n\n| | |\n|---|---|\n");
        foreach (var (name, reason) in LeftOut.Reasons)
            text.Append(CultureInfo.InvariantCulture, $"| `{name}` | {reason} |\n");
        return text.ToString();
    }

    private static IEnumerable<(Signature Signature, string Docs)> Described(IEnumerable<NativeFunction> rows) => rows.Select(row => (row.Signature, row.Docs));

    private static void Section(StringBuilder text, string title, IEnumerable<(Signature Signature, string Docs)> rows)
    {
        text.Append(CultureInfo.InvariantCulture, $"\n## {title}\n\n| | |\n|---|---|\n");
        foreach (var (signature, docs) in rows)
            text.Append(CultureInfo.InvariantCulture, $"| `{Shown(signature).Replace("|", "\\|", StringComparison.Ordinal)}` | {docs.Replace("|", "\\|", StringComparison.Ordinal)} |\n");
    }

    private static string Shown(Signature signature)
    {
        var result = signature.Returns is null ? "" : $" → {signature.Returns}";
        return signature.Form switch
        {
            FunctionForm.Getter => $"{signature.Parameters[0].Type}.{signature.Name}{result}",
            FunctionForm.Setter => $"{signature.Parameters[0].Type}.{signature.Name} = {signature.Parameters[1].Type}",
            _ => $"{signature.Name}({Parameters(signature)}){result}",
        };
    }

    private static string Declaration(Signature signature)
    {
        var form = signature.Form switch { FunctionForm.Getter => "get ", FunctionForm.Setter => "set ", _ => "" };
        return $"fn {form}{signature.Name}({Parameters(signature)}){(signature.Returns is null ? "" : $" -> {signature.Returns}")}";
    }

    private static string Parameters(Signature signature) =>
        string.Join(", ", signature.Parameters.Select((parameter, index) => $"{(index == 0 && signature.ChangesFirst ? "mut " : "")}{parameter.Name}: {parameter.Type}"));
}
