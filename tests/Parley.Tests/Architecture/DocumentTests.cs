using System.Text.RegularExpressions;

namespace Parley.Tests.Architecture;

/// <summary>What the documents promise is there.</summary>
public partial class DocumentTests
{
    private static readonly string s_rfcs = Repository.Read("docs/rfc.md");

    public static TheoryData<string> Rows => [.. s_rfcs.Split('\n').Where(line => FirstCell().IsMatch(line))];

    [Theory]
    [MemberData(nameof(Rows))]
    public void Every_folder_an_RFC_is_said_to_be_in_exists(string row)
    {
        var folders = Quoted(row, column: 3);
        Assert.NotEmpty(folders);
        Assert.All(folders, folder => Assert.True(Directory.Exists(Path.Combine(Repository.Root, "src", folder)), $"There is no folder src/{folder}."));
    }

    [Theory]
    [MemberData(nameof(Rows))]
    public void Every_test_class_named_for_an_RFC_exists_and_tests_something(string row)
    {
        var classes = Quoted(row, column: 4);
        Assert.NotEmpty(classes);
        Assert.All(classes, name => Assert.True(s_tests.Value.Contains(name), $"No class {name} with a test in it."));
    }

    [Fact]
    public void Every_RFC_the_code_cites_is_in_the_table()
    {
        var cited = Repository.Sources("src")
            .SelectMany(file => Citation().Matches(File.ReadAllText(file)))
            .Select(match => match.Groups[1].Value)
            .Distinct();
        Assert.All(cited.Order(), number => Assert.True(s_rfcs.Contains(number, StringComparison.Ordinal), $"docs/rfc.md does not know RFC {number}."));
    }

    [Theory]
    [InlineData("README.md")]
    [InlineData("docs/architecture.md")]
    [InlineData("docs/rfc.md")]
    [InlineData("docs/limits.md")]
    [InlineData("docs/call-api.md")]
    [InlineData("docs/speech.md")]
    public void Links_within_the_repository_lead_somewhere(string document)
    {
        var folder = Path.GetDirectoryName(Path.Combine(Repository.Root, document))!;
        var targets = Link().Matches(Repository.Read(document)).Select(match => match.Groups[1].Value).Where(target => !target.Contains("://", StringComparison.Ordinal));
        Assert.All(targets, target => Assert.True(Path.Exists(Path.Combine(folder, target)), $"{document} links to {target}, which is not there."));
    }

    // Every limit is a property of a record or a constant; a name that nothing has any more is an outdated row.
    [Fact]
    public void Every_limit_in_the_table_is_a_name_in_the_code()
    {
        var code = string.Join('\n', Repository.Sources("src").Select(File.ReadAllText));
        var rows = Repository.Read("docs/limits.md").Split('\n').Where(line => line.StartsWith("| `", StringComparison.Ordinal));
        var names = rows.SelectMany(row => Quoted(row, column: 1)).ToList();
        Assert.NotEmpty(names);
        Assert.All(names, name => Assert.True(Regex.IsMatch(code, $@"\b{Regex.Escape(name)}\b"), $"docs/limits.md names {name}, which is not in the code."));
    }

    private static readonly Lazy<HashSet<string>> s_tests = new(() =>
    [
        .. Repository.Sources("tests")
            .Select(File.ReadAllText)
            .Where(text => text.Contains("[Fact", StringComparison.Ordinal) || text.Contains("[Theory", StringComparison.Ordinal))
            .SelectMany(text => Class().Matches(text))
            .Select(match => match.Groups[1].Value),
    ]);

    private static List<string> Quoted(string row, int column) =>
        [.. Backticks().Matches(row.Split('|')[column]).Select(match => match.Groups[1].Value)];

    [GeneratedRegex(@"^\| [0-9]{3,4}\b")]
    private static partial Regex FirstCell();

    [GeneratedRegex(@"RFC ([0-9]{3,4})")]
    private static partial Regex Citation();

    [GeneratedRegex(@"\]\(([^)#\s]+)")]
    private static partial Regex Link();

    [GeneratedRegex(@"\bclass (\w+)")]
    private static partial Regex Class();

    [GeneratedRegex("`([^`]+)`")]
    private static partial Regex Backticks();
}
