using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Threading.Channels;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Parley.Client.AspNetCore;
using Parley.Client.Voice;
using Parley.Contracts.Voice.Events;
using Parley.Interop.Tests.Harness;

namespace Parley.Interop.Tests.Cases.VoiceAgents;

/// <summary>A program that takes the calls of a voice agents' server, as its user writes one; a test is what it does.</summary>
internal sealed class AgentProgram : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly Channel<IncomingVoiceCall> _calls = Channel.CreateUnbounded<IncomingVoiceCall>();

    private AgentProgram(WebApplication app, int apiPort) => (_app, ApiPort) = (app, apiPort);

    /// <summary>Where the server has to serve voice agents.</summary>
    public int ApiPort { get; }

    public string ApiAddress => string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{ApiPort}");

    /// <summary>Where it is told of calls.</summary>
    public string Url => _app.Urls.First() + "/calls";

    /// <summary>Every event of every call.</summary>
    public ConcurrentQueue<VoiceEvent> Events { get; } = new();

    /// <summary>Announcements so far.</summary>
    public int Announcements { get; private set; }

    /// <summary>Status of its answers instead of those it would give.</summary>
    public int Answer { get; set; }

    /// <summary>How long it takes to answer.</summary>
    public TimeSpan Delay { get; set; }

    public VoiceClientOptions Client => new() { Server = new($"ws://{ApiAddress}"), OnEvent = Events.Enqueue };

    public static async Task<AgentProgram> StartAsync(string? secret)
    {
        var builder = WebApplication.CreateEmptyBuilder(new());
        builder.Services.AddRoutingCore();
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        var app = builder.Build();
        var program = new AgentProgram(app, Ports.Take());
        app.Use(program.MisbehaveAsync);
        app.MapVoiceWebhook("/calls", program.TakeAsync, new() { Client = program.Client, Secret = secret, DrainTimeout = TimeSpan.Zero });
        await app.StartAsync();
        return program;
    }

    /// <summary>The next call, connected with its session.</summary>
    public async Task<IncomingVoiceCall> NextAsync()
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        return await _calls.Reader.ReadAsync(limit.Token);
    }

    /// <summary>The events of a kind, so far.</summary>
    public IReadOnlyList<TEvent> Of<TEvent>() => [.. Events.OfType<TEvent>()];

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
    }

    private async Task MisbehaveAsync(HttpContext context, RequestDelegate next)
    {
        Announcements++;
        await Task.Delay(Delay, context.RequestAborted);
        if (Answer == 0)
            await next(context);
        else
            context.Response.StatusCode = Answer;
    }

    private async Task TakeAsync(IncomingVoiceCall call, CancellationToken over)
    {
        _calls.Writer.TryWrite(call);
        await Task.Delay(Timeout.Infinite, over);
    }
}
