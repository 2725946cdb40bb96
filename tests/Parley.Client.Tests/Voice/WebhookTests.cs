using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Parley.Client.AspNetCore;
using Parley.Client.Tests.Support;
using Parley.Contracts.Voice;
using Parley.Contracts.Voice.Events;

namespace Parley.Client.Tests.Voice;

/// <summary>Announced calls in an ASP.NET application: checked, taken once, led by their handlers.</summary>
public sealed class WebhookTests
{
    private const string Secret = "s3cret";
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);
    private static readonly HttpClient Http = new();

    [Fact]
    public async Task A_signed_call_is_answered_by_the_handler_and_ends_with_it()
    {
        var seen = new TaskCompletionSource<(string Caller, string? Header, string Sdp)>();
        await using var app = await App.StartAsync(async (call, over) =>
        {
            await call.RingAsync(cancel: over);
            var answer = await call.AcceptAsync(cancel: over);
            seen.SetResult((call.Caller, call.Header("x-campaign"), answer.Sdp!));
        });
        Assert.Equal(200, await app.PostAsync(Body("d1"), Secret));
        Assert.Equal(("sip:ann@x", "spring", "v=0"), await seen.Task.WaitAsync(Limit));
        await app.Server.CommandAsync("hangup");
        Assert.Equal("/call/sip?id=d1&dump=true&forward=true", Assert.Single(app.Server.Asked));
        Assert.Equal(["ringing", "accept", "hangup"], app.Server.CommandNames);
        await app.IdleAsync();
    }

    [Fact]
    public async Task What_is_not_signed_in_time_by_who_knows_the_key_gets_401()
    {
        await using var app = await App.StartAsync((_, _) => throw new InvalidOperationException("must not be reached"));
        Assert.Equal(401, await app.PostAsync(Body("d"), null));
        Assert.Equal(401, await app.PostAsync(Body("d"), "other"));
        Assert.Equal(401, await app.PostAsync(Body("d"), Secret, age: TimeSpan.FromMinutes(6)));
        Assert.Equal(401, await app.PostAsync(Body("d"), Secret, age: TimeSpan.FromMinutes(-6)));
        Assert.Equal(401, await app.PostAsync(Body("d"), Secret, sent: Body("e")));
        Assert.Empty(app.Server.Asked);
    }

    [Fact]
    public async Task What_is_too_large_or_no_announcement_is_refused()
    {
        await using var app = await App.StartAsync((_, _) => Task.CompletedTask, options => options with { MaxBody = 1_024 });
        Assert.Equal(413, await app.PostAsync(Body(new string('x', 2_000)), Secret));
        Assert.Equal(400, await app.PostAsync("no json", Secret));
        Assert.Equal(400, await app.PostAsync("""{"caller":"sip:a@x"}""", Secret));
        Assert.Equal(400, await app.PostAsync(Body(""), Secret));
    }

    [Fact]
    public async Task A_call_that_is_announced_again_has_one_handler_and_a_further_one_is_too_many()
    {
        var go = new TaskCompletionSource();
        var handlers = 0;
        await using var app = await App.StartAsync(
            async (call, _) =>
            {
                Interlocked.Increment(ref handlers);
                await go.Task;
            },
            options => options with { MaxCalls = 1 });
        Assert.Equal(200, await app.PostAsync(Body("d1"), Secret));
        Assert.Equal(200, await app.PostAsync(Body("d1"), Secret));
        Assert.Equal(503, await app.PostAsync(Body("d2"), Secret));
        go.SetResult();
        await app.IdleAsync();
        Assert.Equal(1, handlers);
        // Neither answered nor refused by its handler: it must not wait for ever.
        Assert.Equal(["hangup"], app.Server.CommandNames);
    }

    [Fact]
    public async Task A_fault_ends_its_own_call_and_an_old_announcement_reaches_no_handler()
    {
        var ids = new ConcurrentQueue<string>();
        await using var app = await App.StartAsync(async (call, over) =>
        {
            ids.Enqueue(call.DialogId);
            await call.AcceptAsync(cancel: over);
            throw new InvalidOperationException("a fault of the application");
        });
        Assert.Equal(200, await app.PostAsync(Body("d1"), Secret));
        await app.Server.CommandAsync("hangup");
        await app.IdleAsync();
        app.Server.Refusal = 404;
        Assert.Equal(200, await app.PostAsync(Body("d2"), Secret));
        await app.IdleAsync();
        Assert.Equal(["d1"], ids);
    }

    [Fact]
    public async Task The_handler_is_told_when_the_caller_has_gone()
    {
        var told = new TaskCompletionSource<string>();
        await using var app = await App.StartAsync(async (call, over) =>
        {
            call.Client.On<HangupEvent>(end => told.SetResult(end.Reason!));
            await call.AcceptAsync(cancel: over);
            await Task.Delay(Timeout.Infinite, over);
        });
        await app.PostAsync(Body("d1"), Secret);
        var socket = await app.Server.NextAsync();
        await app.Server.CommandAsync("accept");
        await socket.EndAsync("""{"event":"hangup","reason":"ByCaller"}""");
        Assert.Equal("ByCaller", await told.Task.WaitAsync(Limit));
        await app.IdleAsync();
    }

    [Fact]
    public async Task An_application_that_stops_lets_calls_end_and_then_ends_them()
    {
        var ended = new TaskCompletionSource<bool>();
        var app = await App.StartAsync(
            async (call, over) =>
            {
                await call.AcceptAsync(cancel: CancellationToken.None);
                try
                {
                    await Task.Delay(Timeout.Infinite, over);
                }
                catch (OperationCanceledException)
                {
                    ended.SetResult(call.Client.Ended.IsCancellationRequested);
                }
            },
            options => options with { DrainTimeout = TimeSpan.FromMilliseconds(300) });
        await app.PostAsync(Body("d1"), Secret);
        await app.Server.CommandAsync("accept");
        await app.DisposeAsync();
        Assert.False(await ended.Task.WaitAsync(Limit));
        Assert.Equal(["accept", "hangup"], app.Server.CommandNames);
    }

    private static string Body(string id) =>
        $$"""{"dialogId":"{{id}}","createdAt":"2026-01-01T00:00:00.000Z","caller":"sip:ann@x","callee":"sip:bot@x","event":"invite","headers":["Via: x","X-Campaign: spring"],"offer":"v=0"}""";

    private sealed class App(WebApplication app, FakeVoiceServer server, VoiceWebhook webhook) : IAsyncDisposable
    {
        public FakeVoiceServer Server => server;

        public static async Task<App> StartAsync(Func<IncomingVoiceCall, CancellationToken, Task> handler, Func<VoiceWebhookOptions, VoiceWebhookOptions>? change = null)
        {
            var server = await FakeVoiceServer.StartAsync((socket, command) =>
                command.GetProperty("command").GetString() == "accept" ? socket.TellAsync("""{"event":"answer","sdp":"v=0"}""") : Task.CompletedTask);
            var builder = WebApplication.CreateEmptyBuilder(new());
            builder.Services.AddRoutingCore();
            builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
            var app = builder.Build();
            var options = new VoiceWebhookOptions { Secret = Secret, Client = new() { Server = server.Address } };
            var webhook = app.MapVoiceWebhook("/calls", handler, change?.Invoke(options) ?? options);
            await app.StartAsync();
            return new(app, server, webhook);
        }

        public async Task<int> PostAsync(string body, string? secret, TimeSpan age = default, string? sent = null)
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, app.Urls.First() + "/calls") { Content = new StringContent(sent ?? body, Encoding.UTF8, "application/json") };
            var timestamp = (DateTimeOffset.UtcNow - age).ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
            request.Headers.Add(WebhookSignature.TimestampHeader, timestamp);
            if (secret is not null)
                request.Headers.Add(WebhookSignature.SignatureHeader, WebhookSignature.Sign(secret, timestamp, Encoding.UTF8.GetBytes(body)));
            using var response = await Http.SendAsync(request).WaitAsync(Limit);
            return (int)response.StatusCode;
        }

        public async Task IdleAsync()
        {
            for (var clock = System.Diagnostics.Stopwatch.StartNew(); webhook.Calls > 0; await Task.Delay(10))
                Assert.True(clock.Elapsed < Limit, "A handler still runs.");
        }

        public async ValueTask DisposeAsync()
        {
            await app.StopAsync();
            await app.DisposeAsync();
            await server.DisposeAsync();
        }
    }
}
