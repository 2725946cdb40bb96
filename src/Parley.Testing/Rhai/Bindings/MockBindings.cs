using Parley.Testing.Http;
using Parley.Testing.Rhai.Evaluation;
using Parley.Testing.Rhai.Library;

namespace Parley.Testing.Rhai.Bindings;

/// <summary>A server that answers the system under test as the script says.</summary>
internal static class MockBindings
{
    public static void AddTo(FunctionTableBuilder table)
    {
        table
            .Async("mock_server() -> MockServer", "Starts an HTTP server on a free port of 127.0.0.1.", static (run, _) => StartAsync(run, 0))
            .Async("mock_server(options: map) -> MockServer", "Starts an HTTP server on a port of 127.0.0.1: port.", static (run, a) => StartAsync(run, Port(a[0].Map)))
            .Add("regex(pattern: string) -> Regex", "Paths that this regular expression is for as a whole.", static (_, a) => Value.Of(MockPath.Regex(a[0].Text)))
            .Add("json_response(body: any) -> map", "An answer with JSON.", static (_, a) => Answer(200, "application/json", JsonFunctions.Write(a[0])))
            .Add("json_response(body: any, status: int) -> map", "An answer with JSON.", static (_, a) => Answer(a[1], "application/json", JsonFunctions.Write(a[0])))
            .Add("text_response(body: string) -> map", "An answer with text.", static (_, a) => Answer(200, "text/plain; charset=utf-8", a[0].Text))
            .Add("text_response(body: string, status: int) -> map", "An answer with text.", static (_, a) => Answer(a[1], "text/plain; charset=utf-8", a[0].Text));
        AddServer(table);
        AddRequests(table);
    }

    private static void AddServer(FunctionTableBuilder table) => table
        .Add("get url(server: MockServer) -> string", "Its address, without a slash at the end.", static (_, a) => Server(a[0]).Url)
        .Add("get port(server: MockServer) -> int", "Its port.", static (_, a) => Server(a[0]).Port)
        .Add("respond(server: MockServer, path: string|Regex, answer: map)", "Answers requests for a path: status, body, headers, content_type.", static (run, a) => Respond(run, a[0], null, a[1], a[2]))
        .Add("respond(server: MockServer, method: string, path: string|Regex, answer: map)", "Answers requests of a method (* for any) for a path.", static (run, a) => Respond(run, a[0], a[1].Text, a[2], a[3]))
        .Add("on(server: MockServer, path: string|Regex, responder: Fn)", "Has requests for a path answered by |request| answer.", static (run, a) => On(run, a[0], null, a[1], a[2].Function))
        .Add("on(server: MockServer, method: string, path: string|Regex, responder: Fn)", "Has requests of a method (* for any) for a path answered by |request| answer.", static (run, a) => On(run, a[0], a[1].Text, a[2], a[3].Function))
        .Add("request_count(server: MockServer) -> int", "How many requests have come.", static (run, a) => HttpBindings.Read(run, "mock requests", Server(a[0]).RequestCount()))
        .Add("request_count(server: MockServer, path: string) -> int", "How many requests for a path have come.", static (run, a) => HttpBindings.Read(run, $"mock requests to {a[1].Text}", Server(a[0]).RequestCount(null, a[1].Text)))
        .Add("request_count(server: MockServer, method: string, path: string) -> int", "How many requests of a method for a path have come.", static (run, a) => HttpBindings.Read(run, $"mock requests to {a[2].Text}", Server(a[0]).RequestCount(a[1].Text, a[2].Text)))
        .Add("last_request(server: MockServer) -> MockRequest|()", "The last request, or ().", static (run, a) => HttpBindings.Read(run, "last mock request", Value.Of(Server(a[0]).LastRequest())))
        .Add("last_request(server: MockServer, path: string) -> MockRequest|()", "The last request for a path, or ().", static (run, a) => HttpBindings.Read(run, $"last mock request to {a[1].Text}", Value.Of(Server(a[0]).LastRequest(a[1].Text))))
        .Add("requests(server: MockServer) -> array", "All requests in the order they came.", static (_, a) => new RhaiArray(Server(a[0]).Requests().Select(Value.Of)))
        .Add("requests(server: MockServer, path: string) -> array", "All requests for a path in the order they came.", static (_, a) => new RhaiArray(Server(a[0]).Requests(a[1].Text).Select(Value.Of)))
        .Async("stop(server: MockServer)", "Ends it; its port is free afterwards.", static async (_, a) =>
        {
            await Server(a[0]).StopAsync().ConfigureAwait(false);
            return Value.Unit;
        });

