using Parley.Net;
using Parley.Sip.Messages;
using Parley.Sip.Tests.Transactions.Support;
using Parley.Sip.Transactions;

namespace Parley.Sip.Tests.Transactions;

public sealed class TransactionOptionsTests
{
    [Fact]
    public void The_defaults_are_those_of_the_rfc()
    {
        var times = new TransactionTimes(new());
        Assert.Equal((500, 4_000, 5_000, 32_000, 200), (times.T1, times.T2, times.T4, times.TimerD, times.TryingAfter));
        Assert.Equal((32_000, 3_500), (times.T1x64, times.NonInviteTryingAfter));
    }

    [Fact]
    public void Times_that_cannot_be_are_refused_by_name()
    {
        Assert.Equal("T1", Assert.Throws<ArgumentOutOfRangeException>(() => new TransactionTimes(new() { T1 = TimeSpan.Zero })).ParamName);
        Assert.Equal("T2", Assert.Throws<ArgumentOutOfRangeException>(() => new TransactionTimes(new() { T2 = TimeSpan.FromMilliseconds(400) })).ParamName);
        Assert.Equal("TimerD", Assert.Throws<ArgumentOutOfRangeException>(() => new TransactionTimes(new() { TimerD = TimeSpan.FromHours(2) })).ParamName);
    }

    [Fact]
    public void A_shorter_T1_shortens_all_that_hangs_on_it()
    {
        var stage = new Stage(new TransactionOptions { T1 = TimeSpan.FromMilliseconds(100), T2 = TimeSpan.FromMilliseconds(400) });
        stage.Send(Wire.Outgoing("OPTIONS"));
        stage.Advance(1_600);
        stage.Timeline.Shows("""
            0 peer: OPTIONS
            100 peer: OPTIONS
            300 peer: OPTIONS
            700 peer: OPTIONS
            1100 peer: OPTIONS
            1500 peer: OPTIONS
            """);
        stage.Advance(4_799);
        Assert.Equal(1, stage.Layer.Counters.Active);
        stage.Advance(1);
        Assert.Equal(0, stage.Layer.Counters.Active);
    }

    [Fact]
    public void A_request_without_a_start_line_is_refused()
    {
        var pool = new PacketPool();
        var buffer = pool.Rent();
        "INVITE sip:x SIP/2.0"u8.CopyTo(buffer.Array);
        buffer.Length = 20;
        Assert.Equal("bytes", Assert.Throws<ArgumentException>(() => new OutgoingRequest(buffer, SipMethod.Invite)).ParamName);
    }
}
