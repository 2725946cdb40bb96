using System.Diagnostics;
using System.Globalization;
using Parley.Testing.Rhai;
using Parley.Testing.Rhai.Evaluation;
using Parley.Testing.Rhai.Library;

namespace Parley.Testing.Tests.Rhai;

/// <summary>
/// Whatever is read and run: a value or an error of the script with a place, and soon. <c>PARLEY_FUZZ_SECONDS</c> makes it last longer, <c>PARLEY_FUZZ_SEED</c> begins
/// elsewhere; what fails tells its script.
/// </summary>
public sealed class RhaiFuzzTests
{
    // Two hundred thousand steps are milliseconds; what takes this long hangs, even on a machine busy with other work.
    private static readonly TimeSpan s_hang = TimeSpan.FromSeconds(20);

    private static readonly RhaiRunOptions s_options = new()
    {
        Limits = new() { MaxSteps = 200_000, MaxString = 20_000, MaxElements = 2_000 },
        ReadModule = path => throw new FileNotFoundException(path),
    };

    // Scripts that once broke something.
    private static readonly string[] s_regressions =
    [
        "let s = \"\uD83Dx\"; [s[-1], s.len()]",
        "parse_json(\"[\uD83D]\")",
        "parse_json(`\"\\uD83D\"`)",
    ];

    private static readonly List<string> s_corpus = [.. new[]
    {
        LanguageTests.Literals, LanguageTests.Operators, LanguageTests.Variables, LanguageTests.Copies, LanguageTests.Control, LanguageTests.Functions, LanguageTests.Errors,
        LibraryTests.Numbers, LibraryTests.Strings, LibraryTests.Arrays, LibraryTests.Maps, LibraryTests.Blobs, LibraryTests.Ranges,
    }.SelectMany(table => table).Select(row => row.Data.Item1), .. s_regressions];

    [Fact]
    public Task Scripts() => RunAsync(RhaiLibrary.Table, share: 2);

    [Fact]
    public Task Scripts_that_are_awaited() => RunAsync(WaitingTable.Instance, share: 2);

    // Every script by itself gives the same whether it is evaluated plainly or awaited.
    [Fact]
    public async Task Both_halves_of_the_evaluator_agree()
    {
        var mutator = new ScriptMutator([.. s_corpus.Where(script => !script.Contains("timestamp", StringComparison.Ordinal) && !script.Contains("rand", StringComparison.Ordinal))], Seed);
        for (var i = 0; i < 2_000; i++)
        {
            var script = mutator.Next();
            if (script.Contains("rand", StringComparison.Ordinal) || script.Contains("timestamp", StringComparison.Ordinal))
                continue;
            var plain = await OutcomeAsync(script, RhaiLibrary.Table);
            var awaited = await OutcomeAsync(script, WaitingTable.Instance);
            Assert.True(plain == awaited || plain.StartsWith("Limit", StringComparison.Ordinal), $"{script}\nplain: {plain}\nawaited: {awaited}");
        }
    }

    private static int Seed => (int)Read("PARLEY_FUZZ_SEED", 1);

    private static async Task RunAsync(FunctionTable table, int share)
    {
        foreach (var script in s_regressions)
            await OutcomeAsync(script, table);
        var mutator = new ScriptMutator(s_corpus, Seed);
        var run = Stopwatch.StartNew();
        do
        {
            var script = mutator.Next();
            try
            {
                await OutcomeAsync(script, table).WaitAsync(s_hang);
            }
            catch (Exception exception)
            {
                throw new InvalidOperationException($"seed {Seed}, script {Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes(script))}\n{script}", exception);
            }
        }
        while (run.Elapsed.TotalSeconds < Read("PARLEY_FUZZ_SECONDS", 2) / share);
    }

    private static Task<string> OutcomeAsync(string script, FunctionTable table) => Task.Run(async () =>
    {
        try
        {
            var program = RhaiProgram.Parse(script, "fuzz.rhai");
            var value = await new RhaiRun(program, table, s_options).RunAsync(null, CancellationToken.None);
            return Printer.Shown(value, s_options.Limits.MaxString);
        }
        catch (RhaiException error)
        {
            // An error without a place is one somebody cannot find; only printing the result happens nowhere.
            Assert.True(error.Line > 0 || error.Text.StartsWith("text of a value", StringComparison.Ordinal), error.ToString());
            Assert.NotEqual(RhaiErrorKind.Host, error.Kind);
            Assert.True(error.Describe().Length < 10_000 + (error.Text.Length * 2));
            return $"{error.Kind} {error.Text} {error.Line}:{error.Column}";
        }
    });

    private static double Read(string name, double otherwise) =>
        double.TryParse(Environment.GetEnvironmentVariable(name), NumberStyles.Float, CultureInfo.InvariantCulture, out var value) ? value : otherwise;
}
