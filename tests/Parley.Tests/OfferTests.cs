using Parley.Tests.Support;

namespace Parley.Tests;

/// <summary>What phones offer, and what they are answered.</summary>
public class OfferTests
{
    private static string Offer(string media, string session = "c=IN IP4 10.0.0.9", string origin = "- 1 1") =>
        $"v=0\no=- {origin[2..]} IN IP4 10.0.0.9\ns=-\n{session}\nt=0 0\n{media}";

    private static void Answers(string sdp, Action<string> check) => Stage.Run(async stage =>
    {
        _ = stage.AnswerAll();
        var ok = await stage.Phone.Call(sdp);
        check(ok);
        await stage.Phone.HangUp(ok);
    });

    private static void Refuses(string sdp) => Stage.Run(async stage =>
    {
        _ = stage.AnswerAll().ContinueWith(t => t.Exception, TaskScheduler.Default);
        stage.Phone.Send(Wire.Invite(sdp));
        ServingTests.Acknowledge(stage, await stage.Phone.Expect("488 INVITE"));
    });

    [Fact]
    public void Audio_and_digits_are_both_kept() => Answers(Wire.Sdp, ok =>
    {
        Assert.Equal(["0 8 101"], Wire.Lines(ok, "m=audio ").Select(m => m.Split("AVP ")[1]));
        Assert.Contains("101 telephone-event/8000", Wire.Lines(ok, "a=rtpmap:"));
    });

    [Fact]
    public void Video_beside_audio_is_answered_with_port_0() => Answers(
        Offer("""
            m=audio 4000 RTP/AVP 0
            m=video 4002 RTP/AVP 96
            a=rtpmap:96 VP8/90000

            """),
        ok =>
        {
            Assert.NotEqual(0, Wire.Port(ok));
            Assert.Equal(["0 RTP/AVP 96"], Wire.Lines(ok, "m=video "));
        });

    [Fact]
    public void Telephone_event_keeps_the_number_it_was_offered_with() => Answers(
        Offer("""
            m=audio 4000 RTP/AVP 0 96
            a=rtpmap:96 telephone-event/8000

            """),
        ok => Assert.Contains("96 telephone-event/8000", Wire.Lines(ok, "a=rtpmap:")));

    [Fact]
    public void Encoding_names_are_compared_without_regard_to_case() => Answers(
        Offer("""
            m=audio 4000 RTP/AVP 97 101
            a=rtpmap:97 pcma/8000
            a=rtpmap:101 TELEPHONE-EVENT/8000

            """),
        ok => Assert.Equal(["97 101"], Wire.Lines(ok, "m=audio ").Select(m => m.Split("AVP ")[1])));

    [Fact]
    public void No_common_codec_is_refused_with_488() => Refuses(Offer("m=audio 4000 RTP/AVP 18\n"));

    [Fact]
    public void An_encrypted_profile_without_support_is_refused_with_488() => Refuses(Offer("m=audio 4000 RTP/SAVP 0\n"));

    [Fact]
    public void A_description_that_cannot_be_read_is_refused_with_488() => Refuses("v=0\nthis is no description\n");

    [Theory]
    [InlineData("sendonly", "recvonly")]
    [InlineData("recvonly", "sendonly")]
    [InlineData("inactive", "inactive")]
    [InlineData("sendrecv", "sendrecv")]
    public void The_direction_is_answered_with_its_counterpart(string offered, string answered) =>
        Answers(Offer($"m=audio 4000 RTP/AVP 0\na={offered}\n"), ok => Assert.Equal(answered, Direction(ok)));

    [Fact]
    public void The_last_line_counts_without_a_line_end() =>
        Answers(Offer("m=audio 4000 RTP/AVP 0\na=sendonly"), ok => Assert.Equal("recvonly", Direction(ok)));

