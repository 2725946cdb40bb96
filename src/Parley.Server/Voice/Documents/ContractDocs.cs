using System.Reflection;
using System.Text;
using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace Parley.Server.Voice.Documents;

/// <summary>The summaries of the contracts' types and members, as the compiler wrote them down beside the assembly; they are embedded in this one.</summary>
internal static partial class ContractDocs
{
    private static readonly Lazy<Dictionary<string, string>> All = new(Read);

    /// <summary>What a type is; null when nobody has said so.</summary>
    public static string? Of(Type type) => All.Value.GetValueOrDefault("T:" + type.FullName);

    /// <summary>What a property is; null when nobody has said so.</summary>
    public static string? Of(MemberInfo property) => All.Value.GetValueOrDefault($"P:{property.DeclaringType!.FullName}.{property.Name}");

    private static Dictionary<string, string> Read()
    {
        using var stream = typeof(ContractDocs).Assembly.GetManifestResourceStream("Parley.Contracts.xml")!;
        var summaries = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var member in XDocument.Load(stream).Descendants("member"))
        {
            if (member.Element("summary") is { } summary && member.Attribute("name")?.Value is { } name)
                summaries[name] = Spaces().Replace(Text(summary), " ").Trim();
        }

        return summaries;
    }

    // <see cref="P:X.Y.Z"/> is 'z' to who reads JSON.
    private static string Text(XElement element)
    {
        var text = new StringBuilder();
        foreach (var node in element.Nodes())
        {
            _ = node switch
            {
                XText words => text.Append(words.Value),
                XElement { Name.LocalName: "see" } see when (see.Attribute("cref") ?? see.Attribute("langword"))?.Value is { } target => text.Append('\'').Append(Name(target)).Append('\''),
                XElement inner => text.Append(Text(inner)),
                _ => text,
            };
        }

        return text.ToString();
    }

    private static string Name(string target)
    {
        var name = target[(target.LastIndexOf('.') + 1)..];
        return target.StartsWith("P:", StringComparison.Ordinal) ? char.ToLowerInvariant(name[0]) + name[1..] : name;
    }

    [GeneratedRegex(@"\s+")]
    private static partial Regex Spaces();
}
