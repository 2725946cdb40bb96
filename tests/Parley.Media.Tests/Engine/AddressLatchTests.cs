using Parley.Media.Engine;
using Parley.Net;

namespace Parley.Media.Tests.Engine;

public sealed class AddressLatchTests
{
    private static readonly NetEndpoint s_negotiated = NetEndpoint.V4(0x0A000001, 4000);
    private static readonly NetEndpoint s_sameHost = NetEndpoint.V4(0x0A000001, 5000);
    private static readonly NetEndpoint s_stranger = NetEndpoint.V4(0xC0A80001, 4000);
    private static readonly NetEndpoint s_attacker = NetEndpoint.V4(0xC0A80002, 6666);

    private static AddressLatch Create(LatchPolicy policy)
    {
        var latch = new AddressLatch(policy);
        latch.Negotiate(s_negotiated);
        return latch;
    }

    [Fact]
    public void Off_takes_the_negotiated_address_only_and_never_moves()
    {
        var latch = Create(LatchPolicy.Off);
        Assert.True(latch.Accept(s_sameHost, 1, 0));
        Assert.False(latch.Accept(s_stranger, 1, 0));
        Assert.Equal(s_negotiated, latch.Target);
    }

    [Fact]
    public void Same_address_follows_the_port_but_no_other_address()
    {
        var latch = Create(LatchPolicy.SameAddress);
        for (ushort i = 0; i < 100; i++)
            Assert.False(latch.Accept(s_stranger, i, i * 20));
        Assert.True(latch.Accept(s_sameHost, 1, 2000));
        Assert.Equal(s_sameHost, latch.Target);
    }

    [Fact]
    public void Same_address_keeps_to_its_port_while_that_is_heard()
    {
        var latch = Create(LatchPolicy.SameAddress);
        for (ushort i = 0; i < 200; i++)
        {
            Assert.True(latch.Accept(s_negotiated, i, i * 20));
            Assert.False(latch.Accept(s_sameHost, i, i * 20));
        }
    }

    [Fact]
    public void Same_address_moves_to_a_new_port_when_the_old_one_fell_silent()
    {
        var latch = Create(LatchPolicy.SameAddress);
        Assert.True(latch.Accept(s_negotiated, 1, 0));
        var accepted = Enumerable.Range(0, AddressLatch.LockAfter).Select(i => latch.Accept(s_sameHost, (ushort)i, 2500 + i * 20)).ToArray();
        Assert.Equal([false, false, false, true], accepted);
        Assert.Equal(s_sameHost, latch.Target);
    }

    [Fact]
    public void Same_address_leaves_a_late_packet_of_another_call_for_the_port_SDP_named()
    {
        var latch = Create(LatchPolicy.SameAddress);
        Assert.True(latch.Accept(s_sameHost, 1, 0));
        Assert.Equal([false, false, false, true, true], Enumerable.Range(500, 5).Select(i => latch.Accept(s_negotiated, (ushort)i, 20)));
        Assert.Equal(s_negotiated, latch.Target);
    }

    [Fact]
    public void Same_address_leaves_a_stream_of_another_call_that_goes_on_for_the_port_SDP_named()
    {
        var latch = Create(LatchPolicy.SameAddress);
        for (ushort i = 0; i < 4; i++)
        {
            latch.Accept(s_sameHost, i, i * 20);
            latch.Accept(s_negotiated, (ushort)(500 + i), i * 20);
        }
        Assert.Equal(s_negotiated, latch.Target);
        Assert.False(latch.Accept(s_sameHost, 5, 100));
    }

    [Fact]
    public void Same_address_stays_with_the_signalling_source_when_somebody_pretends_to_be_what_SDP_named()
    {
        var latch = Create(LatchPolicy.SameAddress);
        latch.Trust(s_stranger.WithPort(5060));
        for (ushort i = 0; i < 4; i++)
            latch.Accept(s_stranger, i, i * 20);
        for (ushort i = 0; i < 20; i++)
            Assert.False(latch.Accept(s_negotiated, i, 80 + i * 20));
        Assert.Equal(s_stranger, latch.Target);
    }

    [Fact]
    public void Same_address_learns_the_source_its_signalling_comes_from()
    {
        var latch = Create(LatchPolicy.SameAddress);
        latch.Trust(s_stranger.WithPort(5060));
        Assert.Equal([false, false, false, true], Enumerable.Range(10, 4).Select(i => latch.Accept(s_stranger, (ushort)i, 0)));
        Assert.Equal(s_stranger, latch.Target);
        for (ushort i = 0; i < 100; i++)
            Assert.False(latch.Accept(s_attacker, i, 10_000 + i));
    }

    [Fact]
    public void Same_address_prefers_what_SDP_said_while_that_is_heard()
    {
        var latch = Create(LatchPolicy.SameAddress);
        latch.Trust(s_stranger.WithPort(5060));
        for (ushort i = 0; i < 200; i++)
        {
            Assert.True(latch.Accept(s_negotiated, i, i * 20));
            Assert.False(latch.Accept(s_stranger, i, i * 20));
        }
    }

    [Fact]
    public void Any_locks_to_the_source_that_sends_a_sequence()
    {
        var latch = Create(LatchPolicy.AnyUntilLocked);
        Assert.Equal([false, false, false, true], Enumerable.Range(10, 4).Select(i => latch.Accept(s_stranger, (ushort)i, 0)));
        Assert.Equal(s_stranger, latch.Target);
        Assert.True(latch.IsLocked);
    }

    [Fact]
    public void Any_once_locked_refuses_an_attacker_however_long_it_tries()
    {
        var latch = Create(LatchPolicy.AnyUntilLocked);
        for (ushort i = 10; i < 14; i++)
            latch.Accept(s_stranger, i, 0);
        for (ushort i = 0; i < 1000; i++)
            Assert.False(latch.Accept(s_attacker, i, 10_000 + i));
        Assert.Equal(s_stranger, latch.Target);
    }

    [Fact]
    public void Any_does_not_lock_to_packets_out_of_sequence()
    {
        var latch = Create(LatchPolicy.AnyUntilLocked);
        for (var i = 0; i < 100; i++)
            Assert.False(latch.Accept(s_attacker, (ushort)(i * 7), 0));
    }

    [Fact]
    public void Any_takes_the_negotiated_source_at_once()
    {
        var latch = Create(LatchPolicy.AnyUntilLocked);
        Assert.True(latch.Accept(s_negotiated, 77, 0));
        Assert.True(latch.IsLocked);
    }

    [Fact]
    public void The_same_address_negotiated_again_keeps_the_lock_and_a_new_one_opens_it()
    {
        var latch = Create(LatchPolicy.AnyUntilLocked);
        for (ushort i = 10; i < 14; i++)
            latch.Accept(s_stranger, i, 0);
        latch.Negotiate(s_negotiated);
        Assert.True(latch.IsLocked);
        latch.Negotiate(s_sameHost);
        Assert.False(latch.IsLocked);
        Assert.Equal(s_sameHost, latch.Target);
    }
}
