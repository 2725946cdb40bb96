using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using Parley.Server.Tests.Support;
using Parley.Server.Voice.Records;
using Parley.TestSupport;
using static Parley.Server.Tests.Voice.VoiceStage;

namespace Parley.Server.Tests.Voice;

/// <summary>What is kept of calls that are over, and sent elsewhere.</summary>
public sealed class RecordTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("parley-records-");

    public void Dispose() => _folder.Delete(recursive: true);

    private CallRecordOptions Options => new() { Folder = Path.Combine(_folder.FullName, "cdr"), Pause = TimeSpan.FromMilliseconds(10) };

    [Fact]
    public async Task An_answered_call_has_a_record_with_its_files_and_without_its_secrets()
    {
        await using var stage = await StartAsync(new() { CallRecords = Options, Recordings = Path.Combine(_folder.FullName, "rec"), Dumps = Path.Combine(_folder.FullName, "dump") });
        var told = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        stage.Serve(async call =>
        {
            await call.RingAsync();
            await told.Task.WaitAsync(TimeSpan.FromSeconds(30)); // that it rings
            await stage.TakeAsync(call);
        });
        var socket = await stage.BeginAsync(stage.Invite(""","recorder":{"recorderFile":"own/{id}-mine.wav"},"extra":{"order":"7"},"sip":{"username":"u","password":"hush"},"asr":{"provider":"scripted","secretKey":"hush"}"""), "a1");
        await UntilAsync(socket, "ringing");
        told.SetResult();
        await UntilAsync(socket, "mediaReady");
        Assert.False(Directory.Exists(Path.Combine(Options.Folder, DateTime.UtcNow.ToString("yyyyMMdd", null)))); // behind the end, not before
        await (await stage.TakenAsync()).HangUpAsync();
        await UntilAsync(socket, "hangup");
        var (file, text) = await FirstAsync();
        Assert.Matches(@"^\d{8}/\d{8}-\d{6}_a1\.json$", file);
        Assert.Equal(file[..8], file[9..17]);
        var record = JsonElement.Parse(text);
        Assert.Equal(("sip", "a1", 200, "byCallee"), (record.Text("callType"), record.Text("callId"), record.Number("statusCode"), record.Text("hangupReason")));
        Assert.All((string[])["startTime", "ringTime", "answerTime", "endTime"], time => Assert.Matches(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$", record.Text(time)));
        Assert.StartsWith("sip:", record.Text("caller"), StringComparison.Ordinal);
        Assert.StartsWith("sip:phone@", record.Text("callee"), StringComparison.Ordinal);
        var recording = record.GetProperty("recorder")[0];
        Assert.Equal(("a1", Path.Combine(_folder.FullName, "rec", "own", "a1-mine.wav")), (recording.Text("trackId"), recording.Text("path")));
        Assert.Equal(new FileInfo(recording.Text("path")).Length, recording.GetProperty("size").GetInt64());
        Assert.EndsWith("a1.events.jsonl", record.Text("dumpEventFile"), StringComparison.Ordinal);
        Assert.Equal("7", record.GetProperty("extras").Text("order"));
        Assert.Equal("***", record.GetProperty("option").GetProperty("sip").Text("password"));
        Assert.DoesNotContain("hush", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(486)]
    [InlineData(603)]
    public async Task A_refused_call_has_a_record_with_the_refusals_status(int status)
    {
        await using var stage = await StartAsync(new() { CallRecords = Options });
        stage.Serve(call => call.RejectAsync(status));
        await UntilAsync(await stage.BeginAsync(stage.Invite()), "reject");
        var record = JsonElement.Parse((await FirstAsync()).Text);
        Assert.Equal((status, "rejected"), (record.Number("statusCode"), record.Text("hangupReason")));
        Assert.False(record.TryGetProperty("answerTime", out _));
        Assert.StartsWith("sip:phone@", record.Text("callee"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_cancelled_call_has_a_record_of_its_own_parties()
    {
        await using var hook = new Hook();
        await using var stage = await StartAsync(hook.Options() with { CallRecords = Options });
        using var cancel = new CancellationTokenSource();
        var dialling = stage.Phone.TryDialAsync(stage.ServerUri, cancel: cancel.Token);
        var id = (await hook.NextAsync()).Dialog;
        await using var socket = await stage.ConnectAsync($"/call/sip?id={id}");
        await socket.SendAsync("""{"command":"ringing"}""");
        await UntilAsync(socket, "trackStart");
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => dialling);
        await UntilAsync(socket, "hangup");
        var record = JsonElement.Parse((await FirstAsync()).Text);
        Assert.Equal((id, 487, "canceled"), (record.Text("callId"), record.Number("statusCode"), record.Text("hangupReason")));
        Assert.StartsWith("sip:phone@", record.Text("caller"), StringComparison.Ordinal);
        Assert.StartsWith("sip:bot@", record.Text("callee"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_call_that_no_program_took_has_a_record_too()
    {
        await using var hook = Hook.Of(404);
        await using var stage = await StartAsync(hook.Options() with { CallRecords = Options });
        await stage.Phone.TryDialAsync(stage.ServerUri);
        var record = JsonElement.Parse((await FirstAsync()).Text);
        Assert.Equal((503, "rejected"), (record.Number("statusCode"), record.Text("hangupReason")));
        using var http = new HttpClient();
        var health = JsonElement.Parse(await http.GetStringAsync(stage.Http("/health")));
        Assert.Equal((1, 1), (health.Number("total"), health.Number("failed")));
    }

    [Fact]
    public async Task A_call_whose_audio_rides_the_socket_has_a_record()
    {
        await using var stage = await StartAsync(new() { CallRecords = Options });
        await using var socket = await stage.ConnectAsync("/call?id=ws");
        await socket.SendAsync("""{"command":"invite","option":{"caller":"me","callee":"you","tts":{"provider":"scripted"}}}""");
        await UntilAsync(socket, "answer");
        await socket.SendAsync("""{"command":"hangup","reason":"done"}""");
        await UntilAsync(socket, "hangup");
        var record = JsonElement.Parse((await FirstAsync()).Text);
        Assert.Equal(("webSocket", "ws", 200, "done", "me", "you"), (record.Text("callType"), record.Text("callId"), record.Number("statusCode"), record.Text("hangupReason"), record.Text("caller"), record.Text("callee")));
    }

    [Fact]
    public async Task A_transfers_call_is_within_the_record()
    {
        await using var stage = await StartAsync(new() { CallRecords = Options });
        var (socket, _) = await stage.CallAsync();
        await socket.SendAsync($$"""{"command":"refer","caller":"","callee":"{{stage.PhoneUri}}"}""");
        await UntilAsync(socket, "answer");
        await (await stage.TakenAsync()).HangUpAsync();
        await UntilAsync(socket, "hangup");
        await UntilAsync(socket, "hangup");
        var record = JsonElement.Parse((await FirstAsync()).Text);
        var other = record.GetProperty("referCallrecord");
        Assert.Equal(("byRefer", "byCallee", 200), (record.Text("hangupReason"), other.Text("hangupReason"), other.Number("statusCode")));
        Assert.True(other.TryGetProperty("answerTime", out _));
    }

    [Fact]
    public async Task Records_are_listed_newest_first_a_page_at_a_time()
    {
        var options = Options;
        using (var book = new CallRecordBook(options, TimeProvider.System, NullLogger.Instance))
        {
            for (var i = 0; i < 5; i++)
            {
                var start = new DateTimeOffset(2026, 1, 1 + (i / 2), 12, 0, i, TimeSpan.Zero);
                await book.WriteAsync(
                    new()
                    {
                        CallId = $"c{i}", CallType = "sip", StartTime = CallJournal.Text(start), AnswerTime = i == 2 ? null : CallJournal.Text(start.AddSeconds(2)), EndTime = CallJournal.Text(start.AddSeconds(12)),
                        StatusCode = i == 2 ? 486 : 200, Recorder = [new() { TrackId = "t", Path = Path.Combine(_folder.FullName, "rec", "a", "b.wav") }],
                    },
                    start);
            }
        }

        await File.WriteAllTextAsync(Path.Combine(options.Folder, "20260101", "99999999-000000_broken.json"), "{");
        await using var stage = await StartAsync(new() { CallRecords = options, Recordings = Path.Combine(_folder.FullName, "rec") });
        using var http = new HttpClient();
        var page = await ReadAsync("/api/records?limit=2");
        Assert.Equal(["c4", "c3"], page.Select(one => one.Text("id")));
        page = await ReadAsync($"/api/records?limit=3&before={page[^1].Text("file")}");
        Assert.Equal(["c2", "c1", "c0"], page.Select(one => one.Text("id")));
        Assert.Equal(("failed", "0s", 486), (page[0].Text("status"), page[0].Text("duration"), page[0].Number("statusCode")));
        Assert.Equal(("completed", "10s", "a/b.wav"), (page[1].Text("status"), page[1].Text("duration"), page[1].GetProperty("recordings")[0].GetString()));
        Assert.Equal(["c1", "c0"], (await ReadAsync("/api/records?date=20260101")).Select(one => one.Text("id")));
        foreach (var wrong in (string[])["limit=0", "limit=x", "limit=1001", "date=../..", "date=2026"])
            Assert.Equal(HttpStatusCode.BadRequest, (await http.GetAsync(stage.Http("/api/records?" + wrong))).StatusCode);
        Assert.Empty(await ReadAsync("/api/records?before=..%2F..%2Fetc"));

        async Task<List<JsonElement>> ReadAsync(string path) => [.. JsonElement.Parse(await http.GetStringAsync(stage.Http(path))).EnumerateArray()];
    }

    [Fact]
    public async Task A_record_is_posted_with_its_files_again_until_it_is_taken()
    {
        var attempts = 0;
        await using var ear = new HttpEar((_, response) =>
        {
            response.StatusCode = Interlocked.Increment(ref attempts) < 3 ? 503 : 200;
            return Task.CompletedTask;
        });
        var (media, dump) = (Path.Combine(_folder.FullName, "a.wav"), Path.Combine(_folder.FullName, "x.events.jsonl"));
        await File.WriteAllTextAsync(media, "RIFF");
        await File.WriteAllTextAsync(dump, "{}");
        var options = Options with { Target = new HttpCallRecords(ear.Url, new Dictionary<string, string> { ["X-Key"] = "k" }), WithMedia = true, KeepMedia = false, KeepRecord = false };
        using var book = new CallRecordBook(options, TimeProvider.System, NullLogger.Instance);
        await book.WriteAsync(new() { CallId = "p", StartTime = "2026-01-01T00:00:00Z", Recorder = [new() { TrackId = "t1", Path = media }], DumpEventFile = dump }, DateTimeOffset.UnixEpoch);
        for (var i = 0; i < 2; i++)
            await ear.NextAsync();
        var request = await ear.NextAsync();
        Assert.Equal(("POST", "k"), (request.Method, request.Headers["X-Key"]));
        Assert.StartsWith("multipart/form-data", request.Headers["Content-Type"], StringComparison.Ordinal);
        foreach (var part in (string[])["name=calllog.json", "name=media_t1; filename=a.wav", "name=dump_events_x.events.jsonl", "RIFF", "\"callId\":\"p\""])
            Assert.Contains(part, request.Text.Replace("\"media_t1\"", "media_t1", StringComparison.Ordinal), StringComparison.Ordinal);
        await ApiServer.UntilAsync(() => !File.Exists(media) && !File.Exists(dump) && Directory.GetFiles(options.Folder, "*", SearchOption.AllDirectories).Length == 0, "all that was sent is tidied up");
    }

    [Fact]
    public async Task What_could_not_be_sent_is_sent_by_the_next_start()
    {
        await using var away = new HttpEar((_, response) =>
        {
            response.StatusCode = 500;
            return Task.CompletedTask;
        });
        var options = Options with { Target = new HttpCallRecords(away.Url), Attempts = 1 };
        using (var book = new CallRecordBook(options, TimeProvider.System, NullLogger.Instance))
        {
            await book.WriteAsync(new() { CallId = "one", StartTime = "2026-01-01T00:00:00Z" }, DateTimeOffset.UnixEpoch);
            await away.NextAsync();
        }

        // The server ends before anything is sent of this one.
        using (var book = new CallRecordBook(options with { Target = new Never() }, TimeProvider.System, NullLogger.Instance))
            await book.WriteAsync(new() { CallId = "two", StartTime = "2026-01-01T00:00:01Z" }, DateTimeOffset.UnixEpoch.AddSeconds(1));
        await using var ear = new HttpEar();
        using var next = new CallRecordBook(options with { Target = new HttpCallRecords(ear.Url) }, TimeProvider.System, NullLogger.Instance);
        Assert.Contains("\"callId\":\"one\"", (await ear.NextAsync()).Text, StringComparison.Ordinal);
        Assert.Contains("\"callId\":\"two\"", (await ear.NextAsync()).Text, StringComparison.Ordinal);
        await ApiServer.UntilAsync(() => Directory.GetFiles(Path.Combine(options.Folder, "unsent")).Length == 0, "nothing waits any more");
        Assert.Equal(2, Directory.GetFiles(Path.Combine(options.Folder, "19700101")).Length);
    }

    [Theory]
    [InlineData("calls/")]
    [InlineData("")]
    public async Task A_record_is_put_into_a_store_with_a_signature_that_holds(string root)
    {
        S3Options? keys = null;
        await using var ear = new HttpEar((request, response) =>
        {
            response.StatusCode = IsSigned(request, keys!) ? 200 : 403;
            return Task.CompletedTask;
        });
        keys = new() { Bucket = "my-bucket", Region = "eu-west-1", AccessKey = "AK", SecretKey = "SK", Endpoint = ear.Url };
        var media = Path.Combine(_folder.FullName, "a b+ü.wav");
        await File.WriteAllTextAsync(media, "RIFF");
        var options = Options with { Target = new StoredCallRecords(new S3ObjectStore(keys), root), WithMedia = true };
        using var book = new CallRecordBook(options, TimeProvider.System, NullLogger.Instance);
        await book.WriteAsync(new() { CallId = "s+1@x", StartTime = "2026-01-01T00:00:00Z", Recorder = [new() { TrackId = "t1", Path = media }] }, DateTimeOffset.UnixEpoch);
        var file = await ear.NextAsync();
        Assert.Equal(("PUT", $"/my-bucket/{root}19700101/a%20b%2B%C3%BC.wav", "RIFF"), (file.Method, file.Path, file.Text));
        var record = await ear.NextAsync();
        Assert.Equal($"/my-bucket/{root}19700101/19700101-000000_s%2B1%40x.json", record.Path);
        Assert.Contains("\"recorder\":[", record.Text, StringComparison.Ordinal);
        await ApiServer.UntilAsync(() => Directory.GetFiles(Path.Combine(options.Folder, "unsent")).Length == 0, "the store has taken it");
    }

    // Made by the published rules from what came over the wire, not by the code that made it.
    private static bool IsSigned(HeardRequest request, S3Options keys)
    {
        var fields = request.Headers["Authorization"]["AWS4-HMAC-SHA256 ".Length..].Split(", ").ToDictionary(part => part[..part.IndexOf('=', StringComparison.Ordinal)], part => part[(part.IndexOf('=', StringComparison.Ordinal) + 1)..]);
        var scope = fields["Credential"].Split('/', 2)[1];
        var canonical = new StringBuilder().Append(request.Method).Append('\n').Append(request.Path).Append("\n\n");
        foreach (var name in fields["SignedHeaders"].Split(';'))
            canonical.Append(name).Append(':').Append(request.Headers[name].Trim()).Append('\n');
        var hash = Convert.ToHexStringLower(SHA256.HashData(request.Body));
        canonical.Append('\n').Append(fields["SignedHeaders"]).Append('\n').Append(hash);
        var toSign = $"AWS4-HMAC-SHA256\n{request.Headers["x-amz-date"]}\n{scope}\n{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(canonical.ToString())))}";
        var key = Encoding.UTF8.GetBytes("AWS4" + keys.SecretKey);
        foreach (var part in (string[])[request.Headers["x-amz-date"][..8], keys.Region, "s3", "aws4_request"])
            key = HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(part));
        return request.Headers["x-amz-content-sha256"] == hash && fields["Credential"].StartsWith(keys.AccessKey + "/", StringComparison.Ordinal)
            && fields["Signature"] == Convert.ToHexStringLower(HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(toSign)));
    }

    private async Task<(string File, string Text)> FirstAsync()
    {
        string[] files = [];
        await ApiServer.UntilAsync(() => (files = Directory.Exists(Options.Folder) ? Directory.GetFiles(Options.Folder, "*.json", SearchOption.AllDirectories) : []).Length > 0, "the record is written");
        return (Path.GetRelativePath(Options.Folder, files[0]), await File.ReadAllTextAsync(files[0]));
    }

    private sealed class Never : ICallRecordTarget
    {
        public Task SendAsync(CallRecordParcel parcel, CancellationToken cancel) => Task.Delay(Timeout.Infinite, cancel);

        public void Dispose()
        {
        }
    }
}