    private static void AddRequests(FunctionTableBuilder table) => table
        .Add("get method(request: MockRequest) -> string", "The method, in capital letters.", static (run, a) => HttpBindings.Read(run, "request method", Request(a[0]).Method))
        .Add("get path(request: MockRequest) -> string", "The path, without query.", static (run, a) => HttpBindings.Read(run, "request path", Request(a[0]).Path))
        .Add("get body(request: MockRequest) -> string", "The body.", static (run, a) => HttpBindings.Read(run, "request body", Request(a[0]).Body))
        .Add("header(request: MockRequest, name: string) -> string|()", "A header, or ().", static (run, a) => HttpBindings.Read(run, $"request header {a[1].Text}", Request(a[0]).Header(a[1].Text)))
        .Add("query(request: MockRequest, name: string) -> string|()", "A parameter of the query, or ().", static (run, a) => HttpBindings.Read(run, $"request query {a[1].Text}", Request(a[0]).Query(a[1].Text)))
        .Add("json(request: MockRequest) -> any", "The body read as JSON; () for an empty one.", static (run, a) => HttpBindings.Read(run, "request body", JsonFunctions.FromJson(Request(a[0]).Json())))
        .Add("json(request: MockRequest, path: string) -> any", "A value within the body: a.0.b.", static (run, a) => HttpBindings.Read(run, $"request body {a[1].Text}", JsonFunctions.FromJson(Request(a[0]).Json(a[1].Text))));

    private static MockServer Server(in Value value) => (MockServer)value.Object!;

    private static MockRequest Request(in Value value) => (MockRequest)value.Object!;

    private static async ValueTask<Value> StartAsync(Execution run, int port) => Value.Of(await ScriptHost.Of(run).Context.StartMockServerAsync(port).ConfigureAwait(false));

    private static int Port(RhaiMap options)
    {
        var port = HostValues.Options(options, "mock_server", "port")["port"];
        return port.IsUnit ? 0 : port.IsInteger ? (int)Math.Clamp(port.Integer, -1, 65_536) : throw new ArgumentException("mock_server: `port` must be a number");
    }

    private static Value Answer(in Value status, string contentType, string body) => new RhaiMap
    {
        ["status"] = status,
        ["content_type"] = contentType,
        ["body"] = body,
    };

    private static Value Respond(Execution run, in Value server, string? method, in Value path, in Value answer)
    {
        Server(server).Respond(method, Path(path), Answer(run, answer));
        return Value.Unit;
    }

    // The responder runs whenever a request comes, also while the script waits elsewhere.
    private static Value On(Execution run, in Value server, string? method, in Value path, FunctionPointer responder)
    {
        var (script, host) = (run.Run, ScriptHost.Of(run).Beside());
        Server(server).On(method, Path(path), async (request, cancel) =>
        {
            Value[] arguments = responder.Arity == 0 ? [] : [Value.Of(request)];
            var execution = new Execution(script, host, cancel);
            return Answer(execution, await script.CallAsync(responder, execution, arguments).ConfigureAwait(false));
        });
        return Value.Unit;
    }

    private static MockPath Path(in Value value) => value.Object as MockPath ?? MockPath.Exact(value.Text);

    private static MockAnswer Answer(Execution run, in Value value)
    {
        if (value.IsUnit)
            return new MockAnswer();
        if (value.Kind != ValueKind.Map)
            return MockAnswer.Text(run.TextOf(value));
        var map = HostValues.Options(value.Map, "mock answer", "status", "body", "headers", "content_type");
        var (status, body, type) = (map["status"], map["body"], map["content_type"]);
        if (!status.IsUnit && !status.IsInteger)
            throw new ArgumentException("mock answer: `status` must be a number");
        return new MockAnswer
        {
            Status = status.IsUnit ? 200 : (int)Math.Clamp(status.Integer, 0, 9999),
            Body = body.IsUnit ? "" : HttpBindings.Body(run, body),
            Headers = HostValues.Headers(map["headers"], "mock answer"),
            ContentType = type.IsString ? type.Text : body.Kind is ValueKind.Map or ValueKind.Array ? "application/json" : null,
        };
    }
}
