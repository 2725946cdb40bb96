namespace Parley.Testing.Scenarios;

/// <summary>
/// Files of <c>KEY=VALUE</c> lines: <c>#</c> begins a comment line, <c>export </c> may stand before the key, one pair of quotes around the value is taken off, nothing is expanded.
/// </summary>
internal static class DotenvFile
{
    // A file of settings; what is larger was named by mistake.
    private const int MaxBytes = 1 << 20;

    /// <summary>Reads a file.</summary>
    /// <exception cref="ScenarioException">It cannot be read, or a line is no assignment.</exception>
    public static IEnumerable<KeyValuePair<string, string>> Read(string path)
    {
        try
        {
            if (new FileInfo(path) is { Exists: true, Length: > MaxBytes })
                throw new ScenarioException($"{path}: larger than {MaxBytes} bytes; that is no file of KEY=VALUE lines");
            return Parse(File.ReadAllText(path), path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ScenarioException($"cannot read {path}: {e.Message}", e);
        }
    }

    /// <summary>Reads the text of a file; <paramref name="path"/> is for messages.</summary>
    public static List<KeyValuePair<string, string>> Parse(string text, string path)
    {
        var values = new List<KeyValuePair<string, string>>();
        var number = 0;
        foreach (var raw in text.AsSpan().EnumerateLines())
        {
            number++;
            var line = raw.Trim();
            if (line.IsEmpty || line[0] == '#')
                continue;
            if (line.StartsWith("export ", StringComparison.Ordinal))
                line = line["export ".Length..].TrimStart();
            var equals = line.IndexOf('=');
            if (equals < 1)
                throw new ScenarioException($"{path}:{number}: a line is KEY=VALUE, not `{line}`");
            values.Add(new(line[..equals].TrimEnd().ToString(), Unquote(line[(equals + 1)..].TrimStart()).ToString()));
        }

        return values;
    }

    private static ReadOnlySpan<char> Unquote(ReadOnlySpan<char> value) =>
        value.Length >= 2 && (value[0] is '"' or '\'') && value[^1] == value[0] ? value[1..^1] : value;
}
