namespace Parley.Testing.Rhai.Evaluation;

/// <summary>What Rhai has and these scripts have not, and what is said to a script that uses it.</summary>
internal static class LeftOut
{
    /// <summary>Each name with the reason.</summary>
    public static IReadOnlyDictionary<string, string> Reasons { get; } = new Dictionary<string, string>
    {
        ["eval"] = "eval is disabled: a script runs no text",
        ["tag"] = "not supported: values carry no tags; keep the number in a variable or a map",
        ["set_tag"] = "not supported: values carry no tags; keep the number in a variable or a map",
        ["back_trace"] = "not supported: there is no debugger; an error tells the calls that led to it",
    };

    public static string? Reason(string name) => Reasons.GetValueOrDefault(name);
}
