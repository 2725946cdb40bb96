using System.Runtime.InteropServices;
using Parley.Media.Audio;
using static Parley.Server.Tests.Voice.VoiceStage;

namespace Parley.Server.Tests.Voice;

/// <summary>Audio of SIP calls that is copied to the socket, and marks.</summary>
public sealed class StreamingCallTests
{
    [Fact]
    public async Task A_subscriber_gets_both_directions_with_their_indices()
    {
        await using var stage = await StartAsync();
        var phone = stage.AnswerAll();
        await using var client = await StreamingClient.ConnectAsync(stage, "/call/sip");
        await client.SendAsync(stage.Invite(""","subscribe":true"""));
        await client.UntilAsync("mediaReady");
        (await phone).StartPlayback(new ToneSource(1_000, 8_000, null));
        await client.SendAsync("""{"command":"play","url":"tone:440"}""");
        await client.UntilAsync("trackEnd");
        var tracks = client.Frames.GroupBy(one => one.Frame[0]).ToDictionary(one => (int)one.Key, one => one.SelectMany(frame => MemoryMarshal.Cast<byte, short>(frame.Frame.AsSpan(1)).ToArray()).ToArray());
        Assert.Equal([0, 1], tracks.Keys.Order());
        Assert.InRange(Frequency(tracks[0]), 430, 450); // what the agent played
        Assert.InRange(Frequency(tracks[1]), 980, 1_020); // what the phone played
        Assert.InRange(tracks[0].Length, tracks[1].Length - 320, tracks[1].Length + 320);
    }

    [Fact]
    public async Task A_mark_is_told_when_what_was_said_before_has_been_heard()
    {
        await using var stage = await StartAsync();
        await using var client = await StreamingClient.InviteAsync(stage);
        await client.SendAsync("""{"command":"tts","text":"aaaaaaaaaa","playId":"p","streaming":false}""");
        await client.SendAsync("""{"command":"mark","name":"one"}""");
        await client.SendAsync($$"""{"command":"tts","text":"{{new string('b', 1_500)}}","playId":"p"}""");
        await client.SendAsync("""{"command":"mark","name":"two"}""");
        var events = await client.UntilAsync("mark");
        Assert.Equal(("one", true), (events[^1].Text("name"), events[^1].GetProperty("heard").GetBoolean()));
        Assert.InRange(client.Frames.Length, 9, 1_000); // behind the first text, not behind the second
        await client.SendAsync("""{"command":"interrupt"}""");
        events = await client.UntilAsync("mark");
        Assert.Equal(("two", false), (events[^1].Text("name"), events[^1].GetProperty("heard").GetBoolean()));
    }

    [Fact]
    public async Task A_mark_behind_a_playback_or_behind_nothing_is_told()
    {
        await using var stage = await StartAsync();
        await using var client = await StreamingClient.InviteAsync(stage);
        await client.SendAsync("""{"command":"mark","name":"none"}""");
        Assert.True((await client.NextAsync("mark")).GetProperty("heard").GetBoolean());
        await client.SendAsync("""{"command":"play","url":"tone:440"}""");
        await client.SendAsync("""{"command":"mark","name":"tone"}""");
        Assert.True((await client.NextAsync("mark")).GetProperty("heard").GetBoolean());
        Assert.InRange(client.Frames.Length, 49, 51);
    }

    // The middle second by its crossings of zero.
    private static double Frequency(short[] pcm)
    {
        var loud = pcm.AsSpan(Array.FindIndex(pcm, sample => Math.Abs((int)sample) > 1_000) + 1_600);
        var crossings = 0;
        var length = Math.Min(loud.Length, 8_000);
        for (var i = 1; i < length; i++)
            crossings += (loud[i - 1] < 0) != (loud[i] < 0) ? 1 : 0;
        return crossings * 16_000.0 / length / 2;
    }
}
