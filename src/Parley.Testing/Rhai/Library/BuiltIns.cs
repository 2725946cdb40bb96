using Parley.Testing.Rhai.Evaluation;

namespace Parley.Testing.Rhai.Library;

/// <summary>What looks like a function and is part of the language, since it concerns the script itself: no row of the table, but documented like one.</summary>
internal static class BuiltIns
{
    public static IReadOnlyList<(Signature Signature, string Docs)> All { get; } =
    [
        Of("Fn(name: string) -> Fn", "A function by its name. Of a function of the same script, the bare name does."),
        Of("call(function: Fn) -> any", "Calls a function with the arguments behind it; object.call(function, …) calls it with the object as this."),
        Of("is_def_fn(name: string, count: int) -> bool", "Whether the script has a function of this name and number of parameters."),
        Of("is_def_var(name: string) -> bool", "Whether there is a variable of this name here."),
        Of("is_shared(variable: any) -> bool", "Whether a closure uses this variable too."),
        Of("get_fn_metadata_list() -> array", "The script's functions: maps of name, access, params, is_anonymous, and this_type where it has one."),
        Of("get_fn_metadata_list(name: string) -> array", "The script's functions of this name."),
        Of("get_fn_metadata_list(name: string, count: int) -> array", "The script's functions of this name and number of parameters."),
    ];

    private static (Signature Signature, string Docs) Of(string signature, string docs) => (Signature.Parse(signature, new Dictionary<string, Type>()), docs);
}
