using Parley.Testing.Rhai;

namespace Parley.Testing.Tests.Rhai;

/// <summary>What a script's author reads when something is wrong: the text, the line, the column.</summary>
public sealed class RhaiErrorTests
{
    public static TheoryData<string, string, int, int> Syntax => new()
    {
        { "let x = ;", "expected a value, but found ';'", 1, 9 },
        { "let x = 1\nlet y = 2", "expected ';' or the end of the script, but found 'let'", 2, 1 },
        { "foo(1, 2", "expected ',' or ')' behind a value, but found the end of the script", 1, 9 },
        { "if true { 1", "this '{' has no '}'", 1, 9 },
        { "let s = \"abc", "this string has no end: a \" is missing (a string of several lines stands between back-ticks)", 1, 9 },
        { "`abc", "this string has no end: a ` is missing", 1, 1 },
        { "`a${1`", "expected ';' or '}', but found `", 1, 6 },
        { "/* never /* ends */", "this comment has no end: */ is missing", 1, 1 },
        { "let x = 99999999999999999999;", "99999999999999999999 does not fit an integer of 64 bits", 1, 9 },
        { "9223372036854775808", "9223372036854775808 does not fit an integer of 64 bits", 1, 1 },
        { "let x = 0b12;", "'2' is not a digit of this number", 1, 12 },
        { "let x = 12abc;", "'12a…' is not a number", 1, 9 },
        { "\"\\q\"", "'\\q' is no escape (\\\\ \\\" \\' \\t \\n \\r \\xHH \\uHHHH \\UHHHHHHHH)", 1, 2 },
        { "'ab'", "one character stands between ' and '; strings stand between \" and \"", 1, 1 },
        { "let new = 1;", "'new' is a reserved word and cannot be a variable's name: there are no constructors: call the function", 1, 5 },
        { "let if = 1;", "'if' is a reserved word and cannot be a variable's name", 1, 5 },
        { "1 + 2 = 3;", "only a variable, an element or a property can be assigned to", 1, 3 },
        { "const X = 1; X = 2;", "Cannot modify constant: X", 1, 14 },
        { "#{a: 1, a: 2}", "key 'a' stands twice in this map", 1, 9 },
        { "fn f(a, a) { }", "parameter 'a' is declared twice", 1, 9 },
        { "fn f(a) { } fn f(b) { }", "function 'f' with 1 parameters is declared twice", 1, 16 },
        { "if true { fn f() { } }", "functions are declared outside blocks; use a closure: |x| …", 1, 11 },
        { "break;", "'break' stands within a loop", 1, 1 },
        { "loop { let f = || break; }", "'break' stands within a loop", 1, 19 },
        { "switch 1 { _ => 1, 2 => 3 }", "nothing can follow the case '_': it takes all that is left", 1, 20 },
        { "let x = 1 § 2;", "unexpected character '§'", 1, 11 },
        { "x ~ 1", "expected ';' or the end of the script, but found '~': there is no '~' operator", 1, 3 },
        { "f!(1)", "not supported: f!(…) runs a function on the caller's variables; pass them as arguments", 1, 2 },
        { "if x = 5 { }", "expected '{' to begin what 'if' does, but found '=': a comparison is written ==", 1, 6 },
        { "fn f(x) -> int { x }", "expected '{' to begin the function's body, but found '->': a function's result has no type", 1, 9 },
        { "let (a, b) = [1, 2];", "one variable is declared at a time", 1, 5 },
        { "lett x = 5;", "expected ';' or the end of the script, but found 'x' — did you mean 'let'?", 1, 6 },
        { "whlie true { }", "expected ';' or the end of the script, but found 'true' — did you mean 'while'?", 1, 7 },
        { "if true { } esle { }", "expected ';' or the end of the script, but found '{' — did you mean 'else'?", 1, 18 },
        { "if true { } elseif false { }", "expected ';' or the end of the script, but found 'false': it is written else if", 1, 20 },
        { "function f(x) { }", "expected ';' or the end of the script, but found 'f': functions are declared with fn", 1, 10 },
        { "if true and false { }", "expected '{' to begin what 'if' does, but found 'and': it is written &&", 1, 9 },
        { "try { } cathc { }", "expected 'catch' behind the block of 'try', but found 'cathc' — did you mean 'catch'?", 1, 9 },
        { "x y", "expected ';' or the end of the script, but found 'y'", 1, 3 },
        { "\"😀\" + ;", "expected a value, but found ';'", 1, 7 },
    };

