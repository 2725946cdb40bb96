using System.Globalization;
using System.Text.RegularExpressions;
using Parley.Interop.Tests.Harness;

namespace Parley.Interop.Tests.Flows;

/// <summary>
/// A call flow as tests/peers/sipp/README.md describes the files: what Parley does in it, and one script for each other party, which SIPp plays.
/// </summary>
internal sealed record Flow(string Name, string Title, string Host, IReadOnlyList<FlowParty> Parties)
{
    private static string Folder => Path.Combine(Repository.Peers, "sipp", "flows");

    /// <summary>The flows of a folder by their names, for a theory.</summary>
    public static TheoryData<string> In(string folder, string prefix = "")
    {
        var names = Directory.GetFiles(Path.Combine(Folder, folder), prefix + "*.flow").Select(file => Path.GetFileNameWithoutExtension(file)!);
        // 2.10 comes after 2.9.
        return new(names.OrderBy(name => Regex.Replace(name, "[0-9]+", number => number.Value.PadLeft(3, '0')), StringComparer.Ordinal));
    }

    public static Flow Read(string folder, string name)
    {
        var file = Path.Combine(Folder, folder, name + ".flow");
        string title = "", host = "";
        List<FlowParty> parties = [];
        foreach (var line in File.ReadLines(file).Where(line => line.Trim().Length > 0 && line[0] != '#'))
        {
            if (line.StartsWith("title:", StringComparison.Ordinal))
                title = line[6..].Trim();
            else if (line.StartsWith("host:", StringComparison.Ordinal))
                host = line[5..].Trim();
            else if (!char.IsWhiteSpace(line[0]) && line.EndsWith(':'))
                parties.Add(FlowParty.Parse(line[..^1]));
            else if (parties.Count > 0 && line.StartsWith("      ", StringComparison.Ordinal))
                parties[^1].Steps[^1].Details.Add(line.Trim());
            else if (parties.Count > 0)
                parties[^1].Steps.Add(FlowStep.Parse(line.Trim()));
            else
                throw new FormatException($"{file}: '{line}' belongs to no party");
        }
        Assert.True(title.Length > 0 && host.Length > 0 && parties.Count > 0, $"{file} lacks a title, a host or a party");
        return new(name, title, host, parties);
    }
}

/// <summary>Who SIPp plays, and when it begins: <c>alice</c>, <c>bob after 500</c>, or <c>alice again after 300</c> for a second call of the same phone.</summary>
internal sealed record FlowParty(string Name, int StartAfter)
{
    public List<FlowStep> Steps { get; } = [];

    /// <summary>It speaks first.</summary>
    public bool IsCaller => Steps.First(step => step.Kind is FlowStepKind.Send or FlowStepKind.Receive).Kind == FlowStepKind.Send;

    public static FlowParty Parse(string text)
    {
        var words = text.Split(" after ");
        return new(words[0].Trim(), words.Length > 1 ? int.Parse(words[1], CultureInfo.InvariantCulture) : 0);
    }
}

internal enum FlowStepKind
{
    Send,
    Receive,
    Pause,
}

/// <summary>One arrow of the ladder, or a pause.</summary>
/// <param name="Kind">Which.</param>
/// <param name="What">Method, status, or milliseconds.</param>
/// <param name="Words">What follows it on the line.</param>
internal sealed record FlowStep(FlowStepKind Kind, string What, IReadOnlyList<string> Words)
{
    /// <summary>Headers to send, or what received ones must match.</summary>
    public List<string> Details { get; } = [];

    public bool IsResponse => char.IsAsciiDigit(What[0]);

    public int Status => IsResponse ? int.Parse(What, CultureInfo.InvariantCulture) : 0;

    public string? Word(string prefix) => Words.FirstOrDefault(word => word.StartsWith(prefix, StringComparison.Ordinal))?[prefix.Length..];

    public static FlowStep Parse(string line)
    {
        var words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        var kind = words[0] switch
        {
            "->" => FlowStepKind.Send,
            "<-" => FlowStepKind.Receive,
            "pause" => FlowStepKind.Pause,
            _ => throw new FormatException($"'{line}' begins with none of ->, <- and pause"),
        };
        return new(kind, words[1], words[2..]);
    }
}
