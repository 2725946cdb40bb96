using Parley.Client.Voice;
using Parley.Contracts.Voice.Commands;
using Parley.Contracts.Voice.Events;

namespace Parley.Server.Tests.Voice;

/// <summary>The client of voice agents against the server.</summary>
public sealed class ClientTests
{
    [Fact]
    public async Task A_program_calls_speaks_and_hangs_up()
    {
        await using var stage = await VoiceStage.StartAsync();
        _ = stage.AnswerAll();
        await using var client = await VoiceClient.ConnectAsync(new() { Server = stage.Http("/") is var http ? new UriBuilder(http) { Scheme = "ws" }.Uri : http });
        var answer = await client.InviteAsync(new() { Callee = stage.PhoneUri, Tts = new() { Provider = "scripted" } });
        Assert.StartsWith("v=0", answer.Sdp, StringComparison.Ordinal);
        await client.SpeakAsync("hello", "greeting");
        var events = new List<VoiceEvent>();
        await foreach (var happened in client.ReadAllAsync())
        {
            events.Add(happened);
            if (happened is TrackEndEvent { PlayId: "greeting" })
                await client.HangUpAsync("done");
        }

        Assert.Equal("done", Assert.IsType<HangupEvent>(events[^1]).Reason);
    }

    [Fact]
    public async Task An_invite_that_is_refused_throws_with_the_reason()
    {
        await using var stage = await VoiceStage.StartAsync();
        stage.Serve(call => call.RejectAsync(486));
        await using var client = await VoiceClient.ConnectAsync(new() { Server = new UriBuilder(stage.Http("/")) { Scheme = "ws" }.Uri });
        Assert.Equal(486, (await Assert.ThrowsAsync<VoiceCallException>(() => client.InviteAsync(new() { Callee = stage.PhoneUri }))).Code);
    }

    [Fact]
    public async Task A_client_whose_connection_broke_comes_back_to_its_call()
    {
        await using var stage = await VoiceStage.StartAsync(new() { Grace = TimeSpan.FromSeconds(20) });
        _ = stage.AnswerAll();
        await using var way = new Relay(stage.Http("/").Port);
        await using var client = await VoiceClient.ConnectAsync(new() { Server = new($"ws://127.0.0.1:{way.Port}"), ReconnectFor = TimeSpan.FromSeconds(20), ReconnectDelay = TimeSpan.FromMilliseconds(50) });
        await client.InviteAsync(new() { Callee = stage.PhoneUri, Tts = new() { Provider = "scripted" } });
        await client.ConfirmAsync(new PauseCommand());
        way.Cut();
        var heard = await client.SpeakToEndAsync("still here").WaitAsync(TimeSpan.FromSeconds(30));
        Assert.InRange(heard.Duration, 150, 250);
        await client.HangUpAsync("done");
        Assert.Equal("done", (await client.WaitForEndAsync().WaitAsync(TimeSpan.FromSeconds(30))).Reason);
        var told = new List<VoiceEvent>();
        await foreach (var happened in client.ReadAllAsync())
            told.Add(happened);
        var numbers = told.Where(happened => happened.Seq is not null).Select(happened => happened.Seq!.Value).ToList();
        Assert.Equal(numbers.Distinct().Order(), numbers);
        Assert.Single(told, happened => happened is AnswerEvent);
    }
}
