using System.Text;
using Parley.Cli.Terminal;
using Parley.Net;
using Parley.Sip.Transport;

namespace Parley.Cli.Tests.Terminal;

public sealed class LadderViewTests
{
    private static readonly NetEndpoint Alice = NetEndpoint.V4(0x0A000009, 5060), Bob = NetEndpoint.V4(0x0A000001, 5060);

    [Fact]
    public void A_call_is_drawn_as_arrows_between_its_addresses()
    {
        var ladder = Assert.Single(Ladder.Build(
        [
            Message(0, Alice, Bob, "INVITE sip:echo@10.0.0.1 SIP/2.0", "INVITE"),
            Message(500, Alice, Bob, "INVITE sip:echo@10.0.0.1 SIP/2.0", "INVITE"),
            Message(501, Bob, Alice, "SIP/2.0 486 Busy Here", "INVITE"),
        ]));
        Assert.Equal(
            """
            Call-ID a-call
                                   10.0.0.9:5060                 10.0.0.1:5060
            TIME.000                 │────────── INVITE ──────────▶│
            TIME.500                 │─────── INVITE again ───────▶│
            TIME.501                 │◀─ 486 Busy Here (INVITE) ───│


            """,
            Draw(view => view.Write(ladder)));
    }

    [Fact]
    public void A_message_of_a_live_trace_is_a_line() => Assert.Equal(
        "TIME.000 a-call               10.0.0.9:5060 → 10.0.0.1:5060         INVITE\n",
        Draw(view => view.Write(Message(0, Alice, Bob, "INVITE sip:echo@10.0.0.1 SIP/2.0", "INVITE"))));

    [Fact]
    public void Control_characters_of_strangers_do_not_reach_the_terminal() =>
        Assert.DoesNotContain('\u001b', Draw(view => view.Write(Message(0, Bob, Alice, "SIP/2.0 486 \u001b[2J", "INVITE"))));

    private static string Draw(Action<LadderView> draw)
    {
        using var output = new StringWriter();
        draw(new LadderView(output));
        var time = DateTimeOffset.UnixEpoch.ToLocalTime().ToString("HH:mm:ss", System.Globalization.CultureInfo.InvariantCulture);
        return output.ToString().Replace(time, "TIME", StringComparison.Ordinal);
    }

    private static TracedMessage Message(int milliseconds, in NetEndpoint from, in NetEndpoint to, string startLine, string method) =>
        new(DateTimeOffset.UnixEpoch.AddMilliseconds(milliseconds), from, to, Encoding.UTF8.GetBytes($"""
            {startLine}
            Via: SIP/2.0/UDP 10.0.0.9;branch=z9hG4bK1
            From: <sip:alice@10.0.0.9>;tag=1
            To: <sip:echo@10.0.0.1>
            Call-ID: a-call
            CSeq: 1 {method}
            Max-Forwards: 70
            Content-Length: 0


            """.ReplaceLineEndings("\r\n")));
}
