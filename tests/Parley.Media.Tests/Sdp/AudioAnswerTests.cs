using System.Net;
using Parley.Media.Codecs;
using Parley.Media.Sdp;
using Parley.Media.Sdp.OfferAnswer;
using static Parley.Media.Tests.Sdp.SdpTestText;

namespace Parley.Media.Tests.Sdp;

public sealed class AudioAnswerTests
{
    private static readonly LocalAudio Local = SdpPeer.Us with { SessionVersion = 3 };

    private static OfferAnswerResult Answer(string media, LocalAudio? local = null) => (local ?? Local).Answered(media);

    private static NegotiatedAudio Agreed(string media, LocalAudio? local = null)
    {
        var result = Answer(media, local);
        Assert.True(result.Succeeded, result.Failure?.Reason);
        return result.Audio;
    }

    [Fact]
    public void Answer_to_a_usual_offer_is_this_text()
    {
        var answer = Answer("m=audio 4000 RTP/AVP 0 8 101\r\na=rtpmap:101 telephone-event/8000\r\na=ptime:20\r\n").Answer!;
        Assert.Equal("""
            v=0
            o=- 77 3 IN IP4 192.0.2.1
            s=-
            c=IN IP4 192.0.2.1
            t=0 0
            m=audio 5000 RTP/AVP 0 8 101
            a=rtpmap:0 PCMU/8000
            a=rtpmap:8 PCMA/8000
            a=rtpmap:101 telephone-event/8000
            a=fmtp:101 0-15
            a=ptime:20
            a=sendrecv

            """.ReplaceLineEndings("\r\n"), answer.ToString());
    }

    [Fact]
    public void Answer_is_in_the_offerers_order_and_its_first_codec_is_sent()
    {
        var audio = Agreed("m=audio 4000 RTP/AVP 9 8 0\r\n");
        Assert.Equal([9, 8, 0], audio.SendPayloads.Select(p => (int)p.PayloadType));
        Assert.Same(AudioCodecs.G722, audio.Codec);
        Assert.Equal(9, audio.PayloadType);
    }

    [Fact]
    public void Answer_is_in_ones_own_order_when_asked()
    {
        var audio = Agreed("m=audio 4000 RTP/AVP 9 8 0\r\n", Local with { PreferLocalOrder = true });
        Assert.Equal([0, 8, 9], audio.SendPayloads.Select(p => (int)p.PayloadType));
    }

    [Fact]
    public void Answer_has_one_codec_when_asked()
    {
        var result = Answer("m=audio 4000 RTP/AVP 8 0 101\r\na=rtpmap:101 telephone-event/8000\r\n", Local with { AnswerOneCodec = true });
        Assert.Equal(["8", "101"], result.Answer!.Media[0].Formats);
    }

    [Fact]
    public void Other_streams_are_refused_in_their_places()
    {
        var result = Answer("m=video 4002 RTP/AVP 31 34\r\na=rtpmap:31 H261/90000\r\nm=audio 4000 RTP/AVP 0\r\nm=audio 4004 RTP/AVP 8\r\n");
        Assert.Equal(["video", "audio", "audio"], result.Answer!.Media.Select(m => m.Media));
        Assert.Equal([0, 5000, 0], result.Answer.Media.Select(m => m.Port));
        Assert.Equal(["31", "34"], result.Answer.Media[0].Formats);
        Assert.Empty(result.Answer.Media[0].Attributes);
        Assert.Equal(1, result.Audio!.MediaIndex);
    }

    [Theory]
    [InlineData("96", "telephone-event/8000")]
    [InlineData("101", "TELEPHONE-EVENT/8000")]
    [InlineData("127", "Telephone-Event/8000/1")]
    public void Telephone_event_is_kept_at_any_number_in_any_case(string number, string map)
    {
        var audio = Agreed($"m=audio 4000 RTP/AVP 0 {number}\r\na=rtpmap:{number} {map}\r\na=fmtp:{number} 0-15\r\n");
        Assert.Equal(number, audio.TelephoneEventPayloadType.ToString());
    }

    [Fact]
    public void Telephone_event_must_have_the_clock_of_an_agreed_codec()
    {
        const string Offer = "m=audio 4000 RTP/AVP 98 0 100 101\r\na=rtpmap:98 L16/16000\r\na=rtpmap:100 telephone-event/8000\r\na=rtpmap:101 telephone-event/16000\r\n";
        Assert.Equal((byte)100, Agreed(Offer).TelephoneEventPayloadType);

        var wide = Agreed(Offer, Local with { Codecs = AudioCodecs.All });
        Assert.Same(AudioCodecs.L16Wideband, wide.Codec);
        Assert.Equal((byte)101, wide.TelephoneEventPayloadType);
        Assert.Equal(2, wide.ReceiveTelephoneEvents.Count);

        Assert.Null(Agreed("m=audio 4000 RTP/AVP 0 101\r\na=rtpmap:101 telephone-event/48000\r\n").TelephoneEventPayloadType);
    }

