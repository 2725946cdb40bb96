using Parley.Sip.Tests.Transactions.Support;

namespace Parley.Sip.Tests.Transactions;

/// <summary>A core or a user that throws harms its own transaction and nobody else.</summary>
public sealed class FaultyUserTests
{
    private readonly Stage _stage = new();

    [Theory]
    [InlineData("INVITE")]
    [InlineData("OPTIONS")]
    public void A_core_that_throws_costs_a_500(string method)
    {
        _stage.Serve = (_, _) => throw new InvalidOperationException("a fault of the core");
        Assert.Throws<AggregateException>(() => _stage.PeerSends(Wire.Request(method)));
        _stage.Network.RunUntilIdle();
        Assert.Equal($"500 {method}", Wire.Summary(_stage.Peer.Last));
        _stage.EndsClean();
    }

    [Fact]
    public void A_core_that_throws_after_its_answer_sends_nothing_more()
    {
        _stage.Serve = (transaction, _) =>
        {
            transaction.Respond(404);
            throw new InvalidOperationException("a fault of the core");
        };
        Assert.Throws<AggregateException>(() => _stage.PeerSends(Wire.Request()));
        _stage.Network.RunUntilIdle();
        Assert.Equal(["404 INVITE"], _stage.Peer.Received.Select(Wire.Summary));
        _stage.EndsClean();
    }

    [Fact]
    public void A_user_that_throws_on_a_response_does_not_keep_the_transaction()
    {
        _stage.User.React = (_, _) => throw new InvalidOperationException("a fault of the user");
        _stage.Send(Wire.Outgoing());
        Assert.Throws<AggregateException>(() => _stage.PeerReplies("INVITE", "486 Busy Here"));
        _stage.EndsClean();
    }

    [Fact]
    public void A_user_that_throws_on_a_failure_does_not_keep_the_transaction()
    {
        _stage.User.Failed = () => throw new InvalidOperationException("a fault of the user");
        _stage.Send(Wire.Outgoing("OPTIONS"));
        Assert.Throws<AggregateException>(() => _stage.Advance(32_000));
        _stage.EndsClean();
    }
}
