using System.Text.RegularExpressions;

namespace Parley.Testing.Http;

/// <summary>For which paths a route of a mock server is.</summary>
public sealed class MockPath
{
    // A path is short; an expression that takes longer on it will not end.
    private static readonly TimeSpan MatchLimit = TimeSpan.FromSeconds(1);

    private readonly Regex? _regex;

    private MockPath(string text, Regex? regex) => (Text, _regex) = (text, regex);

    /// <summary>The path, or the expression.</summary>
    public string Text { get; }

    /// <summary>True for an expression.</summary>
    public bool IsRegex => _regex is not null;

    /// <summary>One path.</summary>
    /// <param name="path">The path, without a query; <c>/</c> is put before it when it is not there.</param>
    public static MockPath Exact(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        return new(path.StartsWith('/') ? path : "/" + path, null);
    }

    /// <summary>All paths an expression is for as a whole.</summary>
    /// <param name="pattern">The expression.</param>
    /// <exception cref="ArgumentException">It is no regular expression.</exception>
    public static MockPath Regex(string pattern)
    {
        ArgumentNullException.ThrowIfNull(pattern);
        return new(pattern, new($"^(?:{pattern})$", RegexOptions.CultureInvariant, MatchLimit));
    }

    /// <summary>One path.</summary>
    /// <param name="path">The path.</param>
    public static implicit operator MockPath(string path) => Exact(path);

    /// <summary>One path.</summary>
    /// <param name="path">The path.</param>
    public static MockPath FromString(string path) => Exact(path);

    internal bool Matches(string path) => _regex?.IsMatch(path) ?? path == Text;

    internal bool IsSame(MockPath other) => IsRegex == other.IsRegex && Text == other.Text;
}
