using System.Reflection;
using Parley.Cli.Terminal;

namespace Parley.Cli.Scenarios;

/// <summary>The file a scenario in C# begins as.</summary>
internal static class ScenarioTemplate
{
    /// <summary>Writes the file.</summary>
    /// <exception cref="CommandException">It is there already, or cannot be written.</exception>
    public static void Write(string path)
    {
        if (!path.EndsWith(".cs", StringComparison.Ordinal))
            throw CommandException.Usage($"--new {path}: a scenario in C# is a file that ends in .cs.");
        try
        {
            using var file = new StreamWriter(new FileStream(path, FileMode.CreateNew, FileAccess.Write));
            file.Write(Text(path));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw CommandException.Usage($"--new: {e.Message}");
        }
    }

    private static string Text(string path) => $$"""
        // parley test --local {{Path.GetFileName(path)}}
        {{Reference(path)}}
        #:property PublishAot=false
        using Parley.Testing.Agents;
        using Parley.Testing.Audio;
        using Parley.Testing.Programs;

        var test = new ScenarioProgram();

        test.Scenario("A calls B and both hear each other", async context =>
        {
            var domain = context.Environment.Get("SIP_DOMAIN");
            AgentOptions Account(string name) => new()
            {
                Username = context.Environment.Get($"{name}_USER"), Password = context.Environment.Get($"{name}_PASS"), Domain = domain,
            };
            var a = await context.AddAgentAsync("A", Account("A"));
            var b = await context.AddAgentAsync("B", Account("B"));
            await context.UntilAsync(() => context.Expect(a.Registered && b.Registered).IsTrue());

            await a.DialAsync(b);
            await context.UntilAsync(() => context.Expect(b.State).IsEqualTo(AgentState.Ringing));
            await b.AcceptAsync();
            await context.UntilAsync(() => context.Expect(a.State).IsEqualTo(AgentState.Established));

            await a.SendAudioAsync(AudioSpec.Tone(440));
            await b.VerifyAudioAsync(440, TimeSpan.FromSeconds(1));

            await a.HangupAsync();
            await context.UntilAsync(() => context.Expect(b.State).IsEqualTo(AgentState.Idle));
        });

        return await test.RunAsync(args);

        """;

    // In a clone the library is compiled with the scenario; an installed command names the package of its own version.
    private static string Reference(string path)
    {
        for (var folder = AppContext.BaseDirectory; folder is not null; folder = Path.GetDirectoryName(folder))
        {
            var project = Path.Combine(folder, "src", "Parley.Testing", "Parley.Testing.csproj");
            if (File.Exists(project))
                return $"#:project {Path.GetRelativePath(Path.GetDirectoryName(Path.GetFullPath(path))!, project)}";
        }

        return $"#:package Parley.Testing@{Assembly.GetExecutingAssembly().GetName().Version?.ToString(3)}";
    }
}