    public static TheoryData<string, RhaiErrorKind, string, int, int> Running => new()
    {
        { "let agent = 1;\nagnt + 1", RhaiErrorKind.UnknownVariable, "Variable not found: agnt — did you mean 'agent'?", 2, 1 },
        { "let x = 1;\n  x.lenn()", RhaiErrorKind.UnknownFunction, "Function not found: lenn (i64)", 2, 5 },
        { "[1].pusk(2)", RhaiErrorKind.UnknownFunction, "Function not found: pusk (array, i64) — did you mean 'push'?", 1, 5 },
        { "fn compute(x) { x } compuet(1)", RhaiErrorKind.UnknownFunction, "Function not found: compuet (i64) — did you mean 'compute'?", 1, 21 },
        { "fn f(x) { x } f(1, 2)", RhaiErrorKind.Arguments, "Function not found: f (i64, i64); there is f (x)", 1, 15 },
        { "\"a\".split(true)", RhaiErrorKind.Arguments, "Function not found: split (string, bool); there is split (string), split (string, int), split (string, string|char), split (string, string|char, int)", 1, 5 },
        { "1 + ()", RhaiErrorKind.Arguments, "Function not found: + (i64, ())", 1, 3 },
        { "-\"a\"", RhaiErrorKind.Arguments, "Function not found: - (string)", 1, 1 },
        { "eval(\"1\")", RhaiErrorKind.UnknownFunction, "eval is disabled: a script runs no text", 1, 1 },
        { "let x = 1; x.tag = 5;", RhaiErrorKind.UnknownVariable, "not supported: values carry no tags; keep the number in a variable or a map", 1, 14 },
        { "let x = 1; set_tag(x, 5);", RhaiErrorKind.UnknownFunction, "not supported: values carry no tags; keep the number in a variable or a map", 1, 12 },
        { "back_trace()", RhaiErrorKind.UnknownFunction, "not supported: there is no debugger; an error tells the calls that led to it", 1, 1 },
        { "1.0 + 1.to_decimal()", RhaiErrorKind.Arguments, "Function not found: + (f64, decimal)", 1, 5 },
        { "1.to_decimal() / 0", RhaiErrorKind.Runtime, "Division by zero: 1 / 0", 1, 16 },
        { "let d = parse_decimal(\"79228162514264337593543950335\"); d * d", RhaiErrorKind.Runtime, "Decimal overflow: 79228162514264337593543950335 * 79228162514264337593543950335", 1, 59 },
        { "1e300.to_decimal()", RhaiErrorKind.Runtime, "Cannot convert to Decimal: to_decimal(1e300)", 1, 7 },
        { "parse_decimal(\"x\")", RhaiErrorKind.Runtime, "Error parsing decimal number 'x'", 1, 1 },
        { "1.to_decimal().round(-1)", RhaiErrorKind.Runtime, "Invalid number of digits for rounding: -1", 1, 16 },
        { "sqrt(to_decimal(-1))", RhaiErrorKind.Runtime, "Error taking the square root of -1", 1, 1 },
        { "timestamp() + 1e300", RhaiErrorKind.Runtime, "Timestamp overflow: 1e300 seconds from a timestamp", 1, 13 },
        { "if 1 { 2 }", RhaiErrorKind.Arguments, "true or false is expected here, not i64", 1, 4 },
        { "9223372036854775807 + 1", RhaiErrorKind.Runtime, "Addition overflow: 9223372036854775807 + 1", 1, 21 },
        { "let x = -9223372036854775808; x - 1", RhaiErrorKind.Runtime, "Subtraction overflow: -9223372036854775808 - 1", 1, 33 },
        { "9223372036854775807 * 2", RhaiErrorKind.Runtime, "Multiplication overflow: 9223372036854775807 * 2", 1, 21 },
        { "let x = -9223372036854775808; x / -1", RhaiErrorKind.Runtime, "Division overflow: -9223372036854775808 / -1", 1, 33 },
        { "let x = -9223372036854775808; -x", RhaiErrorKind.Runtime, "Negation overflow: -(-9223372036854775808)", 1, 31 },
        { "1 % 0", RhaiErrorKind.Runtime, "Modulo division by zero: 1 % 0", 1, 3 },
        { "3 ** 50", RhaiErrorKind.Runtime, "Power overflow: 3 ** 50", 1, 3 },
        { "2 ** -1", RhaiErrorKind.Runtime, "Integer raised to a negative power: 2 ** -1", 1, 3 },
        { "let a = [1, 2];\na[2]", RhaiErrorKind.Runtime, "Array index 2 out of bounds: only 2 elements in it", 2, 2 },
        { "[][0]", RhaiErrorKind.Runtime, "Array index 0 out of bounds: but it is empty", 1, 3 },
        { "\"abc\"[-4]", RhaiErrorKind.Runtime, "String index -4 out of bounds: only 3 characters in it", 1, 6 },
        { "let x = (); x.y", RhaiErrorKind.UnknownVariable, "Unknown property 'y' of ()", 1, 15 },
        { "5.len", RhaiErrorKind.UnknownVariable, "Unknown property 'len' of i64 — did you mean 'ln'?", 1, 3 },
        { "true[0]", RhaiErrorKind.Arguments, "Indexer is not registered: bool [i64]", 1, 5 },
        { "throw \"no luck\";", RhaiErrorKind.Thrown, "no luck", 1, 1 },
        { "let f = |x| x; f.call(1, 2)", RhaiErrorKind.Arguments, "Function not found: anonymous function with 2 arguments; it takes 1", 1, 18 },
        { "this", RhaiErrorKind.UnknownVariable, "'this' is bound only in functions called as methods", 1, 1 },
        { "for x in 5 { }", RhaiErrorKind.Arguments, "For loop expects an array, a range or text, not i64", 1, 10 },
        { "let x = 1; fn f() { x } f()", RhaiErrorKind.UnknownVariable, "Variable not found: x", 1, 21 },
        { "const X = 1; fn f() { X } f()", RhaiErrorKind.UnknownVariable, "Variable not found: X — functions see constants as global::X", 1, 23 },
        { "let x = abs;", RhaiErrorKind.UnknownVariable, "Variable not found: abs — it is a function: abs(…), or Fn(\"abs\")", 1, 9 },
        { "const A = [1]; A.push(2);", RhaiErrorKind.Runtime, "Cannot modify constant: A", 1, 18 },
        { "const A = [1]; A[0] = 2;", RhaiErrorKind.Runtime, "Cannot modify constant: A", 1, 21 },
        { "eval(\"1\")", RhaiErrorKind.UnknownFunction, "eval is disabled: a script runs no text", 1, 1 },
        { "stat::X", RhaiErrorKind.UnknownVariable, "Module not found: stat", 1, 7 },
        { "parse_int(\"12x\")", RhaiErrorKind.Runtime, "Error parsing integer number '12x'", 1, 1 },
        { "[1, \"a\"].sort()", RhaiErrorKind.Arguments, "sort needs elements of one type that can be compared; give it a function: sort(|a, b| …)", 1, 10 },
        { "[1].filter(|x| x)", RhaiErrorKind.Arguments, "the function must give true or false here, not i64", 1, 5 },
        { "let s = \"a\"; s.nope", RhaiErrorKind.UnknownVariable, "Unknown property 'nope' of string", 1, 16 },
        { "\"abc\".to_upper", RhaiErrorKind.UnknownVariable, "Unknown property 'to_upper' of string — it is a method: to_upper()", 1, 7 },
    };

