using Parley.Contracts.Voice;
using Parley.Contracts.Voice.Events;
using Parley.Server.Voice.Sessions;

namespace Parley.Server.Tests.Voice;

/// <summary>Events that wait for their reader.</summary>
public sealed class EventBoxTests
{
    [Fact]
    public async Task A_slow_reader_is_told_how_many_he_missed_and_gets_the_last_one()
    {
        var box = new EventBox(2);
        for (var i = 1; i <= 5; i++)
            box.Send(new PingEvent { Seq = i });
        box.Send(new HangupEvent { Seq = 6 }, isLast: true);
        box.Send(new PingEvent { Seq = 7 });
        var read = new List<VoiceEvent>();
        while (await box.PeekAsync(default) is { } message)
        {
            read.Add(VoiceWire.ReadEvent(message));
            box.Remove();
        }

        Assert.Equal(["ping", "ping", "missed", "hangup"], read.Select(one => one.Event));
        Assert.Equal(3, Assert.IsType<MissedEvent>(read[2]).Count);
    }

    [Fact]
    public async Task What_was_not_sent_is_there_for_the_next_reader()
    {
        var box = new EventBox(2);
        box.Send(new PingEvent { Seq = 1 });
        Assert.Equal(await box.PeekAsync(default), await box.PeekAsync(default));
    }
}
