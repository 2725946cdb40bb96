using Parley.Sip.Tests.Transactions.Support;
using Parley.Sip.Transactions;

namespace Parley.Sip.Tests.Transactions;

public sealed class BacklogTests
{
    private readonly Clock _clock = new();
    private readonly Backlog _backlog;

    public BacklogTests() => _backlog = new(_clock);

    [Fact]
    public void Nothing_waits_where_nothing_was_handed_on() => Assert.Equal(TimeSpan.Zero, _backlog.Delay);

    [Fact]
    public void What_has_not_begun_waits_longer_and_longer()
    {
        _backlog.Add();
        _clock.Now += 70;
        Assert.Equal(TimeSpan.FromMilliseconds(70), _backlog.Delay);
    }

    [Fact]
    public void What_began_last_tells_how_long_the_next_will_wait()
    {
        var first = _backlog.Add();
        _backlog.Add();
        _clock.Now += 70;
        _backlog.Begin(first);
        _clock.Now += 10;
        Assert.Equal(TimeSpan.FromMilliseconds(70), _backlog.Delay);
    }

    [Fact]
    public void The_wait_is_over_with_the_last_that_begins()
    {
        var only = _backlog.Add();
        _clock.Now += 70;
        _backlog.Begin(only);
        Assert.Equal(TimeSpan.Zero, _backlog.Delay);
        _backlog.Add();
        Assert.Equal(TimeSpan.Zero, _backlog.Delay);
    }

    [Fact]
    public void While_calls_wait_for_their_handlers_what_is_new_is_refused_and_what_belongs_to_a_call_is_served()
    {
        var stage = new Stage(new TransactionOptions { Backlog = _backlog, MaxBacklog = TimeSpan.FromMilliseconds(100) });
        var waiting = _backlog.Add();
        _clock.Now += 100;
        stage.PeerSends(Wire.Request(branch: "z9hG4bK1", callId: "1"));
        _clock.Now++;
        for (var i = 0; i < Lateness.Requests; i++)
            stage.PeerSends(Wire.Request("OPTIONS", branch: $"z9hG4bK-late-{i}", callId: $"late-{i}"));
        stage.Advance(Lateness.Patience);
        stage.Timeline.Clear();
        stage.PeerSends(Wire.Request(branch: "z9hG4bK2", callId: "2"));
        stage.PeerSends(Wire.Request("BYE", branch: "z9hG4bK3", callId: "3", to: "<sip:us@10.0.0.1>;tag=near"));
        _backlog.Begin(waiting);
        stage.PeerSends(Wire.Request(branch: "z9hG4bK4", callId: "4"));
        stage.Timeline.Shows("""
            1000 peer: 503 INVITE
            1000 core Bye
            1000 core Invite
            """);
    }

    /// <summary>Milliseconds that pass when a test says so.</summary>
    private sealed class Clock : TimeProvider
    {
        public long Now { get; set; } = 1_000;

        public override long TimestampFrequency => 1_000;

        public override long GetTimestamp() => Now;
    }
}