    [Theory]
    [MemberData(nameof(Syntax))]
    public void What_does_not_parse_says_where(string script, string text, int line, int column)
    {
        var error = Assert.Throws<RhaiException>(() => RhaiProgram.Parse(script, "test.rhai").Link(Parley.Testing.Rhai.Library.RhaiLibrary.Table));
        Assert.Equal((RhaiErrorKind.Syntax, text, line, column), (error.Kind, error.Text, error.Line, error.Column));
    }

    [Theory]
    [MemberData(nameof(Running))]
    public async Task What_fails_says_where(string script, RhaiErrorKind kind, string text, int line, int column)
    {
        var error = await RhaiRig.FailAsync(script);
        Assert.Equal((kind, text, line, column), (error.Kind, error.Text, error.Line, error.Column));
    }

    [Theory]
    [MemberData(nameof(Running))]
    public async Task What_fails_while_it_is_awaited_says_the_same(string script, RhaiErrorKind kind, string text, int line, int column)
    {
        var error = await RhaiRig.FailAsync(script, table: WaitingTable.Instance);
        Assert.Equal((kind, text, line, column), (error.Kind, error.Text, error.Line, error.Column));
    }

    [Fact]
    public async Task An_error_shows_its_line_with_a_caret_and_the_way_there()
    {
        var error = await RhaiRig.FailAsync("fn check(x) {\n\tlet y = x / 0;\n}\ncheck(5);");
        Assert.Equal(
            """
            test.rhai:2:12: Division by zero: 5 / 0
                2 | 	let y = x / 0;
                  | 	          ^
                  in check, called at test.rhai:4:1
            """.ReplaceLineEndings("\n"), error.Describe());
        Assert.Equal("Division by zero: 5 / 0 (line 2, position 12)", error.Message);
    }

    [Fact]
    public void A_long_line_is_cut_around_the_caret()
    {
        var script = "let x = " + string.Join(" + ", Enumerable.Repeat("1", 80)) + "; let y = ;" + new string(' ', 500);
        var shown = Assert.Throws<RhaiException>(() => RhaiProgram.Parse(script, "t.rhai")).Describe().Split('\n');
        Assert.True(shown[1].Length < 180);
        Assert.Equal(';', shown[1][shown[2].IndexOf('^', StringComparison.Ordinal)]);
    }

    [Fact]
    public void Names_nobody_knows_are_found_without_running()
    {
        var program = RhaiProgram.Parse("let alpha = 1;\nprnt(alpha);\nif alpah { undefined() }\nprint(given);", "test.rhai");
        var found = program.FindUnknownNames(Parley.Testing.Rhai.Library.RhaiLibrary.Table, ["given"]);
        Assert.Equal(
        [
            "2:1 Function not found: prnt — did you mean 'print'?",
            "3:4 Variable not found: alpah — did you mean 'alpha'?",
            "3:12 Function not found: undefined",
        ], found.Select(problem => $"{problem.Line}:{problem.Column} {problem.Message}"));
    }
}
