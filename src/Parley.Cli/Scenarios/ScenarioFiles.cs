using Parley.Cli.Terminal;

namespace Parley.Cli.Scenarios;

/// <summary>Files that are written at the end of a run.</summary>
internal static class ScenarioFiles
{
    /// <summary>The paths, whose folders are there: found out now rather than after an hour of calls.</summary>
    /// <exception cref="CommandException">A folder is not.</exception>
    public static string?[] Check(params (string Option, string? Path)[] files)
    {
        foreach (var (option, path) in files)
        {
            if (path is not null && Path.GetDirectoryName(Path.GetFullPath(path)) is { } folder && !Directory.Exists(folder))
                throw CommandException.Usage($"{option} {path}: there is no folder {folder}.");
        }

        return [.. files.Select(file => file.Path)];
    }
}
