namespace Parley.Media.Files;

/// <summary>Paths that others name and that must stay below a folder.</summary>
public static class FolderPath
{
    /// <summary>The path of a name below a folder; whatever leaves the folder is no path of ours, however it is written. A name that begins at the root counts when it leads there, too.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="name">The name, with or without folders.</param>
    /// <returns>The whole path; null for a name that leads elsewhere, or can be none.</returns>
    public static string? Below(string folder, string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        ArgumentNullException.ThrowIfNull(name);
        if (name.Length == 0 || name.IndexOfAny(Path.GetInvalidPathChars()) >= 0)
            return null;
        var whole = Path.GetFullPath(folder);
        var root = Path.EndsInDirectorySeparator(whole) ? whole : whole + Path.DirectorySeparatorChar;
        var file = Path.GetFullPath(Path.Combine(root, name));
        return file.Length > root.Length && file.StartsWith(root, StringComparison.Ordinal) ? file : null;
    }
}
