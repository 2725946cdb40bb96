namespace Parley.Testing.Scenarios;

/// <summary>Finds the scenario files of a run.</summary>
internal sealed class ScenarioDiscovery(IReadOnlyList<IScenarioFrontEnd> frontEnds)
{
    // Deeper is a loop of mounts rather than a suite of tests.
    private const int MaxDepth = 32;

    // A script is written by hand.
    private const long MaxFileBytes = 4 << 20;

    /// <summary>
    /// The files of these paths, each once. A file that is named is taken; in folders those are that declare a scenario or do not parse: the others are modules.
    /// </summary>
    /// <exception cref="ScenarioUsageException">A path is not there, or of a kind nobody reads.</exception>
    public List<DiscoveredFile> Find(IEnumerable<string> paths)
    {
        var found = new List<DiscoveredFile>();
        var seen = new HashSet<string>();
        foreach (var path in paths)
        {
            foreach (var (file, named) in Files(path))
            {
                if (seen.Add(Path.GetFullPath(file)) && Inspect(file) is var one && (named || one.Outline is null or { DeclaresScenarios: true }))
                    found.Add(one);
            }
        }

        return found;
    }

    private IEnumerable<(string File, bool Named)> Files(string path)
    {
        if (Directory.Exists(path))
            return Walk(path, 0).Select(file => (file, false));
        if (!File.Exists(path))
            throw new ScenarioUsageException($"{path}: there is no such file or folder");
        return FrontEndOf(path) is null
            ? throw new ScenarioUsageException($"{path}: a scenario file ends in {string.Join(", ", frontEnds.SelectMany(one => one.Extensions))}")
            : [(path, true)];
    }

    private IEnumerable<string> Walk(string folder, int depth)
    {
        // Neither hidden nor build folders hold scenarios; links may lead anywhere, and around.
        var entries = new DirectoryInfo(folder).EnumerateFileSystemInfos()
            .Where(entry => entry.LinkTarget is null && entry.Name[0] != '.')
            .OrderBy(entry => entry.Name, StringComparer.Ordinal);
        foreach (var entry in entries)
        {
            var path = Path.Combine(folder, entry.Name);
            if (entry is FileInfo && FrontEndOf(path) is not null)
                yield return path;
            if (entry is not DirectoryInfo || depth + 1 >= MaxDepth || entry.Name is "bin" or "obj")
                continue;
            foreach (var file in Walk(path, depth + 1))
                yield return file;
        }
    }

    private DiscoveredFile Inspect(string path)
    {
        var frontEnd = FrontEndOf(path)!;
        try
        {
            if (new FileInfo(path).Length > MaxFileBytes)
                return new(path, frontEnd) { Fault = $"{path}: larger than {MaxFileBytes} bytes; that is no scenario file" };
            var source = new ScenarioSource(Path.GetFullPath(path), File.ReadAllText(path));
            return new(path, frontEnd) { Source = source, Outline = frontEnd.Inspect(source) };
        }
        catch (ScenarioSourceException e)
        {
            return new(path, frontEnd) { Fault = e.Describe() };
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return new(path, frontEnd) { Fault = $"{path}: {e.Message}" };
        }
    }

    private IScenarioFrontEnd? FrontEndOf(string path) =>
        frontEnds.FirstOrDefault(one => one.Extensions.Any(end => path.EndsWith(end, StringComparison.OrdinalIgnoreCase)));
}

/// <summary>A scenario file that was found.</summary>
/// <param name="Path">Where, as the user gave it.</param>
/// <param name="FrontEnd">Who reads it.</param>
internal sealed record DiscoveredFile(string Path, IScenarioFrontEnd FrontEnd)
{
    /// <summary>The file; null when it could not be read.</summary>
    public ScenarioSource? Source { get; init; }

    /// <summary>What it declares; null when it does not parse.</summary>
    public ScenarioOutline? Outline { get; init; }

    /// <summary>Why it cannot be run.</summary>
    public string? Fault { get; init; }

    /// <summary>Its name without folder and extension: the name of the scenario that a file without any is.</summary>
    public string Stem => System.IO.Path.GetFileNameWithoutExtension(Path);
}
