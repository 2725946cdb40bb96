using System.Text.RegularExpressions;

namespace Parley.Testing.Scenarios;

/// <summary>Which scenarios of a run are meant.</summary>
public sealed class ScenarioFilter
{
    // A name is short; an expression that takes longer on it will not end.
    private static readonly TimeSpan MatchLimit = TimeSpan.FromSeconds(1);

    private readonly Func<string, bool> _name;
    private readonly HashSet<string> _tags;
    private readonly HashSet<string> _excluded;

    /// <summary>All of them.</summary>
    public ScenarioFilter()
        : this(null, [], [])
    {
    }

    /// <summary>Those with a name and tags.</summary>
    /// <param name="name">A part of the name, of whatever case, or <c>re:</c> and a regular expression; null for any name.</param>
    /// <param name="tags">Tags of which it has at least one; none for any.</param>
    /// <param name="excludedTags">Tags of which it has none; they go before <paramref name="tags"/>.</param>
    /// <exception cref="ScenarioUsageException">It is no regular expression.</exception>
    public ScenarioFilter(string? name, IEnumerable<string> tags, IEnumerable<string> excludedTags)
    {
        IsEmpty = name is null && !tags.Any() && !excludedTags.Any();
        _name = NameMatch(name);
        _tags = [.. tags];
        _excluded = [.. excludedTags];
    }

    /// <summary>True when it lets everything through.</summary>
    public bool IsEmpty { get; }

    /// <summary>Whether a scenario is meant.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="tags">Its tags.</param>
    public bool Matches(string name, IReadOnlyList<string> tags) =>
        _name(name) && !tags.Any(_excluded.Contains) && (_tags.Count == 0 || tags.Any(_tags.Contains));

    private static Func<string, bool> NameMatch(string? text)
    {
        if (text is null)
            return _ => true;
        if (!text.StartsWith("re:", StringComparison.Ordinal))
            return name => name.Contains(text, StringComparison.OrdinalIgnoreCase);
        try
        {
            return new Regex(text[3..], RegexOptions.CultureInvariant, MatchLimit).IsMatch;
        }
        catch (ArgumentException e)
        {
            throw new ScenarioUsageException($"`{text}`: no regular expression: {e.Message}");
        }
    }
}