    [Fact]
    public void Telephone_event_is_left_out_when_not_wanted()
    {
        var result = Answer("m=audio 4000 RTP/AVP 0 101\r\na=rtpmap:101 telephone-event/8000\r\n", Local with { TelephoneEvents = false });
        Assert.Equal(["0"], result.Answer!.Media[0].Formats);
        Assert.Null(result.Audio!.TelephoneEventPayloadType);
    }

    [Fact]
    public void Codec_under_a_dynamic_number_keeps_that_number()
    {
        var result = Answer("m=audio 4000 RTP/AVP 111 112\r\na=rtpmap:111 speex/16000\r\na=rtpmap:112 pcma/8000/1\r\n");
        Assert.Equal(["112"], result.Answer!.Media[0].Formats);
        Assert.Equal(112, result.Audio!.PayloadType);
        Assert.Same(AudioCodecs.Pcma, result.Audio.Codec);
    }

    [Fact]
    public void Static_number_mapped_to_something_else_means_what_the_map_says()
    {
        Assert.Equal(OfferAnswerFailureKind.NoCommonCodec, Answer("m=audio 4000 RTP/AVP 0\r\na=rtpmap:0 SPEEX/8000\r\n").Failure!.Kind);
    }

    [Theory]
    [InlineData("m=audio 4000 RTP/AVP 18 3\r\n", OfferAnswerFailureKind.NoCommonCodec)]
    [InlineData("m=audio 4000 RTP/AVP 0\r\na=rtpmap:0 PCMU/16000\r\n", OfferAnswerFailureKind.NoCommonCodec)]
    [InlineData("m=audio 4000 RTP/SAVP 0\r\n", OfferAnswerFailureKind.SecureTransportUnsupported)]
    [InlineData("m=audio 4000 UDP/TLS/RTP/SAVPF 0\r\n", OfferAnswerFailureKind.SecureTransportUnsupported)]
    [InlineData("m=audio 4000 TCP/RTP/AVP 0\r\n", OfferAnswerFailureKind.UnsupportedTransport)]
    [InlineData("m=video 4000 RTP/AVP 31\r\n", OfferAnswerFailureKind.NoAudio)]
    [InlineData("m=audio 4000 RTP/AVP 0\r\nc=IN IP4 224.2.1.1/127\r\n", OfferAnswerFailureKind.UnusableAddress)]
    [InlineData("m=audio 4000 RTP/AVP 0\r\nc=ATM NSAP 47.0091\r\n", OfferAnswerFailureKind.UnusableAddress)]
    public void Unusable_offer_fails_with_its_reason(string media, OfferAnswerFailureKind kind)
    {
        var result = Answer(media);
        Assert.False(result.Succeeded);
        Assert.Equal(kind, result.Failure.Kind);
    }

    [Fact]
    public void Plain_stream_beside_an_encrypted_one_is_taken()
    {
        var result = Answer("m=audio 4000 RTP/SAVP 0\r\nm=audio 4002 RTP/AVP 0\r\n");
        Assert.Equal([0, 5000], result.Answer!.Media.Select(m => m.Port));
        Assert.Equal(4002, result.Audio!.RemotePort);
    }

    [Fact]
    public void Offer_without_any_address_fails()
    {
        var result = AudioAnswer.Create(Parse("v=0\no=- 1 1 IN IP4 a\ns=-\nt=0 0\nm=audio 4000 RTP/AVP 0\n"), Local);
        Assert.Equal(OfferAnswerFailureKind.UnusableAddress, result.Failure!.Kind);
    }

    [Fact]
    public void Media_goes_to_the_media_level_address()
    {
        var audio = Agreed("m=audio 4000 RTP/AVP 0\r\nc=IN IP4 198.51.100.7\r\n");
        Assert.Equal(IPAddress.Parse("198.51.100.7"), audio.RemoteAddress);
        Assert.Equal((4000, 4001), (audio.RemotePort, audio.RemoteRtcpPort));
    }

    [Fact]
    public void Host_name_is_handed_on_to_be_looked_up()
    {
        var audio = Agreed("m=audio 4000 RTP/AVP 0\r\nc=IN IP4 media.example.com\r\n");
        Assert.Null(audio.RemoteAddress);
        Assert.Equal("media.example.com", audio.RemoteHost);
    }

