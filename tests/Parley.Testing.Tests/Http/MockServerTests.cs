using System.Net;
using System.Text;
using Parley.Testing.Http;
using Parley.Testing.Scenarios;
using Parley.Testing.Tests.Support;

namespace Parley.Testing.Tests.Http;

/// <summary>A server that answers as a scenario says, and the requests of the scenario itself.</summary>
public sealed class MockServerTests : IAsyncLifetime
{
    private readonly RunRecord _record = new();
    private ScenarioContext _context = null!;
    private MockServer _server = null!;

    public async ValueTask InitializeAsync()
    {
        _context = new(new() { Name = "mock", File = "/tmp/mock.rhai", Observer = _record });
        _server = await _context.StartMockServerAsync();
    }

    public ValueTask DisposeAsync() => _context.DisposeAsync();

    [Fact]
    public async Task A_route_answers_and_the_request_is_kept()
    {
        _server.Respond("PUT", "/calls", MockAnswer.Json("""{"ok":[1,{"b":"deep"}]}""", 201) with { Headers = [new("X-Mark", "7")] });
        var reply = await SendAsync("put", "/calls?id=a%20b&id=2", """{"n":5}""", KeyValuePair.Create("X-From", "me"));
        reply.ExpectStatus(201);
        Assert.Equal(("7", "application/json", "deep"), (reply.Header("x-mark"), reply.Header("content-type"), reply.Json("ok.1.b").GetString()));
        var kept = _server.LastRequest()!;
        Assert.Equal(("PUT", "/calls", "me", "a b", 5), (kept.Method, kept.Path, kept.Header("x-from"), kept.Query("id"), kept.Json("n").GetInt32()));
        Assert.Equal((1, 1, 0), (_server.RequestCount(), _server.RequestCount("put", "/calls"), _server.RequestCount("GET")));
        Assert.Contains(_record.Events.OfType<MockRequested>(), one => one is { Method: "PUT", Path: "/calls", Matched: true });
        Assert.Contains(_record.Events.OfType<HttpSent>(), one => one is { Method: "put", Status: 201 });
    }

    [Fact]
    public async Task No_route_is_404_in_words_and_kept_all_the_same()
    {
        var reply = await SendAsync("GET", "/nothing");
        Assert.Equal((404, "no route for GET /nothing\n"), (reply.Status, reply.Body));
        Assert.Equal(1, _server.RequestCount(path: "/nothing"));
        Assert.False(_record.Events.OfType<MockRequested>().Single().Matched);
    }

    [Fact]
    public async Task Exact_paths_go_before_expressions_exact_methods_before_any_and_later_before_earlier()
    {
        _server.Respond(null, MockPath.Regex("/a.*"), MockAnswer.Text("any regex 1"));
        _server.Respond(null, MockPath.Regex("/[ab].*"), MockAnswer.Text("any regex 2"));
        Assert.Equal("any regex 2", (await SendAsync("GET", "/abc")).Body);
        _server.Respond("GET", MockPath.Regex("/ab."), MockAnswer.Text("get regex"));
        _server.Respond(null, MockPath.Regex("/abc"), MockAnswer.Text("any regex 3"));
        Assert.Equal("get regex", (await SendAsync("GET", "/abc")).Body);
        _server.Respond("*", "/abc", MockAnswer.Text("any exact"));
        Assert.Equal("any exact", (await SendAsync("GET", "/abc")).Body);
        _server.Respond("get", "/abc", MockAnswer.Text("get exact"));
        Assert.Equal(("get exact", "any exact"), ((await SendAsync("GET", "/abc")).Body, (await SendAsync("POST", "/abc")).Body));
        _server.Respond("GET", "/abc", MockAnswer.Text("replaced"));
        Assert.Equal("replaced", (await SendAsync("GET", "/abc")).Body);
    }

    [Fact]
    public async Task An_expression_is_for_the_whole_path()
    {
        _server.Respond("GET", MockPath.Regex("/a|/b"), MockAnswer.Text("yes"));
        Assert.Equal((200, 404, 404), ((await SendAsync("GET", "/b")).Status, (await SendAsync("GET", "/x/b")).Status, (await SendAsync("GET", "/a/x")).Status));
        Assert.ThrowsAny<ArgumentException>(() => MockPath.Regex("("));
    }

    // A star that is compared like a method never matches anything.
    [Theory]
    [InlineData("*")]
    [InlineData(null)]
    public async Task A_star_is_any_method(string? method)
    {
        _server.Respond(method, "/hook", MockAnswer.Text("yes"));
        Assert.Equal((200, 200), ((await SendAsync("DELETE", "/hook")).Status, (await SendAsync("GET", "/hook")).Status));
    }

