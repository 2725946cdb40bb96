namespace Parley.Speech.Tests;

public sealed class AudioClockTests
{
    private readonly WallClock _time = new();
    private readonly AudioClock _clock;
    private readonly DateTimeOffset _start;

    public AudioClockTests() => (_clock, _start) = (new(_time, 8000), _time.GetUtcNow());

    [Fact]
    public void Samples_are_counted_from_when_the_first_came()
    {
        Hear(100);
        Assert.Equal(_start + TimeSpan.FromMilliseconds(500), _clock.At(4000));
        Assert.Equal(_start + TimeSpan.FromMilliseconds(500), _clock.At(TimeSpan.FromMilliseconds(500)));
    }

    [Fact]
    public void Jitter_does_not_move_what_was_counted()
    {
        Hear(10);
        _time.Advance(TimeSpan.FromMilliseconds(400));
        Hear(1);
        Assert.Equal(_start, _clock.At(0));
    }

    [Fact]
    public void After_a_gap_what_comes_has_the_time_it_comes_at()
    {
        Hear(10);
        _time.Advance(TimeSpan.FromSeconds(9));
        var now = _time.GetUtcNow();
        Hear(1);
        Assert.Equal(now, _clock.At(10 * 160));
    }

    [Fact]
    public void What_is_caught_up_after_a_gap_has_the_time_it_was_spoken_at()
    {
        Hear(10);
        _time.Advance(TimeSpan.FromSeconds(2));
        for (var i = 0; i < 100; i++) _clock.Heard(160);
        Hear(10);
        Assert.InRange((_clock.At(10 * 160) - _start).TotalMilliseconds, 200 - AudioClock.Tolerance.TotalMilliseconds, 200 + AudioClock.Tolerance.TotalMilliseconds);
    }

    [Fact]
    public void Before_anything_was_heard_it_is_now() => Assert.Equal(_start, _clock.At(800));

    private void Hear(int frames)
    {
        for (var i = 0; i < frames; i++)
        {
            _clock.Heard(160);
            _time.Advance(TimeSpan.FromMilliseconds(20));
        }
    }

    private sealed class WallClock : TimeProvider
    {
        private DateTimeOffset _now = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

        public override DateTimeOffset GetUtcNow() => _now;

        public void Advance(TimeSpan by) => _now += by;
    }
}
