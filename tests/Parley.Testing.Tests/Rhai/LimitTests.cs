using System.Diagnostics;
using Parley.Testing.Rhai;

namespace Parley.Testing.Tests.Rhai;

/// <summary>No script takes more than its limits, and none can catch that it did.</summary>
public sealed class LimitTests
{
    private static readonly RhaiRunOptions s_small = new() { Limits = new() { MaxSteps = 200_000, MaxString = 10_000, MaxElements = 1_000 } };

    public static TheoryData<string, string> Exhausting => new()
    {
        { "loop { }", "Too many operations" },
        { "while true { }", "Too many operations" },
        { "do { } until false;", "Too many operations" },
        { "for i in 0.. { }", "Too many operations" },
        { "for i in range(0, 9223372036854775807, 1) { }", "Too many operations" },
        { "loop { try { loop { } } catch { } }", "Too many operations" },
        { "fn f() { f() } f()", "Stack overflow" },
        { "fn f() { try { f() } catch { 1 } } f()", "Stack overflow" },
        { "fn a() { b() } fn b() { a() } a()", "Stack overflow" },
        { "let f = (); f = || f.call(); f.call()", "Stack overflow" },
        { "fn f(n) { [1].map(|x| f(n + 1)) } f(0)", "Stack overflow" },
        { "let s = \"x\"; loop { s += s; }", "string is longer" },
        { "let s = \"x\"; loop { s = `${s}${s}`; }", "string is longer" },
        { "let s = \"x\"; s.pad(9223372036854775807, 'x');", "string is longer" },
        { "let s = \"\"; s.pad(9000, 'x'); s.replace(\"x\", s);", "string is longer" },
        { "let s = \"\"; s.pad(9000, 'x'); [s, s].join()", "string is longer" },
        { "let s = \"\"; s.pad(9000, 'x'); let a = [s, s, s]; `${a}`", "longer" },
        { "let a = [1]; loop { a += a; }", "array is longer" },
        { "let a = [1]; loop { a = a + a; }", "array is longer" },
        { "let a = [1]; loop { a = [a, a]; }", "array is longer" },
        { "let a = [1]; loop { a = [a]; }", "nested deeper" },
        { "let a = #{}; loop { a = #{a: a}; }", "nested deeper" },
        { "let a = []; loop { a.push(1); }", "array is longer" },
        { "let a = []; a.pad(100000000000, 1);", "array is longer" },
        { "(0..).to_array()", "array is longer" },
        { "blob(9223372036854775807)", "blob is longer" },
        { "let m = #{}; for i in 0.. { m[`${i}`] = i; }", "map is longer" },
        { "let m = #{}; for i in 0.. { m.set(`${i}`, i); }", "map is longer" },
        { "let a = [1, 2, 3]; loop { a.sort(|x, y| 1); }", "Too many operations" },
        { "let s = \"\"; s.pad(9000, 'é'); loop { s[5]; s.len(); s.index_of('x'); }", "Too many operations" },
    };

    [Theory]
    [MemberData(nameof(Exhausting))]
    public async Task A_limit_ends_it(string script, string text)
    {
        var error = await RhaiRig.FailAsync($"try {{ {(script.StartsWith("fn", StringComparison.Ordinal) ? "" : script)} }} catch {{ }} {(script.StartsWith("fn", StringComparison.Ordinal) ? script : "")}", s_small);
        Assert.Equal(RhaiErrorKind.Limit, error.Kind);
        Assert.Contains(text, error.Message, StringComparison.Ordinal);
        Assert.True(error.Line > 0);
    }

    [Theory]
    [MemberData(nameof(Exhausting))]
    public async Task A_limit_ends_it_where_everything_is_awaited(string script, string text)
    {
        var error = await RhaiRig.FailAsync(script, s_small, WaitingTable.Instance);
        Assert.Equal(RhaiErrorKind.Limit, error.Kind);
        Assert.Contains(text, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("(", 500)]
    [InlineData("[", 500)]
    [InlineData("{", 500)]
    [InlineData("!", 500)]
    [InlineData("- ", 500)]
    [InlineData("if true {", 500)]
    [InlineData("`${", 500)]
    [InlineData("|x| ", 500)]
    [InlineData("#{a: ", 500)]
    [InlineData("switch 1 { 1 => ", 500)]
    [InlineData("1 + ", 500)]
    [InlineData("1 ** ", 500)]
    [InlineData("f(", 500)]
    [InlineData("if true { 1 } else ", 5000)]
    [InlineData("x = ", 5000)]
    public void Nesting_without_end_is_a_syntax_error(string piece, int count)
    {
        var script = string.Concat(Enumerable.Repeat(piece, count)) + "1";
        Assert.Equal(RhaiErrorKind.Syntax, Assert.Throws<RhaiException>(() => RhaiProgram.Parse(script, "t.rhai").Link(Parley.Testing.Rhai.Library.RhaiLibrary.Table)).Kind);
    }

    [Fact]
    public async Task What_people_write_stays_below_the_limits_of_the_reader()
    {
        var sum = string.Join(" + ", Enumerable.Range(1, 90));
        Assert.Equal("4095", await RhaiRig.EvaluateAsync(sum));
        var chain = "[1]" + string.Concat(Enumerable.Repeat(".map(|x| x + 1)", 60));
        Assert.Equal("[61]", await RhaiRig.EvaluateAsync(chain));
        var nested = string.Concat(Enumerable.Repeat("if true { ", 20)) + "7" + string.Concat(Enumerable.Repeat(" }", 20));
        Assert.Equal("7", await RhaiRig.EvaluateAsync(nested));
    }

    [Fact]
    public async Task Cancelling_ends_a_loop_that_catches_everything()
    {
        using var cancel = new CancellationTokenSource();
        var running = Task.Run(() => RhaiRig.FailAsync("loop { try { loop { } } catch { } }", new() { Limits = new() { MaxSteps = long.MaxValue - 1 } }, cancellation: cancel.Token));
        await cancel.CancelAsync();
        var error = await running.WaitAsync(TimeSpan.FromSeconds(60));
        Assert.Equal(RhaiErrorKind.Stopped, error.Kind);
        Assert.IsType<OperationCanceledException>(error.InnerException, exactMatch: false);
    }

    [Fact]
    public async Task Cancelling_ends_a_sleep()
    {
        using var cancel = new CancellationTokenSource();
        var clock = Stopwatch.StartNew();
        var running = RhaiRig.FailAsync("try { sleep(3600); } catch { }", cancellation: cancel.Token);
        await cancel.CancelAsync();
        Assert.Equal(RhaiErrorKind.Stopped, (await running.WaitAsync(TimeSpan.FromSeconds(60))).Kind);
        Assert.True(clock.Elapsed < TimeSpan.FromMinutes(30));
    }

    [Fact]
    public async Task Each_statement_is_told_before_it_runs()
    {
        var steps = new List<string>();
        await RhaiRig.EvaluateAsync("let x = 1;\nif x == 1 {\n  x = 2;\n}\nx", new() { OnStep = position => steps.Add($"{position.Line}:{position.Column}") });
        Assert.Equal(["1:5", "2:1", "3:5", "5:1"], steps);
    }
}
