using System.Globalization;

namespace Parley.TestingBench;

internal sealed record Options(int Agents, int Times, string? Encryption)
{
    public static Options Read(string[] args) => new(
        int.Parse(Value(args, "--agents") ?? "500", CultureInfo.InvariantCulture),
        int.Parse(Value(args, "--times") ?? "20", CultureInfo.InvariantCulture),
        Value(args, "--encryption"));

    private static string? Value(string[] args, string name) => Array.IndexOf(args, name) is var at and >= 0 && at + 1 < args.Length ? args[at + 1] : null;
}
