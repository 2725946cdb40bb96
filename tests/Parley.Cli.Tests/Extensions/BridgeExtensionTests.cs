using Parley.Cli.Tests.Support;
using Parley.Media.Audio;
using Parley.Media.Codecs;
using Parley.Sip.Invites;

namespace Parley.Cli.Tests.Extensions;

public sealed class BridgeExtensionTests
{
    private const string Back = "bridge-sip%3Abob%4010.0.0.9";

    [Fact]
    public void The_two_hear_each_other_until_one_hangs_up() => Exchange.Run(async exchange =>
    {
        var answered = new TaskCompletionSource<IncomingCall>(TaskCreationOptions.RunContinuationsAsynchronously);
        Serve(exchange, async (call, ended) =>
        {
            await call.RingAsync();
            await call.AnswerAsync();
            call.StartPlayback(new ToneSource(900, 8000));
            answered.SetResult(call);
            await call.WaitForEndAsync(ended);
        });
        await using var call = await exchange.DialAsync(Back);
        call.StartPlayback(new ToneSource(600, 8000));
        Assert.True(await Heard.ToneAsync(call, 900));
        var bob = await answered.Task;
        Assert.True(await Heard.ToneAsync(bob, 600));
        await bob.HangUpAsync();
        Assert.Equal(CallEndParty.Remote, (await call.WaitForEndAsync()).By);
    });

    [Fact]
    public void The_call_made_onward_has_one_hop_less_and_the_callers_name() => Exchange.Run(async exchange =>
    {
        (string? Hops, string From) seen = default;
        Serve(exchange, async (call, _) =>
        {
            seen = (call.Header("Max-Forwards"), call.From.Uri.ToString());
            await call.AnswerAsync();
        });
        await using var call = await exchange.Caller.DialAsync($"sip:{Back}@10.0.0.1", new() { Caller = "sip:alice@example.com" });
        Assert.Equal(("69", "sip:alice@example.com"), seen);
    });

    [Fact]
    public void A_name_with_a_line_break_in_it_starts_no_header() => Exchange.Run(async exchange =>
    {
        string? smuggled = "not called";
        Serve(exchange, async (call, _) =>
        {
            smuggled = call.Header("X-Evil");
            await call.AnswerAsync();
        });
        await using var call = await exchange.Caller.DialAsync($"sip:{Back}@10.0.0.1", new() { Caller = "sip:a%0D%0AX-Evil%3A%20yes%0D%0AX%3A@example.com" });
        Assert.Null(smuggled);
    });

    [Theory]
    [InlineData(486, 486)]
    [InlineData(603, 603)]
    [InlineData(401, 403)]
    public void A_refusal_reaches_the_caller(int status, int passed) => Exchange.Run(async exchange =>
    {
        Serve(exchange, (call, _) => call.RejectAsync(status));
        Assert.Equal(passed, await exchange.RefusalAsync(Back));
    });

    [Fact]
    public void A_redirection_is_not_followed() => Exchange.Run(async exchange =>
    {
        Serve(exchange, (call, _) => call.RedirectAsync(["sip:anyone@192.0.2.99"]));
        Assert.Equal(480, await exchange.RefusalAsync(Back));
    });

    [Fact]
    public void What_is_heard_before_the_answer_is_passed_on() => Exchange.Run(async exchange =>
    {
        Serve(exchange, async (call, ended) =>
        {
            await call.StartEarlyMediaAsync();
            await call.PlayAsync(new ToneSource(500, 8000, TimeSpan.FromSeconds(20)));
            await call.AnswerAsync();
            await call.PlayAsync(new ToneSource(800, 8000), cancel: ended);
        });
        await using var call = await exchange.Caller.CreateCallAsync($"sip:{Back}@10.0.0.1");
        var answered = call.TryInviteAsync();
        while (call.State < CallState.EarlyMedia)
            await exchange.Delay(0.1);
        Assert.True(await Heard.ToneAsync(call, 500));
        Assert.False(answered.IsCompleted);
        Assert.True(await answered);
        Assert.True(await Heard.ToneAsync(call, 800));
    });

    [Fact]
    public void A_caller_without_the_other_sides_codec_is_transcoded() => Exchange.Run(async exchange =>
    {
        Serve(exchange, async (call, ended) =>
        {
            await call.AnswerAsync(new() { Codecs = [AudioCodecs.Pcma] });
            await call.PlayAsync(new ToneSource(800, 8000), cancel: ended);
        });
        await using var call = await exchange.Caller.DialAsync($"sip:{Back}@10.0.0.1", new() { Codecs = [AudioCodecs.Pcmu] });
        Assert.True(await Heard.ToneAsync(call, 800));
    });

    [Fact]
    public void A_caller_who_gives_up_cancels_the_call_made_for_him() => Exchange.Run(async exchange =>
    {
        CallEnd? end = null;
        Serve(exchange, async (call, _) =>
        {
            await call.RingAsync();
            end = await call.WaitForEndAsync();
        });
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(3), exchange.Network.Time);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => exchange.Caller.DialAsync($"sip:{Back}@10.0.0.1", cancel: patience.Token));
        await exchange.Delay(1);
        Assert.Equal(CallEndKind.Cancelled, end?.Kind);
    });

    [Fact]
    public void A_strangers_host_is_refused_with_403_and_a_line_that_says_how_to_allow_it()
    {
        var exchange = Exchange.Run(async exchange => Assert.Equal(403, await exchange.RefusalAsync("bridge-sip%3Abob%40192.0.2.99")));
        Assert.Contains("--allow-bridge 192.0.2.99", exchange.Log, StringComparison.Ordinal);
    }

    /// <summary>Lets the caller's own agent take the call that comes back.</summary>
    private static void Serve(Exchange exchange, Func<IncomingCall, CancellationToken, Task> handler) => _ = exchange.Caller.ServeAsync(handler);
}
