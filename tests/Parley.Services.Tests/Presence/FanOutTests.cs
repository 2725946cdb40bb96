namespace Parley.Services.Tests.Presence;

/// <summary>Work for many: nothing else runs beside it, or it would hold up tests that wait for the thread pool.</summary>
[CollectionDefinition("Alone", DisableParallelization = true)]
public class FanOutCollection;

/// <summary>One change of state that many hear of.</summary>
[Collection("Alone")]
public class FanOutTests
{
    private readonly PresenceStage _stage = new();

    [Fact]
    public void Ten_thousand_subscribers_of_one_change_hear_of_it_within_two_seconds_at_a_steady_pace()
    {
        const int count = 10_000;
        for (var i = 0; i < count; i++)
        {
            _stage.Queue(_stage.SubscribeText(who: $"w{i}", expires: 3600));
            if (i % 100 == 0)
                _stage.Network.RunUntilIdle();
        }

        _stage.Network.RunUntilIdle();
        _stage.Advance(10);
        Assert.Equal(count, _stage.Service.Watchers);
        _stage.Received.Clear();
        _stage.Publish(PresenceStage.Pidf());
        var most = 0;
        var took = 5;
        for (; _stage.Notifies.Count < count && took < 2000; took += 20)
        {
            var before = _stage.Received.Count;
            _stage.Advance(20);
            most = Math.Max(most, _stage.Received.Count - before);
        }

        Assert.Equal(count, _stage.Notifies.Count);
        Assert.InRange(took, 100, 1000);
        Assert.InRange(most, 0, 20 / 2 * 32 + 32);
    }
}
