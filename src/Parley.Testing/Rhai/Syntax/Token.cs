namespace Parley.Testing.Rhai.Syntax;

internal enum TokenKind
{
    End,
    Identifier,
    Keyword,
    Symbol,
    Integer,
    Float,
    String,
    Character,

    /// <summary>A back-tick: the parser reads on with <see cref="Lexer.ReadTemplatePart"/>.</summary>
    Template,
}

/// <summary>One word of a script.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Text">The word itself; what a string contains.</param>
/// <param name="Start">Offset of its first character.</param>
/// <param name="End">Offset behind its last character.</param>
/// <param name="Number">A literal's value: an integer's, a float's bits, a character's scalar value.</param>
internal readonly record struct Token(TokenKind Kind, string Text, int Start, int End, long Number = 0)
{
    public bool Is(string word) => Kind is TokenKind.Symbol or TokenKind.Keyword && Text == word;

    public string Shown => Kind switch
    {
        TokenKind.End => "the end of the script",
        TokenKind.String => "a string",
        TokenKind.Template => "`",
        TokenKind.Character => "a character",
        _ => $"'{Text}'",
    };
}
