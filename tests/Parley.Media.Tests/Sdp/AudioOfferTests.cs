using System.Net;
using Parley.Media.Codecs;
using Parley.Media.Sdp;
using Parley.Media.Sdp.OfferAnswer;

namespace Parley.Media.Tests.Sdp;

public sealed class AudioOfferTests
{
    private static readonly LocalAudio Local = SdpPeer.Us;

    private static readonly LocalAudio Peer = new() { Address = IPAddress.Parse("192.0.2.2"), Port = 6000, SessionId = 88 };

    [Fact]
    public void Offer_is_this_text()
    {
        Assert.Equal("""
            v=0
            o=- 77 1 IN IP4 192.0.2.1
            s=-
            c=IN IP4 192.0.2.1
            t=0 0
            m=audio 5000 RTP/AVP 0 8 9 101
            a=rtpmap:0 PCMU/8000
            a=rtpmap:8 PCMA/8000
            a=rtpmap:9 G722/8000
            a=rtpmap:101 telephone-event/8000
            a=fmtp:101 0-15
            a=ptime:20
            a=sendrecv

            """.ReplaceLineEndings("\r\n"), AudioOffer.Create(Local).ToString());
    }

    [Fact]
    public void Each_clock_rate_gets_its_telephone_event()
    {
        var media = AudioOffer.Create(Local with { Codecs = [AudioCodecs.Pcmu, AudioCodecs.L16Wideband] }).Media[0];
        Assert.Equal(["0", "96", "101", "97"], media.Formats);
        Assert.Equal("telephone-event/8000", media.AttributeFor("rtpmap", 101));
        Assert.Equal("telephone-event/16000", media.AttributeFor("rtpmap", 97));
    }

