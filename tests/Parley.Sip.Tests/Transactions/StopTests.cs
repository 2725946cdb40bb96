using Parley.Sip.Tests.Transactions.Support;

namespace Parley.Sip.Tests.Transactions;

public sealed class StopTests
{
    private readonly Stage _stage = new();

    [Fact]
    public void Whatever_waits_ends_at_once_and_every_user_is_told()
    {
        _stage.Send(Wire.Outgoing());
        _stage.Send(Wire.Outgoing("OPTIONS"), Stage.Tcp("10.0.0.3:5060"));
        _stage.PeerSends(Wire.Request());
        _stage.Timeline.Clear();
        Stop();
        _stage.Timeline.Shows("""
            0 user failed Transport
            0 user ended
            0 user failed Transport
            0 user ended
            0 user ended Transport
            """);
        NothingIsLeft();
    }

    [Fact]
    public void What_lingers_ends_in_silence_unless_a_2xx_is_waited_for()
    {
        _stage.Send(Wire.Outgoing());
        _stage.PeerReplies("INVITE", "486 Busy Here");
        _stage.Send(Wire.Outgoing());
        _stage.PeerReplies("INVITE", "200 OK");
        _stage.PeerSends(Wire.Request("BYE", branch: "z9hG4bKbye"));
        _stage.Respond(200);
        _stage.Timeline.Clear();
        Stop();
        _stage.Timeline.Shows("0 user ended");
        NothingIsLeft();
    }

    [Fact]
    public void What_arrives_afterwards_is_dropped_and_what_is_sent_fails()
    {
        Stop();
        _stage.PeerSends(Wire.Request());
        _stage.Send(Wire.Outgoing());
        _stage.Advance(1);
        _stage.Timeline.Shows("""
            1 user failed Transport
            1 user ended
            """);
        NothingIsLeft();
    }

    [Fact]
    public void A_user_that_starts_anew_when_told_is_told_again()
    {
        _stage.Send(Wire.Outgoing());
        var second = new RecordingUser(_stage.Timeline);
        _stage.User.Failed = () => _stage.Layer.Send(_stage.Lane, _stage.Outgoing(Wire.Outgoing("BYE")), [Stage.Udp()], second);
        _stage.Timeline.Clear();
        Stop();
        _stage.Advance(1);
        _stage.Timeline.Shows("""
            0 user failed Transport
            0 user ended
            1 user failed Transport
            1 user ended
            """);
        NothingIsLeft();
    }

    private void Stop() => _stage.Network.Run(_stage.Layer.StopAsync);

    private void NothingIsLeft()
    {
        Assert.Equal(0, _stage.Layer.Counters.Active);
        Assert.Equal(0, _stage.Layer.Counters.Unanswered);
        Assert.Equal(0, _stage.Lane.TimerCount);
        Assert.Equal(0, _stage.Transport.Pool.Outstanding);
    }
}
