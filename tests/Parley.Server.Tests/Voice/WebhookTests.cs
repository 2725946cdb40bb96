using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using Parley.Server.Tests.Support;
using Parley.Server.Voice.Incoming;
using Parley.TestSupport;
using static Parley.Server.Tests.Voice.VoiceStage;

namespace Parley.Server.Tests.Voice;

/// <summary>How calls are announced, and what becomes of those nobody takes.</summary>
public sealed class WebhookTests
{
    [Fact]
    public async Task A_program_that_fails_is_asked_again_and_may_take_the_call_then()
    {
        await using var program = Hook.Of(500, 429, 204);
        Assert.True(await TellAsync(new WebhookOptions { Url = program.Url }));
        Assert.Equal(3, program.Count);
    }

    [Fact]
    public async Task Several_take_turns_and_stand_in_for_each_other()
    {
        await using var good = Hook.Of(200);
        await using var bad = Hook.Of(503);
        var webhook = new Webhook(new() { Url = good.Url, Others = [bad.Url] });
        Assert.True(await TellAsync(webhook));
        Assert.True(await TellAsync(webhook));
        Assert.True(await TellAsync(webhook));
        Assert.Equal((3, 1), (good.Count, bad.Count));
    }

    [Fact]
    public Task An_answer_that_does_not_come_is_waited_for_no_longer_than_allowed() => Unhurried.PassesAsync(async () =>
    {
        var never = new TaskCompletionSource();
        await using var program = new HttpEar((_, _) => never.Task);
        Assert.False(await TellAsync(new WebhookOptions { Url = program.Url, Timeout = TimeSpan.FromMilliseconds(200), Attempts = 2 }));
        await ApiServer.UntilAsync(() => program.Count == 2, "both attempts have been seen");
        never.SetResult();
    });

    [Fact]
    public async Task A_redirection_is_not_followed()
    {
        await using var other = Hook.Of(200);
        await using var program = new HttpEar((_, response) =>
        {
            response.Redirect(other.Url.ToString());
            return Task.CompletedTask;
        });
        Assert.False(await TellAsync(new WebhookOptions { Url = program.Url, Secret = "s" }));
        Assert.Equal((1, 0), (program.Count, other.Count));
    }

    [Fact]
    public async Task The_body_of_an_answer_is_not_waited_for()
    {
        await using var program = new HttpEar(async (_, response) =>
        {
            response.SendChunked = true;
            var some = new byte[64 * 1024];
            while (true)
                await response.OutputStream.WriteAsync(some);
        });
        Assert.True(await TellAsync(new WebhookOptions { Url = program.Url }).WaitAsync(TimeSpan.FromSeconds(30)));
    }

    [Fact]
    public async Task Headers_of_the_configuration_go_along()
    {
        await using var program = new HttpEar();
        Assert.True(await TellAsync(new WebhookOptions { Url = program.Url, Headers = new Dictionary<string, string> { ["X-Tenant"] = "7" } }));
        Assert.Equal("7", (await program.NextAsync()).Headers["X-Tenant"]);
    }

    [Theory]
    [InlineData("X-Tenant", "7\r\nX-Admin: yes")]
    [InlineData("X Tenant", "7")]
    [InlineData("Content-Length", "7")]
    public void A_header_that_cannot_be_sent_is_refused(string name, string value) =>
        Assert.Contains(name, Assert.Throws<ArgumentException>(() => new Webhook(new() { Url = new("http://127.0.0.1/"), Headers = new Dictionary<string, string> { [name] = value } })).Message, StringComparison.Ordinal);

