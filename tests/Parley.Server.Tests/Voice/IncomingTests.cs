using Parley.TestSupport;
using System.Net;
using System.Text;
using System.Text.Json;
using Parley.Contracts.Voice;
using Parley.Server.Voice;
using Parley.Server.Voice.Incoming;
using static Parley.Server.Tests.Voice.VoiceStage;

namespace Parley.Server.Tests.Voice;

/// <summary>Incoming calls: announced, claimed, refused.</summary>
public sealed class IncomingTests
{
    [Fact]
    public async Task A_call_is_claimed_while_its_webhook_has_not_returned()
    {
        var claimed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var hook = new Hook(async _ =>
        {
            await claimed.Task;
            return 200;
        });
        await using var stage = await StartAsync(hook.Options());
        var dialling = stage.Phone.DialAsync(stage.ServerUri);
        var told = await hook.NextAsync();
        var body = JsonElement.Parse(told.Body);
        Assert.Equal("invite", body.Text("event"));
        Assert.StartsWith("v=0", body.Text("offer"), StringComparison.Ordinal);
        Assert.Contains(body.GetProperty("headers").EnumerateArray(), header => header.GetString()!.StartsWith("Call-ID: ", StringComparison.Ordinal));
        await using var socket = await stage.ConnectAsync($"/call/sip?id={body.Text("dialogId")}");
        await socket.SendAsync("""{"command":"accept","option":{"tts":{"provider":"scripted"}}}""");
        await using var call = await dialling;
        claimed.SetResult();
        Assert.Equal(["incoming", "trackStart", "answer"], (await UntilAsync(socket, "answer")).Select(Name));
        await call.HangUpAsync();
        var last = await NextAsync(socket, "hangup");
        Assert.Equal(("ByCaller", "caller"), (last.Text("reason"), last.Text("initiator")));
    }

    [Fact]
    public async Task An_offer_is_announced_without_its_keys()
    {
        await using var hook = Hook.Of(404);
        await using var stage = await StartAsync(hook.Options());
        await using var phone = new LinesPhone();
        phone.Call(stage.ServerUri, sdp: $"{phone.Sdp}a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:WVNfX19zZW1jdGwgKCkgewkyMjA7fQp9CnVubGVz\r\n");
        var offer = JsonElement.Parse((await hook.NextAsync()).Body).Text("offer");
        Assert.EndsWith("a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:***\r\n", offer, StringComparison.Ordinal);
    }

    [Fact]
    public Task A_webhook_is_signed() => Unhurried.PassesAsync(async () =>
    {
        await using var hook = new Hook();
        await using var stage = await StartAsync(hook.Options(options => options with { Secret = "s3cret", AcceptTimeout = TimeSpan.FromSeconds(1) }));
        var result = await stage.Phone.TryDialAsync(stage.ServerUri);
        var told = await hook.NextAsync();
        Assert.Equal(WebhookSignature.Sign("s3cret", told.Timestamp!, Encoding.UTF8.GetBytes(told.Body)), told.Signature);
        Assert.Equal(408, result.End!.Value.Status);
    });

    [Theory]
    [InlineData(500, 3)]
    [InlineData(404, 1)]
    public async Task A_webhook_that_fails_refuses_the_call(int status, int attempts)
    {
        await using var hook = Hook.Of(status);
        await using var stage = await StartAsync(hook.Options());
        Assert.Equal(503, (await stage.Phone.TryDialAsync(stage.ServerUri)).End!.Value.Status);
        Assert.Equal(attempts, hook.Count);
    }

    [Fact]
    public async Task A_call_nobody_can_be_told_of_goes_to_the_fallback()
    {
        await using var hook = Hook.Of(500);
        await using var stage = await StartAsync(hook.Options(options => options with { Attempts = 1, Fallback = (call, _) => call.RejectAsync(486) }));
        Assert.Equal(486, (await stage.Phone.TryDialAsync(stage.ServerUri)).End!.Value.Status);
    }

    [Fact]
    public async Task A_ringtone_is_heard_before_the_answer_and_the_answers_options_count()
    {
        await using var hook = new Hook();
        await using var stage = await StartAsync(hook.Options());
        var dialling = stage.Phone.DialAsync(stage.ServerUri);
        await using var socket = await stage.ClaimAsync(hook);
        await socket.SendAsync("""{"command":"ringing","ringtone":"tone:440"}""");
        var events = await UntilAsync(socket, "trackEnd");
        Assert.Equal("tone:440", events[^1].Text("playId"));
        await socket.SendAsync("""{"command":"accept","option":{"tts":{"provider":"scripted"},"asr":{"provider":"scripted"}}}""");
        await using var call = await dialling;
        await UntilAsync(socket, "asrFinal");
        // Sent at once, as programs do that do not wait for the answer event.
        await socket.SendAsync("""{"command":"tts","text":"hello","playId":"g","autoHangup":true}""");
        await UntilAsync(socket, "hangup");
    }

    [Fact]
    public async Task A_busy_agent_rejects_with_486()
    {
        await using var hook = new Hook();
        await using var stage = await StartAsync(hook.Options());
        var dialling = stage.Phone.TryDialAsync(stage.ServerUri);
        await using var socket = await stage.ClaimAsync(hook);
        await socket.SendAsync("""{"command":"ringing"}""");
        await socket.SendAsync("""{"command":"reject","reason":"Busy"}""");
        Assert.Equal(486, (await dialling).End!.Value.Status);
        Assert.Equal(["incoming", "trackStart", "trackEnd", "hangup"], (await UntilAsync(socket, "hangup")).Select(Name));
    }

    [Fact]
    public async Task A_socket_that_breaks_before_the_answer_declines_the_call()
    {
        await using var hook = new Hook();
        await using var stage = await StartAsync(hook.Options());
        var dialling = stage.Phone.TryDialAsync(stage.ServerUri);
        var socket = await stage.ClaimAsync(hook);
        await socket.SendAsync("""{"command":"ringing"}""");
        await UntilAsync(socket, "trackStart");
        socket.Socket.Abort();
        Assert.Equal(603, (await dialling).End!.Value.Status);
    }

    [Fact]
    public async Task To_accept_what_is_not_there_is_rejected()
    {
        await using var stage = await StartAsync();
        await using var socket = await stage.ConnectAsync("/call/sip?id=nobody");
        await socket.SendAsync("""{"command":"accept","option":{}}""");
        var reject = await socket.ReadAsync();
        Assert.Equal(("reject", "no pending call", 486), (Name(reject), reject.Text("reason"), reject.Number("code")));
        Assert.Null(await socket.TryReadAsync());
    }
}
