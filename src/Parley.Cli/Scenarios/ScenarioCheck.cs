using Parley.Cli.Terminal;
using Parley.Testing.Rhai;
using Parley.Testing.Scenarios;

namespace Parley.Cli.Scenarios;

/// <summary><c>parley test --check</c>: parses a file and names what is wrong with it.</summary>
internal static class ScenarioCheck
{
    public static int Run(string path, IReadOnlyCollection<string> constants, TextWriter output, TextWriter errors)
    {
        if (!File.Exists(path))
            throw CommandException.Usage($"--check {path}: there is no such file.");
        var frontEnd = ScenarioLanguages.All().FirstOrDefault(one => one.Extensions.Any(end => path.EndsWith(end, StringComparison.OrdinalIgnoreCase)))
            ?? throw CommandException.Usage($"--check {path}: a scenario file ends in {string.Join(" or ", ScenarioLanguages.All().SelectMany(one => one.Extensions))}.");
        try
        {
            var source = new ScenarioSource(Path.GetFullPath(path), File.ReadAllText(path));
            var outline = frontEnd.Inspect(source);
            // What nobody knows fails when it is reached; that may be in the one branch that is seldom taken.
            var unknown = frontEnd is RhaiFrontEnd ? RhaiFrontEnd.Check(source, constants) : [];
            foreach (var problem in unknown)
                errors.WriteLine(Printable.From(problem));
            if (unknown.Count > 0)
                return ExitCode.Failure;
            output.WriteLine(outline.DeclaresScenarios ? $"{path}: ok, {Count(outline.Names.Count)}" : $"{path}: ok, no scenario(…): it is one as a whole, or a module");
            foreach (var name in outline.Names)
                output.WriteLine($"  {Printable.From(name)}");
            return ExitCode.Success;
        }
        catch (ScenarioSourceException e)
        {
            errors.WriteLine(e.Describe());
            return ExitCode.Failure;
        }
    }

    private static string Count(int names) => names switch { 0 => "scenarios whose names are computed", 1 => "1 scenario", _ => $"{names} scenarios" };
}
