using Parley.Testing.Http;
using Parley.Testing.Rhai.Evaluation;
using Parley.Testing.Rhai.Library;

namespace Parley.Testing.Rhai.Bindings;

/// <summary>HTTP requests and their answers.</summary>
internal static class HttpBindings
{
    public static void AddTo(FunctionTableBuilder table) => table
        .Async("http(method: string, url: string) -> HttpResponse", "Sends a request and waits for the answer, 30 seconds at most.", static (run, a) => SendAsync(run, a[0].Text, a[1].Text, new RhaiMap()))
        .Async("http(method: string, url: string, options: map) -> HttpResponse", "Sends a request with headers (a map) and a body (text, or a map that becomes JSON).", static (run, a) => SendAsync(run, a[0].Text, a[1].Text, a[2].Map))
        .Add("get status(response: HttpResponse) -> int", "The status.", static (run, a) => Read(run, "HTTP status", Reply(a[0]).Status))
        .Add("get body(response: HttpResponse) -> string", "The body.", static (run, a) => Read(run, "HTTP body", Reply(a[0]).Body))
        .Add("header(response: HttpResponse, name: string) -> string|()", "A header, or ().", static (run, a) => Read(run, $"HTTP header {a[1].Text}", Reply(a[0]).Header(a[1].Text)))
        .Add("json(response: HttpResponse) -> any", "The body read as JSON; () for an empty one.", static (run, a) => Read(run, "HTTP body", JsonFunctions.FromJson(Reply(a[0]).Json())))
        .Add("json(response: HttpResponse, path: string) -> any", "A value within the body: a.0.b.", static (run, a) => Read(run, $"HTTP body {a[1].Text}", JsonFunctions.FromJson(Reply(a[0]).Json(a[1].Text))))
        .Add("expect_status(response: HttpResponse, code: int) -> HttpResponse", "Fails unless the status is this one.", static (_, a) =>
        {
            Reply(a[0]).ExpectStatus((int)Math.Clamp(a[1].Integer, 0, int.MaxValue));
            return a[0];
        });

    /// <summary>Text as it is, maps and arrays as JSON, anything else as it prints.</summary>
    public static string Body(Execution run, in Value value) => value.Kind is ValueKind.Map or ValueKind.Array ? JsonFunctions.Write(value) : run.TextOf(value);

    public static Value Read(Execution run, string label, in Value value)
    {
        AgentReadings.Note(run, label);
        return value;
    }

    private static HttpReply Reply(in Value value) => (HttpReply)value.Object!;

    private static async ValueTask<Value> SendAsync(Execution run, string method, string url, RhaiMap options)
    {
        HostValues.Options(options, "http", "headers", "body");
        return Value.Of(await ScriptHost.Of(run).Context.Http.SendAsync(new HttpCall
        {
            Method = method,
            Url = url,
            Headers = HostValues.Headers(options["headers"], "http"),
            Body = options["body"].IsUnit ? null : Body(run, options["body"]),
        }).ConfigureAwait(false));
    }
}
