using System.Text;
using System.Text.Json;
using Parley.Contracts.Voice.Commands;
using Parley.Contracts.Voice.Events;
using Parley.Server.Tests.Voice.Sound;
using Parley.Server.Voice;
using Parley.Server.Voice.Sessions;

namespace Parley.Server.Tests.Voice;

/// <summary>What the parts of a session share: the way of events out of it, errors that wait for the answer, faults of what runs beside it, its socket's coming and going.</summary>
public sealed class SessionContextTests
{
    [Fact]
    public async Task An_error_waits_for_the_answer_with_its_time_behind_what_is_wrong_with_the_options_and_the_calls_own_does_not()
    {
        await using var stage = await PartStage.StartAsync();
        await stage.DoAsync(() =>
        {
            stage.Context.Held.HoldsErrors = true;
            stage.Context.Held.Problems.Add(new("option.x", "is none."));
            stage.Time.Advance(TimeSpan.FromSeconds(1));
            stage.Context.Fail("tts", "no voice");
            stage.Context.Fail("invite", "no callee");
        });
        Assert.Equal("no callee", Assert.IsType<ErrorEvent>(Assert.Single(stage.Told)).Error);
        stage.Time.Advance(TimeSpan.FromSeconds(5));
        await stage.DoAsync(() => stage.Context.Release("invite"));
        Assert.Equal(["command invite: option.x: is none.", "tts no voice"], stage.Told.Skip(1).Cast<ErrorEvent>().Select(error => $"{error.Sender} {error.Error}"));
        Assert.Equal(1_000, stage.Told[2].Timestamp);
        await stage.DoAsync(() => stage.Context.Fail("tts", "again"));
        Assert.Equal(4, stage.Told.Count);
    }

    [Fact]
    public async Task What_goes_wrong_beside_the_mailbox_is_an_error_of_its_command_without_the_names_of_our_parameters()
    {
        await using var stage = await PartStage.StartAsync();
        await stage.DoAsync(() =>
        {
            stage.Context.Begin("play", () => throw new ArgumentException("It is none.", "file"));
            stage.Context.Begin("play", () => throw new NotSupportedException("secret"));
            stage.Context.Begin("play", () => throw new OperationCanceledException());
        });
        Assert.Equal(["It is none.", "A fault of the server itself."], stage.Told.Cast<ErrorEvent>().Select(error => error.Error));
    }

    [Fact]
    public async Task Nothing_is_put_in_when_it_is_over_and_what_was_begun_is_given_up()
    {
        await using var stage = await PartStage.StartAsync();
        await stage.DoAsync(stage.Context.Close);
        Assert.True(stage.Context.IsOver);
        Assert.True(stage.Context.Ending.IsCancellationRequested);
        Assert.False(stage.Context.Post(() => { }));
    }

    [Fact]
    public async Task Events_are_numbered_for_all_who_read_and_a_reader_too_many_gets_none()
    {
        await using var stage = await PartStage.StartAsync();
        var events = new SessionEvents(stage.Core, "s", VoiceKind.Sip, stage.Time.GetUtcNow(), null);
        events.Tell(new PingEvent());
        var readers = Enumerable.Range(0, new VoiceLimits().MaxFollowers).Select(_ => events.Follow()).ToArray();
        Assert.DoesNotContain(null, readers);
        Assert.Null(events.Follow());
        events.Unfollow(readers[0]!);
        Assert.NotNull(events.Follow());
        events.Tell(new HangupEvent { Reason = "ByCaller" }, isLast: true);
        events.Tell(new PingEvent());
        events.End();
        Assert.Equal("ByCaller", Assert.IsType<HangupEvent>(events.Last).Reason);
        Assert.Equal([(1, "ping"), (2, "hangup")], Read(events.Box).Select(one => JsonElement.Parse(one)).Select(one => (one.GetProperty("seq").GetInt32(), one.GetProperty("event").GetString()!)));
        Assert.Contains("\"seq\":2", Assert.Single(Read(readers[1]!)), StringComparison.Ordinal);
        Assert.Empty(Read(readers[0]!));
    }

    [Fact]
    public async Task Commands_are_shown_to_followers_without_their_secrets()
    {
        await using var stage = await PartStage.StartAsync();
        var events = new SessionEvents(stage.Core, "s", VoiceKind.Sip, stage.Time.GetUtcNow(), null);
        var reader = events.Follow()!;
        events.Note("""{"command":"invite","option":{"callee":"sip:x","asr":{"provider":"tencent","secretKey":"k3y"}}}"""u8.ToArray());
        events.Note("no json"u8.ToArray());
        events.End();
        var told = Read(reader);
        Assert.StartsWith("event: command\ndata: {\"command\":\"invite\"", told[0], StringComparison.Ordinal);
        Assert.DoesNotContain("k3y", told[0], StringComparison.Ordinal);
        Assert.Equal("event: command\ndata: null\n\n", told[1]);
    }

    [Fact]
    public void A_socket_that_is_gone_is_missed_at_once_or_after_the_grace_time_unless_it_returns()
    {
        var (time, missed) = (new SteppedTime(), 0);
        using var strict = new Attendance(time, TimeSpan.Zero, Now, () => missed++);
        strict.Leave(() => true);
        Assert.Equal(1, missed);
        Assert.False(strict.TryReturn());

        using var patient = new Attendance(time, TimeSpan.FromSeconds(5), Now, () => missed++);
        Assert.False(patient.TryReturn()); // it is there
        patient.Leave(() => true);
        time.Advance(TimeSpan.FromSeconds(4));
        Assert.True(patient.TryReturn());
        Assert.False(patient.TryReturn());
        time.Advance(TimeSpan.FromSeconds(60));
        Assert.Equal(1, missed);
        patient.Leave(() => true);
        time.Advance(TimeSpan.FromSeconds(5));
        Assert.Equal(2, missed);
    }

    [Fact]
    public void Without_a_call_no_socket_is_waited_for()
    {
        var missed = 0;
        using var attendance = new Attendance(new SteppedTime(), TimeSpan.FromSeconds(5), Now, () => missed++);
        attendance.Leave(() => false);
        Assert.Equal(1, missed);
    }

    private static bool Now(Action action)
    {
        action();
        return true;
    }

    private static List<string> Read(EventBox box)
    {
        var told = new List<string>();
        while (box.TryPeek(out _) is { } message)
        {
            told.Add(Encoding.UTF8.GetString(message));
            box.Remove();
        }

        return told;
    }
}
