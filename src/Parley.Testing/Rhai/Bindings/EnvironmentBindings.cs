using Parley.Testing.Rhai.Evaluation;

namespace Parley.Testing.Rhai.Bindings;

/// <summary>Variables of the environment, the log, identifiers.</summary>
internal static class EnvironmentBindings
{
    public static void AddTo(FunctionTableBuilder table) => table
        .Add("env(name: string) -> string", "An environment variable; an error when it is not set.", static (run, a) => ScriptHost.Of(run).Context.Environment.Get(a[0].Text))
        .Add("env(name: string, otherwise: string) -> string", "An environment variable, or something else when it is not set.", static (run, a) => ScriptHost.Of(run).Context.Environment.Find(a[0].Text) ?? a[1].Text)
        .Add("load_env(path: string)", "Reads KEY=VALUE lines of a file; relative to the script.", static (run, a) =>
        {
            var context = ScriptHost.Of(run).Context;
            context.Environment.Load(context.Resolve(a[0].Text));
            return Value.Unit;
        })
        .Add("log(message: any)", "Writes to the log.", static (run, a) =>
        {
            ScriptHost.Of(run).Context.Reporter.Log(run.TextOf(a[0]));
            return Value.Unit;
        })
        .Add("uuid() -> string", "A new random identifier.", static (_, _) => Guid.NewGuid().ToString());
}
