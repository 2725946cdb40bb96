using Parley.Testing.Rhai;
using Parley.Testing.Rhai.Evaluation;
using Parley.Testing.Rhai.Library;

namespace Parley.Testing.Tests.Rhai;

/// <summary>Scripts that import scripts.</summary>
public sealed class ModuleTests
{
    private readonly Dictionary<string, string> _files = [];

    [Fact]
    public async Task A_module_gives_functions_and_what_it_exports()
    {
        _files["lib/phones.rhai"] = "export const LIMIT = 5; export let list = [1]; list.push(2); let hidden = 3; fn twice(x) { x * factor() } private fn factor() { 2 } export hidden as shown;";
        Assert.Equal("[10, 5, [1, 2], 3]", await RunAsync("import \"lib/phones\" as phones; [phones::twice(5), phones::LIMIT, phones::list, phones::shown]"));
    }

    [Fact]
    public async Task Paths_are_relative_to_the_importing_file()
    {
        _files["lib/a.rhai"] = "import \"deep/b\" as b; fn value() { b::value() + 1 }";
        _files["lib/deep/b.rhai"] = "import \"../c.rhai\" as c; fn value() { c::value() + 10 }";
        _files["lib/c.rhai"] = "fn value() { 100 }";
        Assert.Equal("111", await RunAsync("import \"lib/a\" as a; a::value()"));
    }

    [Fact]
    public async Task A_module_runs_once()
    {
        _files["counter.rhai"] = "print(\"loaded\"); export const X = 1;";
        var lines = new List<string>();
        Assert.Equal("2", await RunAsync("import \"counter\" as a; import \"counter.rhai\" as b; a::X + b::X", new() { Print = (_, line) => lines.Add(line) }));
        Assert.Equal(["loaded"], lines);
    }

    [Fact]
    public async Task Functions_see_the_modules_of_their_file()
    {
        _files["math.rhai"] = "fn square(x) { x * x }";
        Assert.Equal("[9, 16]", await RunAsync("import \"math\" as math; fn area(x) { math::square(x) } let f = |x| math::square(x); [area(3), f.call(4)]"));
    }

    [Fact]
    public async Task A_closure_of_a_module_keeps_its_functions()
    {
        _files["lib.rhai"] = "fn helper(x) { x + 1 } fn make() { |x| helper(x) } export let direct = |x| helper(x) * 10;";
        Assert.Equal("[6, 60]", await RunAsync("import \"lib\" as lib; fn helper(x) { 0 } [lib::make().call(5), lib::direct(5)]"));
    }

    [Theory]
    [InlineData("import \"nowhere\" as x;", "Module not found: nowhere", "main.rhai", 1)]
    [InlineData("import 5 as x;", "import takes a path, not i64", "main.rhai", 1)]
    [InlineData("import \"broken\" as x;", "expected a value, but found ';'", "broken.rhai", 2)]
    [InlineData("import \"failing\" as x;", "Division by zero: 1 / 0", "failing.rhai", 1)]
    [InlineData("import \"circle\" as x;", "modules import each other in a circle", "circle.rhai", 1)]
    [InlineData("import \"good\" as good; god::f()", "Module not found: god — did you mean 'good'?", "main.rhai", 1)]
    [InlineData("import \"good\" as good; good::g()", "Function not found: good::g with 0 arguments — did you mean 'f'?", "main.rhai", 1)]
    [InlineData("import \"good\" as good; good::f(1)", "Function not found: good::f with 1 argument; it takes 0", "main.rhai", 1)]
    [InlineData("import \"good\" as good; good::secret()", "Function not found: good::secret with 0 arguments", "main.rhai", 1)]
    [InlineData("import \"good\" as good; good::LIMITS", "Variable not found: good::LIMITS — did you mean 'LIMIT'?", "main.rhai", 1)]
    public async Task What_is_wrong_is_told_with_its_file(string script, string text, string file, int line)
    {
        _files["broken.rhai"] = "let x = 1;\nlet y = ;";
        _files["failing.rhai"] = "1 / 0";
        _files["circle.rhai"] = "import \"circle2\" as c;";
        _files["circle2.rhai"] = "import \"circle\" as c;";
        _files["good.rhai"] = "fn f() { 1 } private fn secret() { 2 } export const LIMIT = 1;";
        var error = await Assert.ThrowsAsync<RhaiException>(() => RunAsync(script));
        Assert.Contains(text, error.Text, StringComparison.Ordinal);
        if (file != "circle.rhai")
            Assert.Equal((file, line), (Path.GetFileName(error.File), error.Line));
    }

    [Fact]
    public async Task An_error_within_a_module_names_it()
    {
        _files["lib.rhai"] = "\nfn fail() { undefined_name }";
        var error = await Assert.ThrowsAsync<RhaiException>(() => RunAsync("import \"lib\" as lib;\nlib::fail();"));
        Assert.Equal("Variable not found: undefined_name (lib.rhai, line 2, position 13)", error.Message);
        Assert.Contains("in fail, called at /scripts/main.rhai:2:6", error.Describe(), StringComparison.Ordinal);
    }

    private async Task<string> RunAsync(string script, RhaiRunOptions? options = null)
    {
        var program = RhaiProgram.Parse(script, "/scripts/main.rhai");
        var run = new RhaiRun(program, RhaiLibrary.Table, (options ?? new()) with
        {
            ReadModule = path => _files.TryGetValue(Path.GetRelativePath("/scripts", path), out var text) ? text : throw new FileNotFoundException(path),
        });
        return Printer.Shown(await run.RunAsync(null, TestContext.Current.CancellationToken));
    }
}
