using Parley.Testing.Programs;
using Parley.Testing.Rhai;
using Parley.Testing.Scenarios;

namespace Parley.Cli.Scenarios;

/// <summary>The languages scenario files are read in.</summary>
internal static class ScenarioLanguages
{
    public static IReadOnlyList<IScenarioFrontEnd> All() => [new RhaiFrontEnd(), new ProgramFrontEnd()];
}
