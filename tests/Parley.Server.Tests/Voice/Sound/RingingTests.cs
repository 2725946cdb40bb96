using Parley.TestSupport;
using System.Text.Json;
using Parley.Server.Tests.Support;
using static Parley.Server.Tests.Voice.VoiceStage;

namespace Parley.Server.Tests.Voice.Sound;

/// <summary>Audio of a call that rings and is then answered.</summary>
public sealed class RingingTests : IAsyncDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("parley-ringing-");
    private readonly Hook _hook = new();

    public RingingTests()
    {
        SoundCall.WriteTones(Path.Combine(_folder.FullName, "ring.wav"), 8000, 425, 425, 425, 425, 425, 425, 425, 425, 425, 425);
        SoundCall.WriteTones(Path.Combine(_folder.FullName, "music.wav"), 8000, 1500);
    }

    public async ValueTask DisposeAsync()
    {
        await _hook.DisposeAsync();
        _folder.Delete(true);
    }

    [Fact]
    public Task The_ringtone_stops_at_the_answer_and_what_else_plays_goes_on() => Unhurried.PassesAsync(async () =>
    {
        await using var stage = await VoiceStage.StartAsync(_hook.Options() with { Prompts = _folder.FullName });
        var (call, socket) = await RingAsync(stage, """{"command":"ringing","ringtone":"ring.wav"}""");
        await using var ear = new Ear(call);
        await using var connection = socket;
        await ear.HearsAsync(425);
        await socket.SendAsync("""{"command":"play","url":"music.wav","playId":"m","background":true,"loop":true}""");
        await UntilAsync(socket, "trackStart", "m");
        await socket.SendAsync("""{"command":"accept","option":{"tts":{"provider":"scripted"},"asr":{"provider":"scripted"}}}""");
        var events = await UntilAsync(socket, "trackEnd", "ring.wav");
        Assert.Contains("answer", events.Select(Name));
        var from = ear.Frames + 10; // what is on its way
        await ear.HearsAsync(1500, from, frames: 40);
        Assert.Equal(0, ear.Count(425, from));
        // The same music: it was not begun anew, and has not ended.
        Assert.DoesNotContain(events, one => Name(one) == "trackEnd" && one.Text("playId") == "m");
        if (!events.Exists(one => Name(one) == "asrFinal"))
            await VoiceStage.UntilAsync(socket, "asrFinal");
        await socket.SendAsync("""{"command":"tts","text":"aaaaa","playId":"t","autoHangup":true}""");
        await VoiceStage.UntilAsync(socket, "hangup");
    });

    [Fact]
    public Task A_recorder_of_the_ringing_stays_and_has_what_came_before_the_answer() => Unhurried.PassesAsync(async () =>
    {
        File.Delete(Path.Combine(_folder.FullName, "one.wav")); // of an attempt before this one
        await using var stage = await VoiceStage.StartAsync(_hook.Options() with { Prompts = _folder.FullName, Recordings = _folder.FullName });
        var (call, socket) = await RingAsync(stage, """{"command":"ringing","ringtone":"ring.wav","recorder":{"recorderFile":"one.wav","samplerate":8000}}""");
        await using var ear = new Ear(call);
        await using var connection = socket;
        await ear.HearsAsync(425, frames: 25);
        await socket.SendAsync("""{"command":"accept","option":{"tts":{"provider":"scripted"},"recorder":{"recorderFile":"two.wav"}}}""");
        await VoiceStage.UntilAsync(socket, "mediaReady");
        await socket.SendAsync("""{"command":"play","url":"music.wav"}""");
        await ear.HearsAsync(1500, frames: 25);
        await socket.SendAsync("""{"command":"hangup"}""");
        var events = await VoiceStage.UntilAsync(socket, "hangup");
        Assert.Equal("one.wav", Assert.Single(events, one => Name(one) == "record").Text("file"));
        Assert.False(File.Exists(Path.Combine(_folder.FullName, "two.wav")));
        var bytes = await File.ReadAllBytesAsync(Path.Combine(_folder.FullName, "one.wav"));
        short[] said = [.. Enumerable.Range(0, (bytes.Length - 44) / 4).Select(i => BitConverter.ToInt16(bytes, 46 + (4 * i)))];
        Assert.InRange(said.Chunk(160).Count(frame => Ear.Prevails(frame, 8000, 425)), 20, int.MaxValue);
        Assert.InRange(said.Chunk(160).Count(frame => Ear.Prevails(frame, 8000, 1500)), 20, int.MaxValue);
    });

    [Fact]
    public async Task A_recording_of_audio_over_the_socket_is_whole_when_the_end_is_told()
    {
        await using var stage = await VoiceStage.StartAsync(new() { Recordings = _folder.FullName });
        await using var client = await StreamingClient.InviteAsync(stage, ""","recorder":{"recorderFile":"socket.wav"}""");
        await client.SendAsync("""{"command":"play","url":"tone:440"}""");
        await client.UntilAsync("trackEnd");
        await client.SendAsync("""{"command":"record","action":"stop"}""");
        await client.UntilAsync("record", one => one.Text("state") == "stopped");
        await client.SendAsync("""{"command":"record","recorder":{"recorderFile":"socket.wav"}}""");
        await client.UntilAsync("record");
        await client.SendAsync("""{"command":"hangup"}""");
        var events = await client.UntilAsync("hangup");
        var stopped = Assert.Single(events, one => Name(one) == "record");
        Assert.Equal(("stopped", "socket-2.wav"), (stopped.Text("state"), stopped.Text("file")));
        var bytes = await File.ReadAllBytesAsync(Path.Combine(_folder.FullName, "socket.wav"));
        short[] said = [.. Enumerable.Range(0, (bytes.Length - 44) / 4).Select(i => BitConverter.ToInt16(bytes, 46 + (4 * i)))];
        Assert.InRange(said.Chunk(320).Count(frame => frame.Length == 320 && Ear.Prevails(frame, 16000, 440)), 40, 60);
        Assert.Equal(bytes.Length - 44, BitConverter.ToInt32(bytes, 40));
    }

    private static async Task UntilAsync(ApiSocket socket, string name, string playId, List<JsonElement> events)
    {
        do
        {
            events.AddRange(await VoiceStage.UntilAsync(socket, name));
        }
        while (!events[^1].TryGetProperty("playId", out var found) || found.GetString() != playId);
    }

    private static async Task<List<JsonElement>> UntilAsync(ApiSocket socket, string name, string playId)
    {
        var events = new List<JsonElement>();
        await UntilAsync(socket, name, playId, events);
        return events;
    }

    /// <summary>The phone calls, the program rings with audio.</summary>
    private async Task<(Call Call, ApiSocket Socket)> RingAsync(VoiceStage stage, string ringing)
    {
        var early = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var call = await stage.Phone.CreateCallAsync(stage.ServerUri, new()
        {
            OnProgress = progress =>
            {
                if (progress.EarlyMedia)
                    early.TrySetResult();
            },
        });
        _ = call.TryInviteAsync();
        var socket = await stage.ClaimAsync(_hook);
        await socket.SendAsync(ringing);
        await early.Task.WaitAsync(TimeSpan.FromSeconds(30));
        return (call, socket);
    }
}