    [Fact]
    public void Ipv6_rtcp_port_and_mux_are_written()
    {
        var text = AudioOffer.Create(Local with { Address = IPAddress.Parse("2001:db8::1"), RtcpPort = 5009, RtcpMux = true }).ToString();
        Assert.Contains("c=IN IP6 2001:db8::1\r\n", text, StringComparison.Ordinal);
        Assert.Contains("a=rtcp:5009\r\na=rtcp-mux\r\n", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Both_sides_agree_on_the_same_session()
    {
        var offer = AudioOffer.Create(Local);
        var there = AudioAnswer.Create(offer, Peer);
        var here = AudioAnswer.Apply(offer, there.Answer!, Local);

        Assert.True(here.Succeeded);
        Assert.Equal(there.Audio!.PayloadType, here.Audio.PayloadType);
        Assert.Equal(there.Audio.TelephoneEventPayloadType, here.Audio.TelephoneEventPayloadType);
        Assert.Equal(MediaDirection.SendReceive, here.Audio.Direction);
        Assert.Equal((Peer.Address, 6000), (here.Audio.RemoteAddress, here.Audio.RemotePort));
        Assert.Equal((Local.Address, 5000), (there.Audio.RemoteAddress, there.Audio.RemotePort));
    }

    [Fact]
    public void Codec_to_send_is_the_first_of_the_answer()
    {
        var audio = AudioAnswer.Apply(AudioOffer.Create(Local), SdpPeer.Says("m=audio 4000 RTP/AVP 8 0 101\r\na=rtpmap:101 telephone-event/8000\r\n"), Local).Audio!;
        Assert.Same(AudioCodecs.Pcma, audio.Codec);
        Assert.Equal([0, 8], audio.ReceivePayloads.Select(p => (int)p.PayloadType));
    }

    [Fact]
    public void Answerers_own_numbers_are_for_sending_and_ours_for_receiving()
    {
        var local = Local with { Codecs = [AudioCodecs.L16Wideband] };
        var audio = AudioAnswer.Apply(
            AudioOffer.Create(local),
            SdpPeer.Says("m=audio 4000 RTP/AVP 100 110\r\na=rtpmap:100 l16/16000\r\na=rtpmap:110 telephone-event/16000\r\n"), local).Audio!;
        Assert.Equal((100, (byte?)110), (audio.PayloadType, audio.TelephoneEventPayloadType));
        Assert.Equal(96, audio.ReceivePayloads[0].PayloadType);
        Assert.Equal(101, audio.ReceiveTelephoneEvents[0].PayloadType);
    }

    [Fact]
    public void Number_without_map_in_the_answer_means_what_the_offer_said()
    {
        var local = Local with { Codecs = [AudioCodecs.L16Wideband] };
        var audio = AudioAnswer.Apply(AudioOffer.Create(local), SdpPeer.Says("m=audio 4000 RTP/AVP 96\r\n"), local).Audio!;
        Assert.Same(AudioCodecs.L16Wideband, audio.Codec);
    }

    [Theory]
    [InlineData("m=audio 4000 RTP/AVP 18\r\n", OfferAnswerFailureKind.NoCommonCodec)]
    [InlineData("", OfferAnswerFailureKind.AnswerMismatch)]
    [InlineData("m=video 4000 RTP/AVP 31\r\n", OfferAnswerFailureKind.AnswerMismatch)]
    [InlineData("m=audio 4000 RTP/SAVP 0\r\n", OfferAnswerFailureKind.SecureTransportUnsupported)]
    public void Unusable_answer_fails_with_its_reason(string media, OfferAnswerFailureKind kind) =>
        Assert.Equal(kind, AudioAnswer.Apply(AudioOffer.Create(Local), SdpPeer.Says(media), Local).Failure!.Kind);

    [Fact]
    public void Codec_that_was_not_offered_is_no_common_codec()
    {
        var offer = AudioOffer.Create(Local with { Codecs = [AudioCodecs.Pcmu] });
        Assert.Equal(OfferAnswerFailureKind.NoCommonCodec, AudioAnswer.Apply(offer, SdpPeer.Says("m=audio 4000 RTP/AVP 8\r\n"), Local).Failure!.Kind);
    }

    [Fact]
    public void Refused_stream_is_switched_off()
    {
        var result = AudioAnswer.Apply(AudioOffer.Create(Local), SdpPeer.Says("m=audio 0 RTP/AVP 0\r\n"), Local);
        Assert.True(result.Succeeded);
        Assert.False(result.Audio.Enabled);
    }

    [Fact]
    public void Hold_raises_the_version_and_keeps_id_and_numbers()
    {
        var local = Local with { Codecs = [AudioCodecs.L16Wideband, AudioCodecs.Pcmu] };
        var offer = AudioOffer.Create(local);
        var agreed = AudioAnswer.Apply(offer, AudioAnswer.Create(offer, Peer with { Codecs = [AudioCodecs.Pcmu] }).Answer!, local).Audio!;

        var held = local.Next(agreed) with { Direction = MediaDirection.SendOnly };
        var hold = AudioOffer.Create(held, offer);

        Assert.Equal(("77", "2"), (hold.Origin.SessionId, hold.Origin.SessionVersion));
        Assert.NotNull(hold.Media[0].Attribute("sendonly"));
        Assert.Equal("telephone-event/8000", hold.Media[0].AttributeFor("rtpmap", agreed.ReceiveTelephoneEvents[0].PayloadType));

        var answer = AudioAnswer.Create(hold, Peer.Next());
        Assert.Equal(MediaDirection.ReceiveOnly, answer.Audio!.Direction);
        Assert.Equal("2", answer.Answer!.Origin.SessionVersion);
        Assert.Equal(MediaDirection.SendOnly, AudioAnswer.Apply(hold, answer.Answer, held).Audio!.Direction);
    }

    [Fact]
    public void Further_offer_keeps_refused_streams_in_place()
    {
        var first = AudioAnswer.Create(SdpPeer.Says("m=video 4002 RTP/AVP 31\r\nm=audio 4000 RTP/AVP 8\r\n"), Local);
        var again = AudioOffer.Create(Local.Next(first.Audio), first.Answer!);
        Assert.Equal([("video", 0), ("audio", 5000)], again.Media.Select(m => (m.Media, m.Port)));
    }

    [Fact]
    public void Port_zero_switches_ones_own_stream_off()
    {
        var result = AudioAnswer.Create(SdpPeer.Says("m=audio 4000 RTP/AVP 8\r\n"), Local with { Port = 0 });
        Assert.False(result.Audio!.Enabled);
        Assert.Equal(0, result.Answer!.Media[0].Port);
    }

    [Fact]
    public void Ports_and_packet_times_out_of_range_are_refused()
    {
        Assert.Equal("Port", Assert.Throws<ArgumentOutOfRangeException>(() => Local with { Port = 65_536 }).ParamName);
        Assert.Equal("RtcpPort", Assert.Throws<ArgumentOutOfRangeException>(() => Local with { RtcpPort = -1 }).ParamName);
        Assert.Equal("PacketMilliseconds", Assert.Throws<ArgumentOutOfRangeException>(() => Local with { PacketMilliseconds = 0 }).ParamName);
        Assert.Equal("local", Assert.Throws<ArgumentException>(() => AudioOffer.Create(Local with { Codecs = [] })).ParamName);
    }

    [Fact]
    public void Line_end_in_the_user_name_is_refused() =>
        Assert.Equal("UserName", Assert.Throws<ArgumentException>(() => Local with { UserName = "a\r\nm=audio" }).ParamName);
}
