using System.Text.Json;
using System.Text.Json.Serialization;
using Parley.Testing.Scenarios;

namespace Parley.Testing.Programs;

/// <summary>What a program of scenarios says to whoever runs it, a line each on standard output. Any other line is what it prints.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "parley")]
[JsonDerivedType(typeof(ProgramDeclared), "declared")]
[JsonDerivedType(typeof(ProgramTold), "told")]
[JsonDerivedType(typeof(ProgramEnded), "ended")]
internal abstract record ProgramMessage;

/// <summary>The first: what there is.</summary>
internal sealed record ProgramDeclared(IReadOnlyList<ProgramScenario> Scenarios) : ProgramMessage;

/// <summary>Something happened in a run of a scenario.</summary>
internal sealed record ProgramTold(int Run, ScenarioEvent Event) : ProgramMessage;

/// <summary>A run of a scenario has ended.</summary>
internal sealed record ProgramEnded(int Run, AttemptStatus Status, string? Error) : ProgramMessage;

/// <summary>A scenario of a program.</summary>
internal sealed record ProgramScenario(
    string Name, IReadOnlyList<string> Tags, bool Only, bool Skip, string? SkipReason, double? TimeLimitMs, int? Retries, int Line);

/// <summary>What a program of scenarios is told, a line each on standard input.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "do")]
[JsonDerivedType(typeof(ProgramRun), "run")]
[JsonDerivedType(typeof(ProgramCancel), "cancel")]
internal abstract record ProgramCommand;

/// <summary>Run a scenario once.</summary>
internal sealed record ProgramRun(int Run, string Scenario) : ProgramCommand
{
    public long Seed { get; init; }

    public double LimitMs { get; init; }

    public bool InsecureHttp { get; init; }

    public bool Metrics { get; init; }

    public bool Details { get; init; }

    public string? AudioFolder { get; init; }

    public required string BindHost { get; init; }

    public int FirstPort { get; init; }

    public int LastPort { get; init; }

    public IReadOnlyDictionary<string, string> Constants { get; init; } = new Dictionary<string, string>();

    public ScenarioVariables Environment { get; init; } = new([], null, null);
}

/// <summary>End a run before its time.</summary>
internal sealed record ProgramCancel(int Run) : ProgramCommand;

/// <summary>Writes and reads the lines.</summary>
internal static class ProgramLines
{
    // What no other program begins a line with by chance.
    private const string Mark = "{\"parley\":";

    public static string Write(ProgramMessage message) => JsonSerializer.Serialize(message, ProgramJson.Default.ProgramMessage);

    public static string Write(ProgramCommand command) => JsonSerializer.Serialize(command, ProgramJson.Default.ProgramCommand);

    /// <summary>The message of a line; null for one that is printed.</summary>
    public static ProgramMessage? ReadMessage(string line)
    {
        if (!line.StartsWith(Mark, StringComparison.Ordinal))
            return null;
        try
        {
            return JsonSerializer.Deserialize(line, ProgramJson.Default.ProgramMessage);
        }
        catch (Exception e) when (e is JsonException or NotSupportedException)
        {
            return null;
        }
    }

    public static ProgramCommand? ReadCommand(string line) => JsonSerializer.Deserialize(line, ProgramJson.Default.ProgramCommand);
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, UseStringEnumConverter = true)]
[JsonSerializable(typeof(ProgramMessage))]
[JsonSerializable(typeof(ProgramCommand))]
internal sealed partial class ProgramJson : JsonSerializerContext;
