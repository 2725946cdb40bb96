using Parley.Cli.Monitoring;
using Parley.Net;
using Parley.Sip.Transport;

namespace Parley.Cli.Tests.Monitoring;

public sealed class TraceEventTests
{
    [Fact]
    public void A_message_survives_the_stream_in_one_line()
    {
        var message = new TracedMessage(
            DateTimeOffset.UnixEpoch.AddMilliseconds(1234), NetEndpoint.V4(0x0A000001, 5060), NetEndpoint.V6(1, 5061), "OPTIONS sip:a SIP/2.0\r\n\r\n"u8.ToArray());
        var text = TraceEvent.Write(message);
        Assert.EndsWith("\n\n", text, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', text[..^2]);

        var read = TraceEvent.Read(text[..^2]);
        Assert.NotNull(read);
        Assert.Equal((message.Time, message.Source, message.Destination), (read.Time, read.Source, read.Destination));
        Assert.Equal(message.Bytes.ToArray(), read.Bytes.ToArray());
    }

    [Theory]
    [InlineData("")]
    [InlineData(": comment")]
    [InlineData("data: ")]
    [InlineData("data: {")]
    [InlineData("data: {}")]
    [InlineData("""data: {"time":"2026-01-01T00:00:00Z","source":"x","destination":"y","message":"z"}""")]
    public void What_is_no_event_of_ours_is_passed_over(string line) => Assert.Null(TraceEvent.Read(line));
}
