namespace Parley.Samples.Tests.Support;

/// <summary>Where the samples lie in the working copy the tests were built from.</summary>
internal static class Repository
{
    public static string Root { get; } = Find();

    public static string Samples => Path.Combine(Root, "samples");

    public static string Prompt => Path.Combine(Root, "src", "Parley.Cli", "Prompts", "welcome.wav");

    private static string Find()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Parley.slnx")))
                return folder.FullName;
        }

        throw new DirectoryNotFoundException($"No Parley.slnx above {AppContext.BaseDirectory}: the tests run from inside a working copy.");
    }
}
