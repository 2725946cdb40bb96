using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Parley.Server.Tests.Support;
using Parley.Server.Voice;
using Parley.Sip.Invites;
using static Parley.Server.Tests.Voice.VoiceStage;

namespace Parley.Server.Tests.Voice;

/// <summary>What a raw socket sees: paths, ids, order, keep-alive, ends.</summary>
public sealed class ConformanceCheckTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("parley-check-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Theory]
    [InlineData("/call/sip")]
    [InlineData("/call/sip/")]
    [InlineData("//call/sip")]
    [InlineData("/call")]
    [InlineData("/call/")]
    [InlineData("//call/")]
    [InlineData("/call/webrtc")]
    public async Task Every_way_clients_join_the_path_is_served(string path)
    {
        await using var stage = await StartAsync();
        await using var socket = await stage.ConnectAsync(path + "?dump=true");
        await socket.SendAsync("""{"command":"history","speaker":"a","text":"b"}""" + "\n");
        Assert.Equal("addHistory", Name(await socket.ReadAsync()));
    }

    [Theory]
    [InlineData("a@b", "a@b")]
    [InlineData("a+b@c%25d", "a+b@c%d")]
    [InlineData("call-1=x~y", "call-1=x~y")]
    public async Task An_id_that_was_not_escaped_is_itself(string raw, string id)
    {
        await using var stage = await StartAsync();
        await using var socket = await stage.ConnectAsync("/call/sip?id=" + raw);
        await socket.SendAsync("""{"command":"history","speaker":"a","text":"b"}""");
        Assert.Equal(id, (await socket.ReadAsync()).Text("sender"));
    }

    [Theory]
    [InlineData("../up", 400)]
    [InlineData(".hidden", 400)]
    [InlineData("a%0d%0ab", 400)]
    public async Task An_id_that_could_be_a_path_is_refused(string raw, int status)
    {
        await using var stage = await StartAsync();
        var refused = await Assert.ThrowsAsync<System.Net.WebSockets.WebSocketException>(() => stage.ConnectAsync("/call/sip?id=" + raw));
        Assert.Contains($"'{status}'", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_probe_for_a_call_that_is_not_here_gets_404_before_the_upgrade()
    {
        await using var stage = await StartAsync();
        var refused = await Assert.ThrowsAsync<System.Net.WebSockets.WebSocketException>(() => stage.ConnectAsync("/call/sip?id=elsewhere&forward=true"));
        Assert.Contains("'404'", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_second_socket_for_a_session_is_refused()
    {
        await using var stage = await StartAsync();
        await using var socket = await stage.ConnectAsync("/call/sip?id=one");
        var refused = await Assert.ThrowsAsync<System.Net.WebSockets.WebSocketException>(() => stage.ConnectAsync("/call/sip?id=one"));
        Assert.Contains("'409'", refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"command":"tts","text":"{0}","playId":"g"}""")]
    [InlineData("""{"command":"tts","text":"{0}"}""")]
    [InlineData("""{"command":"tts","text":"{0}","playId":"g","endOfStream":true}""")]
    public async Task Three_texts_of_one_name_or_none_are_all_heard(string command)
    {
        await using var stage = await StartAsync();
        var (socket, _) = await stage.CallAsync();
        // Each is long enough that the next comes while it sounds.
        foreach (var letter in "abc")
            await socket.SendAsync(command.Replace("{0}", new string(letter, 25), StringComparison.Ordinal));
        var events = await UntilAsync(socket, "trackEnd");
        Assert.DoesNotContain("interruption", events.Select(Name));
        Assert.InRange(events[^1].Number("duration"), 1_500, 2_500);
    }

    [Fact]
    public async Task A_streamed_text_ends_with_its_last_piece()
    {
        await using var stage = await StartAsync();
        var (socket, _) = await stage.CallAsync();
        foreach (var piece in (string[])["Hello, ", "how are ", "you?"])
            await socket.SendAsync($$"""{"command":"tts","text":"{{piece}}","playId":"llm","streaming":true}""");
        await UntilAsync(socket, "trackStart");
        await socket.SendAsync("""{"command":"history","speaker":"bot","text":"not over"}""");
        Assert.DoesNotContain("trackEnd", (await UntilAsync(socket, "addHistory")).Select(Name));
        await socket.SendAsync("""{"command":"tts","text":"","playId":"llm","streaming":true,"endOfStream":true}""");
        var end = await NextAsync(socket, "trackEnd");
        Assert.Equal("llm", end.Text("playId"));
        Assert.InRange(end.Number("duration"), 300, 1_500);
    }

    [Theory]
    [InlineData(false, 1_900)]
    [InlineData(true, 3_900)]
    public async Task An_interrupt_cuts_at_once_or_behind_the_text_being_said(bool graceful, int most)
    {
        await using var stage = await StartAsync();
        var (socket, phone) = await stage.CallAsync();
        var ear = new BotScene.Ear();
        using var listening = phone.Audio.Listen(ear);
        // Two seconds each: the first of them is being said when it is heard.
        foreach (var letter in "ab")
            await socket.SendAsync($$"""{"command":"tts","text":"{{new string(letter, 100)}}","playId":"g"}""");
        await ear.HearsAsync();
        await socket.SendAsync($$"""{"command":"interrupt","graceful":{{(graceful ? "true" : "false")}}}""");
        var end = await NextAsync(socket, "trackEnd");
        Assert.InRange(end.Number("duration"), graceful ? 1_800 : 0, most);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_hangup_is_told_before_the_socket_closes(bool byHttp)
    {
        await using var stage = await StartAsync();
        var (socket, _) = await stage.CallAsync(id: "end");
        using var http = new HttpClient();
        if (byHttp)
            await http.GetStringAsync(stage.Http("/kill/end"));
        else
            await socket.SendAsync("""{"command":"hangup"}""");
        var events = await UntilAsync(socket, "hangup");
        Assert.Equal(["trackEnd", "hangup"], events.Select(Name));
        Assert.Equal(("BySystem", "system", 200), (events[^1].Text("reason"), events[^1].Text("initiator"), events[^1].Number("code")));
        Assert.Null(await socket.TryReadAsync());
    }

    [Theory]
    [InlineData("up", CallEndKind.Completed)]
    [InlineData("ringing", CallEndKind.Cancelled)]
    public async Task A_connection_that_is_dropped_ends_the_phones_call(string stageOfCall, CallEndKind end)
    {
        await using var stage = await StartAsync();
        var reached = new TaskCompletionSource<IncomingCall>(TaskCreationOptions.RunContinuationsAsynchronously);
        stage.Serve(async call =>
        {
            await call.RingAsync();
            if (stageOfCall == "up")
                await call.AnswerAsync();
            reached.TrySetResult(call);
            await call.WaitForEndAsync();
        });
        using (var raw = await RawAsync(stage, "/call/sip"))
        {
            await WriteAsync(raw, stage.Invite());
            await reached.Task.WaitAsync(TimeSpan.FromSeconds(30));
            raw.Client.Close(0); // a reset, and no word of farewell
        }

        Assert.Equal(end, (await (await reached.Task).WaitForEndAsync().WaitAsync(TimeSpan.FromSeconds(30))).Kind);
    }

    [Theory]
    [InlineData("ping=1", true)]
    [InlineData("ping=0", false)]
    public async Task Keep_alive_is_a_control_frame_that_can_be_turned_off(string query, bool expected)
    {
        await using var stage = await StartAsync();
        using var raw = await RawAsync(stage, "/call/sip?" + query);
        var stream = raw.GetStream();
        var buffer = new byte[256];
        using var limit = new CancellationTokenSource(expected ? TimeSpan.FromSeconds(30) : TimeSpan.FromSeconds(3));
        try
        {
            Assert.InRange(await stream.ReadAsync(buffer, limit.Token), 2, 256);
            Assert.Equal(0x89, buffer[0]); // FIN and ping
            Assert.True(expected);
        }
        catch (OperationCanceledException)
        {
            Assert.False(expected);
        }
    }

    [Theory]
    [InlineData("/call/sip?id=kept", true)]
    [InlineData("/call/sip?id=kept&dump=true", true)]
    [InlineData("/call/sip?id=kept&dump=false", false)]
    public async Task A_dump_is_written_unless_it_is_not_wanted(string path, bool written)
    {
        var folder = Path.Combine(_folder.FullName, "dumps");
        await using (var stage = await StartAsync(new() { Dumps = folder }))
        {
            var socket = await stage.ConnectAsync(path);
            await socket.SendAsync("""{"command":"custom","sender":"me","data":{"secretKey":"hush","a":"b","a":"c"}}""");
            await socket.ReadAsync();
            await socket.DisposeAsync();
            await stage.OverAsync();
        }

        var file = Path.Combine(folder, "kept.events.jsonl");
        Assert.Equal(written, File.Exists(file));
        if (!written)
            return;
        var lines = (await File.ReadAllLinesAsync(file)).Select(line => JsonElement.Parse(line)).ToList();
        Assert.Equal(["command", "event"], lines.Select(line => line.Text("type")));
        Assert.All(lines, line => Assert.True(line.GetProperty("timestamp").GetInt64() > 0));
        Assert.Equal("custom", JsonElement.Parse(lines[0].Text("content")).Text("command"));
        Assert.DoesNotContain("hush", lines[0].Text("content"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("&dump=true", true)]
    [InlineData("", false)]
    public async Task A_dump_that_is_asked_for_is_among_the_recordings_where_it_has_no_folder(string query, bool written)
    {
        await using (var stage = await StartAsync(new() { Recordings = _folder.FullName }))
        {
            await using var socket = await stage.ConnectAsync("/call/sip?id=kept" + query);
            await socket.SendAsync("""{"command":"history","speaker":"a","text":"b"}""");
            await socket.ReadAsync();
            await socket.DisposeAsync();
            await ApiServer.UntilAsync(() => stage.Surface.Sessions == 0, "the session is gone");
        }

        Assert.Equal(written, File.Exists(Path.Combine(_folder.FullName, "kept.events.jsonl")));
    }

    // Clients append their id to the kind of call they were given, and know nothing of a query in it.
    [Theory]
    [InlineData("/call/sip?key=open-sesame?id=a@b&dump=true", "a@b")]
    [InlineData("/call/?binaryHeader=1&key=open-sesame?id=c", "c")]
    [InlineData("/call/sip?key=open-sesame&id=what?id", "what?id")]
    public async Task An_id_behind_a_query_that_begins_one_of_its_own_is_understood(string path, string id)
    {
        await using var stage = await StartAsync(host: options => options with { Keys = new([new("desk", "open-sesame")]) });
        await using var socket = await stage.ConnectAsync(path);
        await socket.SendAsync("""{"command":"history","speaker":"a","text":"b"}""" + "\n");
        Assert.Equal(id, (await socket.ReadAsync()).GetProperty("sender").GetString());
    }

    [Fact]
    public async Task The_list_has_the_shape_that_is_known_and_no_secrets()
    {
        await using var stage = await StartAsync();
        var (socket, _) = await stage.CallAsync(""","sip":{"username":"u","password":"hush1"},"asr":{"provider":"scripted","secretKey":"hush2","secretId":"hush3"}""", id: "web");
        using var http = new HttpClient();
        var text = await http.GetStringAsync(stage.Http("/list"));
        var listed = JsonElement.Parse(text).GetProperty("active_calls")[0];
        Assert.Equal(("web", "sip", "u"), (listed.Text("id"), listed.Text("callType"), listed.GetProperty("cs.option").GetProperty("sip").Text("username")));
        Assert.Matches(@"^\d{4}-\d\d-\d\dT", listed.Text("startTime"));
        Assert.DoesNotContain("hush", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Commands_and_events_are_followed_over_http()
    {
        await using var stage = await StartAsync();
        await using var socket = await stage.ConnectAsync("/call/sip?id=web");
        using var http = new HttpClient();
        using var events = await http.GetAsync(stage.Http("/events/web"), HttpCompletionOption.ResponseHeadersRead);
        Assert.Equal("text/event-stream", events.Content.Headers.ContentType!.MediaType);
        using var reader = new StreamReader(await events.Content.ReadAsStreamAsync());
        using var sent = await http.PostAsync(stage.Http("/command/web"), new StringContent("{\n \"command\": \"history\",\n \"speaker\": \"a\", \"text\": \"b\" }", Encoding.UTF8));
        Assert.Equal("""{"status":"sent","id":"web"}""", await sent.Content.ReadAsStringAsync());
        string?[] lines = [await reader.ReadLineAsync(), await reader.ReadLineAsync(), await reader.ReadLineAsync(), await reader.ReadLineAsync(), await reader.ReadLineAsync()];
        Assert.Equal("""event: command|data: {"command":"history","speaker":"a","text":"b"}||event: event""", string.Join("|", lines[..4]));
        Assert.Contains("\"event\":\"addHistory\"", lines[4], StringComparison.Ordinal);
        foreach (var (method, path) in ((HttpMethod, string)[])[(HttpMethod.Get, "/events/none"), (HttpMethod.Get, "/kill/none"), (HttpMethod.Post, "/command/none")])
        {
            using var missing = await http.SendAsync(new(method, stage.Http(path)) { Content = method == HttpMethod.Post ? new StringContent("{}") : null });
            Assert.Equal(HttpStatusCode.NotFound, missing.StatusCode);
            if (path != "/events/none")
                Assert.Equal("""{"status":"not_found","id":"none"}""", await missing.Content.ReadAsStringAsync());
        }
    }

    [Fact]
    public async Task Ice_servers_are_an_array()
    {
        await using var stage = await StartAsync(new() { IceServers = [new() { Urls = ["stun:stun.example.com"], Username = "u", Credential = "c" }] });
        using var http = new HttpClient();
        Assert.Equal("""[{"urls":["stun:stun.example.com"],"username":"u","credential":"c"}]""", await http.GetStringAsync(stage.Http("/iceservers")));
    }

    /// <summary>A connection that knows how to ask for a WebSocket, and nothing further.</summary>
    private static async Task<TcpClient> RawAsync(VoiceStage stage, string path)
    {
        var client = new TcpClient();
        await client.ConnectAsync(stage.Address);
        var stream = client.GetStream();
        await stream.WriteAsync(Encoding.ASCII.GetBytes(
            $"GET {path} HTTP/1.1\r\nHost: {stage.Address}\r\nUser-Agent: Go-http-client/1.1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"));
        var head = new StringBuilder();
        var one = new byte[1];
        while (!head.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal))
        {
            await stream.ReadExactlyAsync(one);
            head.Append((char)one[0]);
        }

        Assert.StartsWith("HTTP/1.1 101", head.ToString(), StringComparison.Ordinal);
        return client;
    }

    // Masked with zeros, which changes nothing.
    private static async Task WriteAsync(TcpClient client, string text)
    {
        var payload = Encoding.UTF8.GetBytes(text);
        byte[] frame = [0x81, 0xFE, (byte)(payload.Length >> 8), (byte)payload.Length, 0, 0, 0, 0, .. payload];
        await client.GetStream().WriteAsync(frame);
    }
}
