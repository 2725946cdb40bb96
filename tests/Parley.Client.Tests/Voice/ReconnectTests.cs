using Parley.Client.Tests.Support;
using Parley.Client.Voice;
using Parley.Contracts.Voice.Events;

namespace Parley.Client.Tests.Voice;

/// <summary>A connection that breaks is made anew where the server keeps its sessions.</summary>
public sealed class ReconnectTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    [Fact]
    public async Task The_session_goes_on_over_the_next_connection_and_tells_nothing_twice()
    {
        await using var server = await FakeVoiceServer.StartAsync();
        await using var call = await ConnectAsync(server);
        var first = await server.NextAsync();
        await first.TellAsync("""{"event":"answer","seq":1}""", """{"event":"dtmf","seq":2,"digit":"1"}""");
        await call.AddHistoryAsync("user", "before");
        await server.CommandAsync("history");
        first.Abort();
        await call.SpeakAsync("meanwhile").WaitAsync(Limit);
        var second = await server.NextAsync();
        await server.CommandAsync("tts");
        await second.TellAsync("""{"event":"dtmf","seq":2,"digit":"1"}""", """{"event":"missed","count":1}""", """{"event":"dtmf","seq":6,"digit":"6"}""");
        await second.EndAsync("""{"event":"hangup","seq":7,"reason":"ByCallee"}""");
        var told = new List<string>();
        await foreach (var happened in call.ReadAllAsync().WithCancellation(new CancellationTokenSource(Limit).Token))
            told.Add(happened is MissedEvent missed ? $"missed {missed.Count}" : $"{happened.Event} {happened.Seq}");
        // Of 3, 4 and 5 the server knows one, the other two were on the way when the connection broke.
        Assert.Equal(["answer 1", "dtmf 2", "missed 1", "missed 2", "dtmf 6", "hangup 7"], told);
        Assert.Equal(2, server.Asked.Count);
        Assert.Equal(server.Asked.First() + "&forward=true", server.Asked.Last());
    }

    [Fact]
    public async Task It_is_tried_until_the_server_says_that_the_session_is_gone()
    {
        await using var server = await FakeVoiceServer.StartAsync();
        await using var call = await ConnectAsync(server);
        var first = await server.NextAsync();
        server.Refusal = 409;
        first.Abort();
        while (server.Asked.Count < 3)
            await Task.Delay(10);
        server.Refusal = 404;
        var end = await call.WaitForEndAsync().WaitAsync(Limit);
        Assert.Contains("ended the session", end.Reason, StringComparison.Ordinal);
        Assert.Null(end.Last);
    }

    [Fact]
    public async Task It_is_given_up_after_its_time()
    {
        await using var server = await FakeVoiceServer.StartAsync();
        await using var call = await ConnectAsync(server, TimeSpan.FromMilliseconds(300));
        var first = await server.NextAsync();
        server.Refusal = 503;
        first.Abort();
        await Assert.ThrowsAsync<IOException>(() => call.SpeakAsync("lost").WaitAsync(Limit));
    }

    [Fact]
    public async Task A_session_that_the_server_has_closed_is_over()
    {
        await using var server = await FakeVoiceServer.StartAsync();
        await using var call = await ConnectAsync(server);
        await (await server.NextAsync()).CloseAsync();
        await call.WaitForEndAsync().WaitAsync(Limit);
        Assert.Single(server.Asked);
    }

    private static Task<VoiceClient> ConnectAsync(FakeVoiceServer server, TimeSpan? limit = null) =>
        VoiceClientTests.ConnectAsync(server, options => options with { ReconnectFor = limit ?? Limit, ReconnectDelay = TimeSpan.FromMilliseconds(20) });
}
