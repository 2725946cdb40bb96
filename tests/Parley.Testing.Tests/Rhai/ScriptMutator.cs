using System.Text;

namespace Parley.Testing.Tests.Rhai;

/// <summary>Scripts nobody would write: pieces of real ones put together anew.</summary>
internal sealed class ScriptMutator(IReadOnlyList<string> corpus, int seed)
{
    private static readonly string[] s_pieces =
    [
        "(", ")", "[", "]", "{", "}", "#{", "${", "`", "\"", "'", "\\", "/*", "*/", "//", "\n", ";", ",", ".", "?.", "?[", "::", "..", "..=", "=>", "|", "||", "!", "!in ", "in ", "=", "==",
        "+=", "??=", "**", "-", "<<", "@", "\0", "\uD83D", "😀", "é", "0x", "0b", "1e", "1.", "9223372036854775808", "-9223372036854775808", "1e999", "0.0/0.0", "let x = ", "const Y = ",
        "fn f(a) ", "|x| x", "|| ", "if true ", "else ", "switch x ", "while ", "loop ", "do ", "for x in ", "for (x, i) in ", "break ", "continue ", "return ", "throw ", "try ", "catch (e) ",
        "import \"x\" as y;", "export ", "this", "global::", "f(1)", "x.f()", "call(", "curry(", ".call(", "[1, 2, 3]", "#{a: 1}", "\"text\"", ".push(x)", ".map(|x| x)", ".sort(|a, b| a - b)",
        ".pad(99999999, 1)", ".len()", "[-1]", "[0..2]", "x[0] = ", "x.a.b = ", "(x)", "type_of(x)", "0..9223372036854775807", "#!", "#\"", "\"#",
    ];

    public Random Random { get; } = new(seed);

    public string Next()
    {
        var script = new StringBuilder(corpus[Random.Next(corpus.Count)]);
        for (var edits = Random.Next(1, 8); edits > 0; edits--)
            Edit(script);
        return script.Length > 4_000 ? script.ToString(0, 4_000) : script.ToString();
    }

    private void Edit(StringBuilder script)
    {
        var at = Random.Next(script.Length + 1);
        switch (Random.Next(6))
        {
            case 0 or 1:
                script.Insert(at, s_pieces[Random.Next(s_pieces.Length)]);
                break;
            case 2 when at < script.Length:
                script.Remove(at, Math.Min(script.Length - at, Random.Next(1, 12)));
                break;
            case 3:
                var other = corpus[Random.Next(corpus.Count)];
                var from = Random.Next(other.Length);
                script.Insert(at, other.AsSpan(from, Random.Next(other.Length - from)));
                break;
            case 4 when at < script.Length:
                var piece = script.ToString(at, Math.Min(script.Length - at, Random.Next(1, 20)));
                for (var times = Random.Next(1, 40); times > 0; times--)
                    script.Insert(at, piece);
                break;
            case 5 when at < script.Length:
                script[at] = (char)Random.Next(1, 0x180);
                break;
        }
    }
}
