using System.Diagnostics;
using Parley.Interop.Tests.Harness;

namespace Parley.Interop.Tests.Cases;

/// <summary>The files the extension `record` leaves behind, by content.</summary>
public sealed class RecordingTests
{
    [Fact]
    public async Task The_recording_holds_both_directions_on_a_side_each()
    {
        await using var server = await ServeProcess.StartAsync();
        await using var phone = await Baresip.StartAsync(new() { ToneHz = 700 });
        var clock = Stopwatch.StartNew();
        await phone.DialAsync(server.Uri("record"));
        await server.AssertRecordsAsync(700, atLeast: 2);
        await phone.SendDigitsAsync("#", TimeSpan.FromSeconds(0.2));
        await phone.WaitForEndAsync(Eventually.Patience);

        var recording = await server.RecordingAsync();
        Assert.Equal(2, recording.Channels.Length);
        Assert.InRange(recording.Duration.TotalSeconds, 2, clock.Elapsed.TotalSeconds);
        var callers = Tone.ChannelWith(recording, 700);
        Tone.AssertHeard(callers, recording.Rate, 700, atLeast: 2);
        var ours = recording.Channels.Single(channel => channel != callers);
        Tone.AssertNotHeard(ours, recording.Rate, 700);
    }

    [Fact]
    public async Task The_recording_is_a_valid_file_although_the_server_was_killed()
    {
        await using var server = await ServeProcess.StartAsync();
        await using var phone = await Baresip.StartAsync(new() { ToneHz = 700 });
        await phone.DialAsync(server.Uri("record"));
        // What a recorder may lose at a power cut is what it had not yet handed to the system: the rest is there while the call goes on.
        await server.AssertRecordsAsync(700, atLeast: 1.5);
        await server.KillAsync();

        var recording = await server.RecordingAsync();
        var callers = Tone.ChannelWith(recording, 700);
        Tone.AssertHeard(callers, recording.Rate, 700, atLeast: 1.5);
    }

    [Fact]
    public async Task The_caller_may_hang_up_instead_of_pressing_the_hash_key()
    {
        await using var server = await ServeProcess.StartAsync();
        await using var phone = await Baresip.StartAsync(new() { ToneHz = 700 });
        await phone.DialAsync(server.Uri("record"));
        await server.AssertRecordsAsync(700, atLeast: 0.5);
        await phone.HangUpAsync();
        await phone.WaitForEndAsync(Eventually.Patience);

        var recording = await server.RecordingAsync();
        _ = Tone.ChannelWith(recording, 700, atLeast: 0.5);
    }
}
