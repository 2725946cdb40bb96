using System.Runtime.CompilerServices;
using System.Text;

namespace Parley.Speech.Synthesis;

/// <summary>Cuts text that comes in pieces into parts that can be spoken by themselves: sentences, or clauses of long ones, so that the first is heard soon.</summary>
internal static class Sentences
{
    private const int LongClause = 60; // characters from which a comma is reason enough
    private const int Longest = 400;   // what no synthesiser refuses; cut at a space

    /// <summary>Cuts; every character of the text is in some part.</summary>
    public static async IAsyncEnumerable<string> CutAsync(IAsyncEnumerable<string> pieces, [EnumeratorCancellation] CancellationToken cancel = default)
    {
        var text = new StringBuilder();
        await foreach (var piece in pieces.WithCancellation(cancel).ConfigureAwait(false))
        {
            text.Append(piece);
            while (End(text) is > 0 and var end)
            {
                yield return text.ToString(0, end);
                text.Remove(0, end);
            }
        }

        if (text.Length > 0) yield return text.ToString();
    }

    /// <summary>Where the first part ends, behind its mark; 0 when more must come.</summary>
    private static int End(StringBuilder text)
    {
        var space = 0;
        for (var i = 0; i < text.Length; i++)
        {
            var here = text[i];
            if (here is '。' or '！' or '？' or '；' or '\n') return i + 1;
            // "3.5" and "e.g." go on; the end of the piece may be in the middle of such.
            if (here is '.' or '!' or '?' && i + 1 < text.Length && char.IsWhiteSpace(text[i + 1])) return i + 1;
            if (i >= LongClause && (here is '，' || (here is ',' or ';' or ':' && i + 1 < text.Length && char.IsWhiteSpace(text[i + 1])))) return i + 1;
            if (here == ' ') space = i + 1;
            if (i >= Longest) return space > 0 ? space : i + 1;
        }

        return 0;
    }
}
