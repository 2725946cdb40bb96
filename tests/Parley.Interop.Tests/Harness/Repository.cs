namespace Parley.Interop.Tests.Harness;

/// <summary>Where things lie in the working copy the tests were built from.</summary>
internal static class Repository
{
    public static string Root { get; } = FindRoot();

    /// <summary>The program under test: built in the same configuration as the tests, else whichever was built.</summary>
    public static string ParleyDll => FindParley();

    public static string Peers => Path.Combine(Root, "tests", "peers");

    public static string Scenario(string name) => Path.Combine(Peers, "sipp", name + ".xml");

    public static string Prompt => Path.Combine(Root, "src", "Parley.Cli", "Prompts", "welcome.wav");

    private static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            if (File.Exists(Path.Combine(folder.FullName, "Parley.slnx")))
                return folder.FullName;
        throw new DirectoryNotFoundException($"No Parley.slnx above {AppContext.BaseDirectory}: the tests run from inside a working copy.");
    }

    private static string FindParley()
    {
        var ours = AppContext.BaseDirectory.Contains("/Debug/", StringComparison.Ordinal) ? "Debug" : "Release";
        foreach (var configuration in (string[])[ours, "Release", "Debug"])
        {
            var dll = Path.Combine(Root, "src", "Parley.Cli", "bin", configuration, "net10.0", "Parley.Cli.dll");
            if (File.Exists(dll))
                return dll;
        }
        throw new FileNotFoundException("Parley.Cli.dll is not built; run: dotnet build -c Release");
    }
}