    // A responder that only runs while the scenario polls keeps whoever calls it waiting.
    [Fact]
    public async Task A_responder_runs_while_the_scenario_waits_for_something_else()
    {
        var asked = new TaskCompletionSource();
        _server.On("POST", "/hook", (request, _) =>
        {
            asked.SetResult();
            return Task.FromResult(MockAnswer.Text($"got {request.Body}"));
        });
        using var outside = new HttpClient();
        var posting = outside.PostAsync(new Uri(_server.Url + "/hook"), new StringContent("x"));
        await asked.Task.WaitAsync(TimeSpan.FromSeconds(30));
        Assert.Equal("got x", await (await posting).Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task A_responder_that_fails_is_a_bare_500_and_an_event()
    {
        _server.On(null, "/bad", (_, _) => throw new ScenarioException("no idea"));
        _server.Respond(null, "/worse", new() { Headers = [new("X", "a\r\nY: b")] });
        _server.Respond(null, "/odd", new() { Status = 7 });
        foreach (var path in (string[])["/bad", "/worse", "/odd"])
            Assert.Equal((500, ""), await SendAsync("GET", path) is var reply ? (reply.Status, reply.Body) : default);
        Assert.Equal(["/bad", "/worse", "/odd"], _record.Events.OfType<MockFailed>().Select(one => one.Path));
        Assert.Equal("no idea", _record.Events.OfType<MockFailed>().First().Message);
    }

    [Fact]
    public async Task A_request_is_kept_before_it_is_answered()
    {
        long counted = -1;
        _server.On(null, "/p", (_, _) =>
        {
            counted = _server.RequestCount(path: "/p");
            return Task.FromResult(new MockAnswer());
        });
        await SendAsync("GET", "/p");
        Assert.Equal(1, counted);
    }

    [Fact]
    public async Task A_body_beyond_the_limit_reads_as_empty()
    {
        _server.Respond(null, "/p", new());
        await SendAsync("POST", "/p", new string('x', MockServer.MaxBody));
        Assert.Equal(MockServer.MaxBody, _server.LastRequest()!.Body.Length);
        await SendAsync("POST", "/p", new string('x', MockServer.MaxBody + 1));
        Assert.Equal("", _server.LastRequest()!.Body);
    }

    [Fact]
    public async Task Stopped_it_answers_nobody_and_its_port_is_free()
    {
        await _server.StopAsync();
        var fault = await Assert.ThrowsAsync<HttpCallException>(() => SendAsync("GET", "/"));
        Assert.StartsWith($"http GET {_server.Url}/: ", fault.Message, StringComparison.Ordinal);
        await using var again = await MockServer.StartAsync(_server.Port, _context.Reporter, default);
        var taken = await Assert.ThrowsAsync<ScenarioException>(() => _context.StartMockServerAsync(_server.Port));
        Assert.StartsWith("mock_server: ", taken.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("a.x", "JSON path `a.x`: no field `x`")]
    [InlineData("list.first", "JSON path `list.first`: `first` is not an array index")]
    [InlineData("list.2", "JSON path `list.2`: index 2 is out of range (length 2)")]
    [InlineData("list.0.x", "JSON path `list.0.x`: `x` descends past a scalar")]
    public async Task A_path_that_leads_nowhere_says_which_step_did(string path, string message)
    {
        _server.Respond(null, "/", MockAnswer.Json("""{"a":{},"list":[1,2]}"""));
        var reply = await SendAsync("GET", "/");
        Assert.Equal(message, Assert.Throws<HttpCallException>(() => reply.Json(path)).Message);
    }

    [Fact]
    public async Task An_empty_body_is_null_and_another_status_is_an_error()
    {
        _server.Respond(null, "/", new() { Status = 204 });
        var reply = await SendAsync("GET", "/");
        Assert.Equal(System.Text.Json.JsonValueKind.Null, reply.Json().ValueKind);
        Assert.Equal("expected status 200, got 204", Assert.Throws<HttpCallException>(() => reply.ExpectStatus(200)).Message);
    }

    [Fact]
    public async Task An_answer_that_leads_elsewhere_is_followed_and_one_in_a_circle_is_the_answer()
    {
        _server.Respond(null, "/old", new() { Status = 302, Headers = [new("Location", "/new")] });
        _server.Respond(null, "/new", MockAnswer.Text("here"));
        _server.Respond(null, "/round", new() { Status = 302, Headers = [new("Location", "/round")] });
        Assert.Equal((200, "here"), await SendAsync("GET", "/old") is var reply ? (reply.Status, reply.Body) : default);
        Assert.Equal(302, (await SendAsync("GET", "/round")).Status);
    }

    [Theory]
    [InlineData("ftp://x/", "GET", "http: `ftp://x/` is no http or https address")]
    [InlineData("nowhere", "GET", "http: `nowhere` is no http or https address")]
    [InlineData("http://127.0.0.1:1/", "GE T", "http: `GE T` is no method")]
    public async Task A_request_that_is_none_is_named(string url, string method, string message) =>
        Assert.Equal(message, (await Assert.ThrowsAsync<ScenarioException>(() => _context.Http.SendAsync(new() { Method = method, Url = url }))).Message);

    [Fact]
    public async Task A_line_break_in_a_header_is_refused() => Assert.Equal(
        "http: header `X` must not contain a line break", (await Assert.ThrowsAsync<ScenarioException>(() => SendAsync("GET", "/", null, KeyValuePair.Create("X", "a\r\nY: b")))).Message);

    [Fact]
    public async Task No_content_type_is_added_to_a_body()
    {
        _server.Respond(null, "/", new());
        await SendAsync("POST", "/", "{}");
        Assert.Null(_server.LastRequest()!.Header("Content-Type"));
        await SendAsync("POST", "/", "{}", KeyValuePair.Create("Content-Type", "application/json"));
        Assert.Equal("application/json", _server.LastRequest()!.Header("Content-Type"));
    }

    private Task<HttpReply> SendAsync(string method, string path, string? body = null, params KeyValuePair<string, string>[] headers) =>
        _context.Http.SendAsync(new() { Method = method, Url = _server.Url + path, Body = body, Headers = headers });
}
