using Parley.Media.Rtp;
using Parley.Tests.Support;

namespace Parley.Tests;

/// <summary>What a peer asks for while the call is up.</summary>
public class ReinviteTests
{
    private static void InCall(Func<Stage, IncomingCall, string, Task> body) => Stage.Run(async stage =>
    {
        var answered = stage.AnswerAll();
        var ok = await stage.Phone.Call(Wire.Sdp);
        await body(stage, await answered, ok);
        await stage.Phone.HangUp(ok);
    });

    private static async Task<string> Reinvite(Stage stage, string ok, int cseq, string sdp, string expected = "200 INVITE", string ack = "")
    {
        var request = Wire.Within(ok, "INVITE", cseq, sdp);
        stage.Phone.Send(request);
        var response = await stage.Phone.Expect(expected);
        if (expected == "200 INVITE")
            stage.Phone.Send(Wire.Within(response, "ACK", cseq, ack));
        else
            Refused(stage, response, cseq);
        return response;
    }

    private static void Refused(Stage stage, string response, int cseq)
    {
        var ack = Wire.Within(response, "ACK", cseq).ReplaceLineEndings("\r\n");
        stage.Phone.Send(ack.Replace(Wire.Header(ack, "Via"), Wire.Header(response, "Via"), StringComparison.Ordinal));
    }

    [Fact]
    public void Hold_and_unhold_are_answered_with_our_origin_and_a_growing_version() => InCall(async (stage, call, ok) =>
    {
        call.StartPlayback(Tones.Of(440));
        var held = await Reinvite(stage, ok, 2, Wire.Sdp + "a=sendonly\n");
        Assert.Contains("recvonly", Wire.Lines(held, "a="));
        await stage.Delay(0.2);
        var before = stage.Phone.Packets.Count;
        await stage.Delay(1);
        Assert.Equal(before, stage.Phone.Packets.Count);

        var back = await Reinvite(stage, ok, 3, Wire.Sdp);
        await stage.Delay(1);
        Assert.InRange(stage.Phone.Packets.Count - before, 40, 55);
        var origins = new[] { ok, held, back }.Select(m => Wire.Lines(m, "o=")[0].Split(' ')).ToList();
        Assert.Single(origins.Select(o => o[1]).Distinct());
        Assert.NotEqual("1", origins[0][1]);
        Assert.Equal(origins.Select(o => ulong.Parse(o[2])).Order(), origins.Select(o => ulong.Parse(o[2])));
        Assert.Equal(3, origins.Select(o => o[2]).Distinct().Count());
    });

    [Fact]
    public void A_broken_description_gets_488_and_the_call_goes_on() => InCall(async (stage, call, ok) =>
    {
        await Reinvite(stage, ok, 2, "v=0\nrubbish\n", "488 INVITE");
        Assert.Equal((CallState.Answered, "PCMU"), (call.State, call.Codec!.Name));
        call.StartPlayback(Tones.Of(440));
        await stage.Delay(1);
        Assert.InRange(stage.Phone.Packets.Count, 45, 52);
    });

    [Fact]
    public void Codecs_nobody_here_has_get_488_and_the_old_ones_stay() => InCall(async (stage, call, ok) =>
    {
        await Reinvite(stage, ok, 2, Wire.Sdp.Replace("0 8 101", "18", StringComparison.Ordinal), "488 INVITE");
        Assert.Equal("PCMU", call.Codec!.Name);
    });

    [Fact]
    public void An_empty_reinvite_gets_an_offer_and_the_ack_answers_it() => InCall(async (stage, call, ok) =>
    {
        var offer = await Reinvite(stage, ok, 2, "", ack: Wire.Sdp.Replace("0 8 101", "8", StringComparison.Ordinal));
        Assert.StartsWith("0 ", Wire.Lines(offer, "m=audio ")[0].Split("AVP ")[1], StringComparison.Ordinal);
        await stage.Until(() => call.Codec?.Name == "PCMA", "the answer in the ACK was taken");
    });

    [Fact]
    public void The_codec_can_change_within_the_call() => InCall(async (stage, call, ok) =>
    {
        await Reinvite(stage, ok, 2, Wire.Sdp.Replace("0 8 101", "8 101", StringComparison.Ordinal));
        Assert.Equal("PCMA", call.Codec!.Name);
        call.StartPlayback(Tones.Of(440));
        await stage.Delay(1);
        Assert.Equal(8, stage.Phone.Packets[^1][1] & 0x7F);
    });

    [Fact]
    public void Ports_stay_the_same_through_reinvites() => InCall(async (stage, _, ok) =>
        Assert.Equal(Wire.Port(ok), Wire.Port(await Reinvite(stage, ok, 2, Wire.Sdp))));

    [Theory]
    [InlineData("application/dtmf-relay", "Signal=5\r\nDuration=160\r\n", '5')]
    [InlineData("application/dtmf-relay", "Signal= #\n", '#')]
    [InlineData("application/dtmf", "*", '*')]
    [InlineData("application/dtmf-relay", "Signal=11", '#')]
    public void INFO_brings_a_digit(string type, string body, char digit) => InCall(async (stage, call, ok) =>
    {
        stage.Phone.Send(Wire.Within(ok, "INFO", 2, body, type));
        await stage.Phone.Expect("200 INFO");
        Assert.Equal((digit, DtmfSource.Info), await First(call));
    });

    [Fact]
    public void INFO_of_another_kind_is_refused_with_what_would_be_right() => InCall(async (stage, _, ok) =>
    {
        stage.Phone.Send(Wire.Within(ok, "INFO", 2, "<xml/>", "application/media_control+xml"));
        Assert.Contains("application/dtmf-relay", Wire.Header(await stage.Phone.Expect("415 INFO"), "Accept"), StringComparison.Ordinal);
    });

    [Fact]
    public void An_empty_INFO_is_a_keep_alive() => InCall(async (stage, _, ok) =>
    {
        stage.Phone.Send(Wire.Within(ok, "INFO", 2));
        await stage.Phone.Expect("200 INFO");
    });

    [Fact]
    public void A_telephone_event_is_one_digit_however_often_it_is_repeated() => InCall(async (stage, call, ok) =>
    {
        for (var duration = 160; duration <= 1120; duration += 160)
        {
            var end = duration > 640; // the end comes three times
            byte[] payload = [7, (byte)(end ? 0x8A : 0x0A), (byte)(Math.Min(duration, 800) >> 8), (byte)Math.Min(duration, 800)];
            stage.Phone.SendPacket(Wire.Port(ok), 101, payload, timestamp: 4000, marker: duration == 160);
            await stage.Delay(0.02);
        }

        stage.Phone.SendPacket(Wire.Port(ok), 101, [8, 0x8A, 3, 0x20], timestamp: 9000, marker: true);
        await using var digits = call.Digits().GetAsyncEnumerator();
        Assert.True(await digits.MoveNextAsync());
        Assert.Equal(('7', DtmfSource.Rtp), (digits.Current.Symbol, digits.Current.Source));
        Assert.True(await digits.MoveNextAsync());
        Assert.Equal('8', digits.Current.Symbol);
    });

    private static async Task<(char, DtmfSource)> First(Call call)
    {
        await foreach (var digit in call.Digits())
            return (digit.Symbol, digit.Source);
        throw new InvalidOperationException("The call ended without a digit.");
    }
}
