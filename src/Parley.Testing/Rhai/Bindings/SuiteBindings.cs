using Parley.Testing.Expectations;
using Parley.Testing.Rhai.Evaluation;
using Parley.Testing.Scenarios;

namespace Parley.Testing.Rhai.Bindings;

/// <summary>What a file declares. A body takes what setup returned, or nothing.</summary>
internal static class SuiteBindings
{
    public static void AddTo(FunctionTableBuilder table) => table
        .Add("scenario(name: string, body: Fn)", "Declares a scenario; its body is given what setup returned.", static (run, a) => Declare(run, a[0].Text, new RhaiMap(), a[1].Function))
        .Add("scenario(name: string, options: map, body: Fn)", "Declares a scenario with options: tags, skip, only, timeout, retries.", static (run, a) => Declare(run, a[0].Text, a[1].Map, a[2].Function))
        .Add("setup(body: Fn)", "Runs before each scenario; its value is given to the scenario and to teardown.", static (run, a) => Setup(run, a[0].Function))
        .Add("teardown(body: Fn)", "Runs after each scenario whose setup succeeded.", static (run, a) => Teardown(run, a[0].Function))
        .Add("skip()", "Ends the scenario as skipped.", static (_, _) => throw new ScenarioSkipException())
        .Add("skip(reason: string)", "Ends the scenario as skipped.", static (_, a) => throw new ScenarioSkipException(a[0].Text));

    private static Value Declare(Execution run, string name, RhaiMap options, FunctionPointer body)
    {
        var what = $"scenario `{name}`";
        HostValues.Options(options, what, "tags", "skip", "only", "timeout", "retries");
        var script = run.Run;
        ScriptHost.Of(run).Suite.Add(new ScenarioDeclaration
        {
            Name = name,
            Body = (context, value) => CallAsync(script, context, body, value),
            Tags = Tags(options["tags"], what),
            Only = Flag(options["only"], what, "only"),
            Skip = options["skip"] is { IsString: true } || Flag(options["skip"], what, "skip"),
            SkipReason = options["skip"] is { IsString: true } reason ? reason.Text : null,
            TimeLimit = TimeLimit(options["timeout"], what),
            Retries = Retries(options["retries"], what),
            Line = run.CallPosition.Line,
            Column = run.CallPosition.Column,
        });
        return Value.Unit;
    }

    private static Value Setup(Execution run, FunctionPointer body)
    {
        var script = run.Run;
        ScriptHost.Of(run).Suite.SetSetup(async context => await CallAsync(script, context, body, null).ConfigureAwait(false));
        return Value.Unit;
    }

    private static Value Teardown(Execution run, FunctionPointer body)
    {
        var script = run.Run;
        ScriptHost.Of(run).Suite.SetTeardown((context, value) => CallAsync(script, context, body, value));
        return Value.Unit;
    }

    private static async Task<object?> CallAsync(RhaiRun script, ScenarioContext context, FunctionPointer body, object? value)
    {
        var host = new ScriptHost(context, context.Scope, null);
        Value[] arguments = body.Arity == 0 ? [] : [Value.Of(value)];
        return await RhaiFrontEnd.UnwrapAsync(() => script.CallAsync(body, host, context.Cancel, arguments)).ConfigureAwait(false);
    }

    private static IReadOnlyList<string> Tags(in Value value, string what) => value switch
    {
        { IsUnit: true } => [],
        { IsString: true } => [value.Text],
        { Kind: ValueKind.Array } when value.Array.Items.TrueForAll(item => item.IsString) => [.. value.Array.Items.Select(item => item.Text)],
        _ => throw new ArgumentException($"{what}: `tags` must be a string or an array of strings"),
    };

    private static bool Flag(in Value value, string what, string key) => value switch
    {
        { IsUnit: true } => false,
        { IsBoolean: true } => value.Boolean,
        _ => throw new ArgumentException($"{what}: `{key}` must be {(key == "skip" ? "true, false or a reason" : "true or false")}"),
    };

    private static TimeSpan? TimeLimit(in Value value, string what) => value switch
    {
        { IsUnit: true } => null,
        { IsString: true } => Durations.Parse(value.Text),
        _ => throw new ArgumentException($"{what}: `timeout` must be a duration: \"30s\""),
    };

    private static int? Retries(in Value value, string what) => value switch
    {
        { IsUnit: true } => null,
        { IsInteger: true } when value.Integer is >= 0 and <= 100 => (int)value.Integer,
        _ => throw new ArgumentException($"{what}: `retries` must be a number from 0 to 100"),
    };
}
