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
        await phone.DialAsync(server.Uri("record"));
        await Task.Delay(TimeSpan.FromSeconds(4));
        await phone.SendDigitsAsync("#", TimeSpan.FromSeconds(0.2));
        await phone.WaitForEndAsync(TimeSpan.FromSeconds(10));

        var recording = await server.RecordingAsync(TimeSpan.FromSeconds(10));
        Assert.Equal(2, recording.Channels.Length);
        Assert.InRange(recording.Duration.TotalSeconds, 2, 7);
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
        await Task.Delay(TimeSpan.FromSeconds(4));
        await server.KillAsync();

        var recording = await server.RecordingAsync(TimeSpan.FromSeconds(10));
        var callers = Tone.ChannelWith(recording, 700);
        // What a recorder may lose at a power cut is what it had not yet handed to the system: a second.
        Tone.AssertHeard(callers, recording.Rate, 700, atLeast: 1.5);
    }

    [Fact]
    public async Task The_caller_may_hang_up_instead_of_pressing_the_hash_key()
    {
        await using var server = await ServeProcess.StartAsync();
        await using var phone = await Baresip.StartAsync(new() { ToneHz = 700 });
        await phone.DialAsync(server.Uri("record"));
        await Task.Delay(TimeSpan.FromSeconds(3));
        await phone.HangUpAsync();

        var recording = await server.RecordingAsync(TimeSpan.FromSeconds(10));
        _ = Tone.ChannelWith(recording, 700);
    }
}
