using System.Text;

namespace Parley.TestSupport;

/// <summary>Messages as text, read: what they are, what they hold. Each project that takes this file adds the messages its own tests write.</summary>
internal static partial class Wire
{
    public static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text.ReplaceLineEndings("\r\n"));

    /// <summary><c>INVITE</c> for a request, <c>200 INVITE</c> for a response.</summary>
    public static string Summary(string message)
    {
        var start = message[..message.IndexOf("\r\n", StringComparison.Ordinal)].Split(' ');
        return start[0] == "SIP/2.0" ? $"{start[1]} {Header(message, "CSeq").Split(' ')[1]}" : start[0];
    }

    /// <summary>The value of the first line of that name.</summary>
    public static string Header(string message, string name)
    {
        var value = TryHeader(message, name);
        Assert.True(value is not null, $"no {name} in\n{message}");
        return value;
    }

    /// <summary>The value of the first line of that name; null when there is none.</summary>
    public static string? TryHeader(string message, string name) => Headers(message, name) is [var first, ..] ? first : null;

    /// <summary>The values of all lines of that name.</summary>
    public static IReadOnlyList<string> Headers(string message, string name) =>
        [.. message.ReplaceLineEndings("\r\n").Split("\r\n").Where(l => l.StartsWith(name + ":", StringComparison.OrdinalIgnoreCase)).Select(l => l[(name.Length + 1)..].Trim())];

    public static bool Has(string message, string name) => TryHeader(message, name) is not null;

    public static string RequestUri(string message) => message.Split(' ')[1];

    /// <summary>A parameter of a header's value, empty when it has none.</summary>
    public static string Parameter(string value, string name)
    {
        var part = value.Split(';').FirstOrDefault(p => p.StartsWith(name + "=", StringComparison.Ordinal));
        return part is null ? "" : part[(name.Length + 1)..];
    }
}
