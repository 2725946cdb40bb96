using System.Collections.Frozen;

namespace Parley.Testing.Rhai.Syntax;

/// <summary>The words that cannot be names.</summary>
internal static class Words
{
    public static readonly FrozenSet<string> Keywords = FrozenSet.Create(
        "true", "false", "let", "const", "if", "else", "switch", "do", "while", "until", "loop", "for", "in", "continue", "break", "return", "throw",
        "try", "catch", "import", "export", "as", "fn", "private", "this");

    public static readonly FrozenSet<string> Reserved = FrozenSet.Create(
        "var", "static", "goto", "match", "case", "public", "protected", "new", "use", "with", "is", "module", "package", "super", "thread", "spawn", "go",
        "await", "async", "yield", "default", "void", "null", "nil");

    /// <summary>Symbols, longer ones before those they begin with.</summary>
    public static readonly string[] Symbols =
    [
        "..=", "**=", "<<=", ">>=", "??=",
        "==", "!=", "<=", ">=", "&&", "||", "<<", ">>", "+=", "-=", "*=", "/=", "%=", "**", "|=", "&=", "^=", "..", "::", "=>", "->", "?.", "?[", "??", "#{",
        "+", "-", "*", "/", "%", "=", "<", ">", "!", "&", "|", "^", "(", ")", "[", "]", "{", "}", ",", ";", ":", ".", "~", "@", "$", "#", "?",
    ];

    /// <summary>What people of other languages write, and what it is called here.</summary>
    public static string? Hint(string word) => word switch
    {
        "~" => "there is no '~' operator",
        "=" => "a comparison is written ==",
        "->" => "a function's result has no type",
        "var" => "variables are declared with let",
        "match" or "case" => "use switch",
        "null" or "nil" or "void" => "the absent value is ()",
        "await" or "async" => "waiting needs no keyword here",
        "new" => "there are no constructors: call the function",
        "function" or "func" or "fun" or "def" => "functions are declared with fn",
        "elseif" or "elsif" or "elif" => "it is written else if",
        "and" => "it is written &&",
        "or" => "it is written ||",
        "not" => "it is written !",
        _ => null,
    };
}
