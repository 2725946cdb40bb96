namespace Parley.Speech.Tests;

public class SpeechEventQueueTests
{
    [Fact]
    public async Task Events_come_in_their_order_with_the_time_they_were_posted()
    {
        var queue = new SpeechEventQueue();
        var before = DateTimeOffset.UtcNow;
        queue.Post(new ReplyDelta("a"));
        queue.Post(new ReplyDelta("b") { At = DateTimeOffset.UnixEpoch });
        queue.Complete();
        var read = new List<SpeechEvent>();
        await foreach (var happened in queue.ReadAllAsync(TestContext.Current.CancellationToken)) read.Add(happened);
        Assert.Equal(["a", "b"], read.Cast<ReplyDelta>().Select(delta => delta.Text));
        Assert.InRange(read[0].At, before, DateTimeOffset.UtcNow);
        Assert.Equal(DateTimeOffset.UnixEpoch, read[1].At);
    }

    [Fact]
    public void What_a_slow_reader_misses_is_counted_and_observers_see_all_until_they_leave()
    {
        var queue = new SpeechEventQueue();
        var seen = 0;
        var observing = queue.Observe(_ => seen++);
        for (var i = 0; i < SpeechEventQueue.MaxWaiting + 5; i++) queue.Post(new ReplyDelta("x"));
        observing.Dispose();
        queue.Post(new ReplyDelta("x"));
        Assert.Equal((6, SpeechEventQueue.MaxWaiting + 5), (queue.Dropped, seen));
    }
}
