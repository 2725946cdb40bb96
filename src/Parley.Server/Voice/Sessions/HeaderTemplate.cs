using System.Text;

namespace Parley.Server.Voice.Sessions;

/// <summary>Text with gaps: <c>{{name}}</c>, and <c>{{sip["X-Name"]}}</c> for a header.</summary>
internal static class HeaderTemplate
{
    /// <summary>Fills the gaps; one that nothing is known for becomes empty, and one that is never closed stays as it is.</summary>
    /// <param name="text">The text.</param>
    /// <param name="variable">Value of a variable; null for unknown.</param>
    /// <param name="header">Value of a header; null for unknown.</param>
    public static string Fill(string text, Func<string, string?> variable, Func<string, string?> header)
    {
        var filled = new StringBuilder();
        var rest = text.AsSpan();
        while (rest.IndexOf("{{") is >= 0 and var start && rest[start..].IndexOf("}}") is > 0 and var length)
        {
            filled.Append(rest[..start]);
            var name = rest.Slice(start + 2, length - 2).Trim();
            filled.Append(name.StartsWith("sip[") && name.EndsWith("]") ? header(name[4..^1].Trim("\"' ").ToString()) : variable(name.ToString()));
            rest = rest[(start + length + 2)..];
        }

        return filled.Append(rest).ToString();
    }
}