    [Fact]
    public void What_a_webhook_cannot_be_is_refused()
    {
        var options = new WebhookOptions { Url = new("http://127.0.0.1/") };
        Assert.Throws<ArgumentException>(() => new Webhook(options with { Url = new("ftp://127.0.0.1/") }));
        Assert.Throws<ArgumentException>(() => new Webhook(options with { Others = [new("/calls", UriKind.Relative)] }));
        Assert.Throws<ArgumentOutOfRangeException>(() => new Webhook(options with { Attempts = 0 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => new Webhook(options with { Timeout = TimeSpan.Zero }));
        Assert.Throws<ArgumentException>(() => new Webhook(options with { FallbackStatus = 200 }));
    }

    [Fact]
    public async Task What_proves_who_a_phone_is_is_not_told()
    {
        await using var program = Hook.Of(404);
        await using var stage = await StartAsync(program.Options());
        var server = stage.Server.Listeners[0].Local;
        var invite = $"""
            INVITE sip:bot@{server} SIP/2.0
            Via: SIP/2.0/UDP 127.0.0.1:9;branch=z9hG4bK1;rport
            Max-Forwards: 70
            From: <sip:alice@127.0.0.1>;tag=1
            To: <sip:bot@127.0.0.1>
            Call-ID: 1@127.0.0.1
            CSeq: 1 INVITE
            Contact: <sip:alice@127.0.0.1:9>
            Authorization: Digest username="alice", realm="r", nonce="n", uri="sip:bot", response="0123"
            Proxy-Authorization: Digest username="alice", realm="r", nonce="n", uri="sip:bot", response="0123"
            X-Kept: yes
            Content-Length: 0


            """.ReplaceLineEndings("\r\n");
        using var phone = new System.Net.Sockets.UdpClient(0, System.Net.Sockets.AddressFamily.InterNetwork);
        await phone.SendAsync(System.Text.Encoding.UTF8.GetBytes(invite), server.ToIPEndPoint());
        var headers = JsonElement.Parse((await program.NextAsync()).Body).GetProperty("headers").EnumerateArray().Select(one => one.GetString()!).ToList();
        Assert.Contains("X-Kept: yes", headers);
        Assert.DoesNotContain(headers, header => header.Contains("Digest", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_call_nobody_claims_goes_to_the_fallback()
    {
        await using var program = Hook.Of(200);
        await using var stage = await StartAsync(program.Options(options => options with { AcceptTimeout = TimeSpan.FromMilliseconds(300), Fallback = (call, _) => call.RejectAsync(486) }));
        Assert.Equal(486, (await stage.Phone.TryDialAsync(stage.ServerUri)).End!.Value.Status);
    }

    [Fact]
    public Task A_call_that_is_claimed_and_left_alone_is_refused_in_time() => Unhurried.PassesAsync(async () =>
    {
        await using var program = new Hook();
        await using var stage = await StartAsync(program.Options(options => options with { AcceptTimeout = TimeSpan.FromSeconds(1) }));
        var dialling = stage.Phone.TryDialAsync(stage.ServerUri);
        await using var socket = await stage.ClaimAsync(program);
        Assert.Equal(408, (await dialling).End!.Value.Status);
        Assert.Equal(408, (await NextAsync(socket, "hangup")).Number("code"));
    });

    [Fact]
    public async Task No_more_calls_wait_than_may()
    {
        await using var program = new Hook();
        await using var stage = await StartAsync(program.Options() with { Limits = new() { MaxPending = 1 } });
        using var stop = new CancellationTokenSource();
        var first = stage.Phone.TryDialAsync(stage.ServerUri, cancel: stop.Token);
        await program.NextAsync();
        Assert.Equal(503, (await stage.Phone.TryDialAsync(stage.ServerUri)).End!.Value.Status);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
    }

    [Fact]
    public async Task One_client_has_no_more_sockets_than_it_may()
    {
        await using var stage = await StartAsync(new() { Limits = new() { MaxSessionsPerClient = 1 } });
        await using (await stage.ConnectAsync())
        {
            var fault = await Assert.ThrowsAsync<System.Net.WebSockets.WebSocketException>(() => stage.ConnectAsync());
            Assert.Contains("429", fault.Message, StringComparison.Ordinal);
            Assert.Equal(1, stage.Surface.Counters.Snapshot().Single(one => one.Name == "voice_sessions_refused_total").Value);
        }

        await stage.OverAsync();
    }

    [Fact]
    public async Task A_server_that_ends_takes_no_more_calls_and_gives_those_it_has_time()
    {
        await using var program = Hook.Of(200);
        await using var stage = await StartAsync(program.Options());
        await using var idle = await stage.ConnectAsync();
        var (socket, call) = await stage.CallAsync();
        var waiting = stage.Phone.TryDialAsync(stage.ServerUri);
        await ApiServer.UntilAsync(() => program.Count == 1, "the call is announced");
        var draining = stage.Surface.DrainAsync(TimeSpan.FromSeconds(30));
        Assert.Equal(503, (await waiting).End!.Value.Status);
        Assert.Equal(503, (await stage.Phone.TryDialAsync(stage.ServerUri)).End!.Value.Status);
        Assert.Null(await idle.TryReadAsync());
        await Assert.ThrowsAsync<System.Net.WebSockets.WebSocketException>(() => stage.ConnectAsync());
        Assert.False(draining.IsCompleted);
        await call.HangUpAsync();
        Assert.Equal("ByCallee", (await NextAsync(socket, "hangup")).Text("reason"));
        await draining;
    }

    [Fact]
    public async Task Metrics_are_served_beside_the_sockets()
    {
        await using var program = Hook.Of(500);
        await using var stage = await StartAsync(program.Options(options => options with { Attempts = 2 }));
        await stage.Phone.TryDialAsync(stage.ServerUri);
        using var http = new HttpClient();
        var text = await http.GetStringAsync(stage.Http("/metrics"));
        foreach (var line in (string[])["parley_voice_sessions 0\n", "parley_voice_webhooks_total 2\n", "parley_voice_webhooks_failed_total 2\n", "parley_voice_calls_unannounced_total 1\n"])
            Assert.Contains(line, text, StringComparison.Ordinal);
    }

    private static Task<bool> TellAsync(WebhookOptions options) => TellAsync(new Webhook(options));

    private static async Task<bool> TellAsync(Webhook webhook)
    {
        using var client = new WebhookClient(TimeProvider.System, new(() => (0, 0)), NullLogger.Instance);
        return await client.TellAsync(webhook, new Parley.Contracts.Voice.WebhookCall { DialogId = "d" }, CancellationToken.None);
    }
}