    [Fact]
    public void An_origin_that_is_not_numeric_is_tolerated() =>
        Answers(Offer("m=audio 4000 RTP/AVP 0\n", origin: "- abc x1"), ok => Assert.NotEqual(0, Wire.Port(ok)));

    [Fact]
    public void A_stream_offered_with_port_0_stays_off() => Stage.Run(async stage =>
    {
        var answered = stage.AnswerAll();
        var ok = await stage.Phone.Call(Offer("m=audio 0 RTP/AVP 0\n"));
        Assert.Equal(0, Wire.Port(ok));
        Assert.Null((await answered).Codec);
        await stage.Phone.HangUp(ok);
    });

    [Fact]
    public void Nothing_is_sent_to_address_0() => Stage.Run(async stage =>
    {
        var answered = stage.AnswerAll();
        var ok = await stage.Phone.Call(Offer("m=audio 4000 RTP/AVP 0\n", session: "c=IN IP4 0.0.0.0"));
        var call = await answered;
        call.StartPlayback(Tones.Of(440));
        await stage.Delay(1);
        Assert.Equal(0, call.Audio.GetStatistics().PacketsSent);
        await stage.Phone.HangUp(ok);
    });

    [Fact]
    public void A_connection_line_of_the_stream_goes_before_that_of_the_session() => Stage.Run(async stage =>
    {
        var answered = stage.AnswerAll();
        var ok = await stage.Phone.Call(Offer("m=audio 4000 RTP/AVP 0\nc=IN IP4 10.0.0.9\n", session: "c=IN IP4 10.9.9.9"));
        (await answered).StartPlayback(Tones.Of(440));
        await stage.Delay(1);
        Assert.InRange(stage.Phone.Packets.Count, 45, 52);
        await stage.Phone.HangUp(ok);
    });

    [Fact]
    public void The_description_in_a_multipart_body_is_found() => Stage.Run(async stage =>
    {
        _ = stage.AnswerAll();
        var body = $"""
            --part
            Content-Type: application/isup
            Content-Disposition: signal;handling=optional

            opaque
            --part
            Content-Type: application/sdp

            {Wire.Sdp}
            --part--
            """;
        stage.Phone.Send(Wire.Invite(body, type: "multipart/mixed;boundary=part"));
        var ok = await stage.Phone.Expect("200 INVITE");
        stage.Phone.Send(Wire.Within(ok, "ACK", 1));
        Assert.NotEqual(0, Wire.Port(ok));
        await stage.Phone.HangUp(ok);
    });

    [Fact]
    public void An_invite_without_offer_gets_one_in_the_200_and_the_ack_answers_it() => Stage.Run(async stage =>
    {
        var answered = stage.AnswerAll();
        stage.Phone.Send(Wire.Invite(""));
        var ok = await stage.Phone.Expect("200 INVITE");
        Assert.Equal("0 8 9 101", Wire.Lines(ok, "m=audio ")[0].Split("AVP ")[1]);
        stage.Phone.Send(Wire.Within(ok, "ACK", 1, Offer("m=audio 4000 RTP/AVP 8\n")));
        Assert.Equal("PCMA", (await answered).Codec!.Name);
        await stage.Phone.HangUp(ok);
    });

    [Fact]
    public void An_offer_that_the_ack_leaves_unanswered_ends_the_call() => Stage.Run(async stage =>
    {
        _ = stage.AnswerAll().ContinueWith(t => t.Exception, TaskScheduler.Default);
        stage.Phone.Send(Wire.Invite(""));
        var ok = await stage.Phone.Expect("200 INVITE");
        stage.Phone.Send(Wire.Within(ok, "ACK", 1));
        stage.Phone.Send(Wire.Response(await stage.Phone.Expect("BYE"), "200 OK"));
    });

    private static string Direction(string message) =>
        Wire.Lines(message, "a=").FirstOrDefault(a => a is "sendonly" or "recvonly" or "inactive" or "sendrecv") ?? "sendrecv";
}
