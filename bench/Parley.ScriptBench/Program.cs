using System.Diagnostics;
using System.Globalization;
using Parley.Testing.Rhai;
using Parley.Testing.Scenarios;

// dotnet run -c Release --project bench/Parley.ScriptBench: each script, how many times it does its work, and the best and the median of nine runs.
(string Name, int Count, string Script)[] works =
[
    ("while: a comparison and n += 1", 5_000_000, "let n = 0; while n < 5_000_000 { n += 1; }"),
    ("for over a range: sum += i", 5_000_000, "let sum = 0; for i in 0..5_000_000 { sum += i; }"),
    ("fn fib(27): a call, a comparison, an addition", 832_040, "fn fib(n) { if n < 2 { n } else { fib(n - 1) + fib(n - 2) } } fib(27)"),
    ("array: a[i] = a[i - 1] + 1", 2_000_000, "let a = []; a.pad(1000, 0); for round in 0..2_000 { for i in 1..1000 { a[i] = a[i - 1] + 1; } }"),
    ("text: s = `${i}` + \"x\"", 1_000_000, "let s = \"\"; for i in 0..1_000_000 { s = `${i}` + \"x\"; }"),
    ("closure: f.call(i), awaited", 1_000_000, "let f = |x| x + 1; let n = 0; for i in 0..1_000_000 { n = f.call(i); }"),
    ("map and reduce of 1,000 elements, awaited", 1_000_000, "let a = range(0, 1000).to_array(); for i in 0..500 { a.map(|x| x + 1).reduce(|s, x| s + x, 0); }"),
];
var frontEnd = new RhaiFrontEnd();
foreach (var (name, count, script) in works)
{
    var times = new List<double>();
    for (var i = 0; i < 9; i++)
    {
        await using var context = new ScenarioContext(new() { Name = "bench", File = "bench.rhai" });
        var clock = Stopwatch.StartNew();
        await frontEnd.LoadAsync(new ScenarioSource(context.File, script), new ScenarioSuite(), context);
        times.Add(clock.Elapsed.TotalSeconds);
    }

    times.Sort();
    Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name,-48} {count / times[0] / 1e6,7:0.0} million/s best, {count / times[4] / 1e6,6:0.0} median"));
}
