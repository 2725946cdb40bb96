using Parley.Control;
using Parley.Tests.Support;

namespace Parley.Tests.Control;

/// <summary>One feed of events that many read, each at their own pace.</summary>
public class CallEventFeedTests
{
    [Fact]
    public async Task Every_reader_gets_every_event_from_when_it_began()
    {
        var feed = new CallEventFeed(16, TimeProvider.System);
        var first = new CallEventReader(feed);
        Publish(feed, 2);
        var second = new CallEventReader(feed);
        Publish(feed, 1);
        Assert.Equal([0, 1, 2], await TakeAsync(first, 3));
        Assert.Equal([2], await TakeAsync(second, 1));
        Assert.False(first.TryRead(out _));
    }

    [Fact]
    public async Task A_reader_that_waits_is_woken()
    {
        var feed = new CallEventFeed(16, TimeProvider.System);
        var reader = new CallEventReader(feed);
        var reading = reader.ReadAsync().AsTask();
        Assert.False(reading.IsCompleted);
        Publish(feed, 1);
        Assert.Equal(0, (await reading.WaitAsync(TimeSpan.FromSeconds(30))).Number);
        using var cancel = new CancellationTokenSource();
        var again = reader.ReadAsync(cancel.Token).AsTask();
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => again);
    }

    [Fact]
    public void A_slow_reader_is_told_what_it_has_lost_and_the_others_lose_nothing()
    {
        var feed = new CallEventFeed(4, TimeProvider.System);
        var (slow, quick) = (new CallEventReader(feed), new CallEventReader(feed));
        for (var i = 0; i < 10; i++)
        {
            Publish(feed, 1);
            Assert.True(quick.TryRead(out var one));
            Assert.Equal(i, one.Number);
        }

        Assert.True(slow.TryRead(out var lost));
        Assert.Equal((CallEventKind.Lost, 6L), (lost.Kind, lost.Lost));
        Assert.True(slow.TryRead(out var next));
        Assert.Equal(6, next.Number);
    }

    [Fact]
    public void A_call_is_found_by_the_ids_it_had_last() => ControlStage.Run(
        async stage =>
        {
            var (call, _, bob) = await stage.TalkAsync();
            foreach (var last in (int[])[4, 5, 6])
            {
                await stage.AnswererAsync($"10.0.0.{last}");
                var outcome = await stage.RunAsync(new BlindTransfer { Call = bob.Id, Leg = CallSide.Callee, Destination = $"sip:x@10.0.0.{last}", Mode = Parley.Transfers.TransferMode.ByServer });
                Assert.True(outcome.IsSuccess, outcome.Text);
                Assert.Equal(call.Id, stage.Control.Directory.Find(outcome.CallId!)!.Id);
            }

            Assert.Equal(call.Id, stage.Control.Directory.Find(bob.Id)!.Id); // its leg is still there
            Assert.Null(stage.Control.Directory.Find(call.Caller.CallId!)); // its leg is gone for long
        },
        options => options with { Limits = new() { MaxIdsPerCall = 3 } });

    private static void Publish(CallEventFeed feed, int count)
    {
        for (var i = 0; i < count; i++)
            feed.Publish(new() { Number = 0, Time = default, Kind = CallEventKind.Ringing });
    }

    private static async Task<List<long>> TakeAsync(CallEventReader reader, int count)
    {
        var numbers = new List<long>();
        while (numbers.Count < count)
            numbers.Add((await reader.ReadAsync()).Number);
        return numbers;
    }
}