    [Theory]
    [InlineData("sendrecv", "sendrecv", MediaDirection.SendReceive)]
    [InlineData("sendonly", "recvonly", MediaDirection.ReceiveOnly)]
    [InlineData("recvonly", "sendonly", MediaDirection.SendOnly)]
    [InlineData("inactive", "inactive", MediaDirection.Inactive)]
    public void Direction_is_answered_from_the_other_side(string offered, string answered, MediaDirection seen)
    {
        var result = Answer($"m=audio 4000 RTP/AVP 0\r\na={offered}\r\n");
        Assert.NotNull(result.Answer!.Media[0].Attribute(answered));
        Assert.Equal(seen, result.Audio!.Direction);
    }

    [Fact]
    public void Session_level_direction_counts_where_the_stream_has_none()
    {
        Assert.Equal(MediaDirection.ReceiveOnly, Agreed("a=sendonly\r\nm=audio 4000 RTP/AVP 0\r\n").Direction);
        Assert.Equal(MediaDirection.SendReceive, Agreed("a=sendonly\r\nm=audio 4000 RTP/AVP 0\r\na=sendrecv\r\n").Direction);
    }

    [Fact]
    public void Ones_own_direction_limits_the_answer()
    {
        Assert.Equal(MediaDirection.SendOnly, Agreed("m=audio 4000 RTP/AVP 0\r\n", Local with { Direction = MediaDirection.SendOnly }).Direction);
        Assert.Equal(MediaDirection.Inactive, Agreed("m=audio 4000 RTP/AVP 0\r\na=sendonly\r\n", Local with { Direction = MediaDirection.SendOnly }).Direction);
    }

    [Fact]
    public void Unspecified_address_is_a_hold_nothing_is_sent_to()
    {
        var audio = Agreed("m=audio 4000 RTP/AVP 0\r\nc=IN IP4 0.0.0.0\r\n");
        Assert.True(audio.Enabled);
        Assert.False(audio.Direction.Sends());
        Assert.Null(audio.RemoteAddress);
    }

    [Theory]
    [InlineData("m=audio 0 RTP/AVP 0\r\n", 1)]
    [InlineData("", 0)]
    public void Switched_off_or_absent_audio_is_agreed_to(string media, int sections)
    {
        var result = Answer(media);
        Assert.True(result.Succeeded);
        Assert.False(result.Audio.Enabled);
        Assert.Equal(sections, result.Answer.Media.Count);
        Assert.All(result.Answer.Media, m => Assert.Equal(0, m.Port));
    }

    [Theory]
    [InlineData("a=ptime:30\r\n", 30)]
    [InlineData("a=ptime:25.5\r\n", 20)]
    [InlineData("a=ptime:40\r\na=maxptime:30\r\n", 30)]
    [InlineData("a=maxptime:10\r\n", 10)]
    [InlineData("a=ptime:0\r\n", 20)]
    [InlineData("a=ptime:99999999999\r\n", 60)]
    [InlineData("", 20)]
    public void Packet_time_is_the_peers_wish_within_reason(string attributes, int milliseconds) =>
        Assert.Equal(milliseconds, Agreed("m=audio 4000 RTP/AVP 0\r\n" + attributes).PacketMilliseconds);

    [Fact]
    public void Rtcp_attribute_moves_rtcp()
    {
        var audio = Agreed("m=audio 4000 RTP/AVP 0\r\na=rtcp:4711 IN IP4 198.51.100.3\r\n");
        Assert.Equal((IPAddress.Parse("198.51.100.3"), 4711), (audio.RemoteRtcpAddress, audio.RemoteRtcpPort));
    }

    [Fact]
    public void Rtcp_mux_is_agreed_only_when_both_want_it()
    {
        const string Offer = "m=audio 4000 RTP/AVP 0\r\na=rtcp-mux\r\n";
        var plain = Answer(Offer);
        Assert.False(plain.Audio!.RtcpMux);
        Assert.Null(plain.Answer!.Media[0].Attribute("rtcp-mux"));

        var mux = Answer(Offer, Local with { RtcpMux = true });
        Assert.True(mux.Audio!.RtcpMux);
        Assert.Equal(4000, mux.Audio.RemoteRtcpPort);
        Assert.NotNull(mux.Answer!.Media[0].Attribute("rtcp-mux"));
        Assert.False(Agreed("m=audio 4000 RTP/AVP 0\r\n", Local with { RtcpMux = true }).RtcpMux);
    }

    [Fact]
    public void Times_are_those_of_the_offer()
    {
        var offer = SdpPeer.Says("m=audio 4000 RTP/AVP 0\r\n", time: "t=5 6");
        Assert.Equal([new SdpTiming(5, 6)], AudioAnswer.Create(offer, Local).Answer!.Times);
    }
}
