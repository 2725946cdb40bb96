using Parley.Services.Presence;
using Parley.Services.Tests.Proxy.Support;

namespace Parley.Services.Tests.Presence;

/// <summary>RFC 3842: messages waiting.</summary>
public class MessageSummaryTests
{
    private readonly MessageSummaryPackage _package = new();
    private readonly PresenceStage _stage;

    public MessageSummaryTests() => _stage = new(packages: _ => [_package]);

    [Fact]
    public void An_empty_mailbox_says_no()
    {
        _stage.Subscribe("message-summary", "bob");
        Assert.Equal("application/simple-message-summary", Wire.Header(_stage.Notify, "Content-Type"));
        Assert.Equal("Messages-Waiting: no\r\nMessage-Account: sip:bob@example.com\r\nVoice-Message: 0/0 (0/0)\r\n", _stage.State);
    }

    [Fact]
    public void A_message_that_comes_is_told_once()
    {
        _stage.Subscribe("message-summary", "bob");
        Set(new MessageSummary(2, 8, 0, 2));
        Assert.Equal("Messages-Waiting: yes\r\nMessage-Account: sip:bob@example.com\r\nVoice-Message: 2/8 (0/2)\r\n", _stage.State);
        var told = _stage.Notifies.Count;
        Set(new MessageSummary(2, 8, 0, 2));
        Assert.Equal(told, _stage.Notifies.Count);
    }

    [Fact]
    public void Other_kinds_of_messages_have_lines_of_their_own_while_there_are_any()
    {
        _stage.Subscribe("message-summary", "bob");
        Set(new MessageSummary(3, 0), MessageContext.Pager);
        Assert.Equal("Messages-Waiting: yes\r\nMessage-Account: sip:bob@example.com\r\nVoice-Message: 0/0 (0/0)\r\nPager-Message: 3/0 (0/0)\r\n", _stage.State);
        Set(default, MessageContext.Pager);
        Assert.Equal("Messages-Waiting: no\r\nMessage-Account: sip:bob@example.com\r\nVoice-Message: 0/0 (0/0)\r\n", _stage.State);
    }

    [Fact]
    public void Nobody_elses_mailbox_may_be_looked_into() => Assert.Equal("403 SUBSCRIBE", Wire.Summary(_stage.Subscribe("message-summary")));

    private void Set(MessageSummary summary, MessageContext context = MessageContext.Voice)
    {
        _package.Report(PresenceStage.Bob, summary, context);
        _stage.Network.RunUntilIdle();
        _stage.Advance(5);
    }
}
