using Parley.Media.Codecs;
using Parley.Media.Sdp;
using Parley.Media.Sdp.OfferAnswer;

namespace Parley.Media.Tests.Sdp;

/// <summary>Opus in offers and answers (RFC 7587 §7).</summary>
public sealed class OpusOfferTests
{
    private static readonly LocalAudio Local = SdpPeer.Us with { Codecs = [AudioCodecs.Opus, AudioCodecs.Pcmu] };

    private static readonly OpusCodec Missing = new(16_000, "libopus.so.0 is not installed (apt-get install libopus0)");

    private static OfferAnswerResult Answer(string media, LocalAudio? local = null) => (local ?? Local).Answered(media);

    [Fact]
    public void The_offer_is_this_text()
    {
        Assert.Equal("""
            v=0
            o=- 77 1 IN IP4 192.0.2.1
            s=-
            c=IN IP4 192.0.2.1
            t=0 0
            m=audio 5000 RTP/AVP 96 0 101 97
            a=rtpmap:96 opus/48000/2
            a=fmtp:96 maxplaybackrate=16000;sprop-maxcapturerate=16000;useinbandfec=1
            a=rtpmap:0 PCMU/8000
            a=rtpmap:101 telephone-event/48000
            a=fmtp:101 0-15
            a=rtpmap:97 telephone-event/8000
            a=fmtp:97 0-15
            a=ptime:20
            a=sendrecv

            """.ReplaceLineEndings("\r\n"), AudioOffer.Create(Local).ToString());
    }

    [Fact]
    public void All_that_is_heard_is_48_kHz_where_that_is_wanted()
    {
        var media = AudioOffer.Create(Local with { Codecs = [AudioCodecs.OpusFullband] }).Media[0];
        Assert.Equal("opus/48000/2", media.AttributeFor("rtpmap", 96));
        Assert.Equal("useinbandfec=1", media.AttributeFor("fmtp", 96));
    }

    [Fact]
    public void The_answer_says_what_we_want_and_the_offer_s_wishes_are_for_what_we_send()
    {
        var result = Answer("""
            m=audio 4000 RTP/AVP 111 0 110 126
            a=rtpmap:111 opus/48000/2
            a=fmtp:111 minptime=10; maxplaybackrate=8000; useinbandfec=1; usedtx=1
            a=rtpmap:110 telephone-event/48000
            a=rtpmap:126 telephone-event/8000
            a=ptime:20

            """.ReplaceLineEndings("\r\n"));
        Assert.Equal("""
            v=0
            o=- 77 1 IN IP4 192.0.2.1
            s=-
            c=IN IP4 192.0.2.1
            t=0 0
            m=audio 5000 RTP/AVP 111 0 110 126
            a=rtpmap:111 opus/48000/2
            a=fmtp:111 maxplaybackrate=16000;sprop-maxcapturerate=16000;useinbandfec=1
            a=rtpmap:0 PCMU/8000
            a=rtpmap:110 telephone-event/48000
            a=fmtp:110 0-15
            a=rtpmap:126 telephone-event/8000
            a=fmtp:126 0-15
            a=ptime:20
            a=sendrecv

            """.ReplaceLineEndings("\r\n"), result.Answer!.ToString());
        var audio = result.Audio!;
        Assert.Same(AudioCodecs.Opus, audio.Codec);
        Assert.Equal("minptime=10; maxplaybackrate=8000; useinbandfec=1; usedtx=1", audio.SendPayloads[0].Parameters);
        Assert.Equal(((byte)110, 48_000), (audio.TelephoneEventPayloadType, audio.TelephoneEventClockRate));
        Assert.Equal(2, audio.ReceiveTelephoneEvents.Count);
    }

    [Fact]
    public void The_answerer_s_wishes_are_for_what_the_offerer_sends()
    {
        var answer = SdpPeer.Says("m=audio 4000 RTP/AVP 100 101\r\na=rtpmap:100 OPUS/48000/2\r\na=fmtp:100 maxaveragebitrate=12000;cbr=1\r\na=rtpmap:101 telephone-event/48000\r\n");
        var audio = AudioAnswer.Apply(AudioOffer.Create(Local), answer, Local).Audio!;
        Assert.Equal((100, "maxaveragebitrate=12000;cbr=1"), (audio.PayloadType, audio.SendPayloads[0].Parameters));
        Assert.Equal((96, null), (audio.ReceivePayloads[0].PayloadType, audio.ReceivePayloads[0].Parameters));
    }

    [Theory]
    [InlineData("opus/48000")]
    [InlineData("opus/48000/1")]
    [InlineData("opus/16000/2")]
    public void Anything_but_48_kHz_and_two_channels_is_not_opus(string map)
    {
        var result = Answer($"m=audio 4000 RTP/AVP 111 0\r\na=rtpmap:111 {map}\r\n");
        Assert.Equal(["0"], result.Answer!.Media[0].Formats);
    }

    [Fact]
    public void Telephone_events_of_8_kHz_serve_where_there_are_no_others()
    {
        var audio = Answer("m=audio 4000 RTP/AVP 111 101\r\na=rtpmap:111 opus/48000/2\r\na=rtpmap:101 telephone-event/8000\r\n").Audio!;
        Assert.Equal(((byte)101, 8_000), (audio.TelephoneEventPayloadType, audio.TelephoneEventClockRate));
        Assert.Equal([new TelephoneEventMapping(101, 8_000)], audio.ReceiveTelephoneEvents);
    }

    [Fact]
    public void By_default_an_offer_of_opus_is_answered_with_what_else_it_has()
    {
        const string Offer = "m=audio 4000 RTP/AVP 111 0\r\na=rtpmap:111 opus/48000/2\r\n";
        Assert.Equal(["0"], Answer(Offer, Local with { Codecs = AudioCodecs.Default }).Answer!.Media[0].Formats);
        Assert.Equal(OfferAnswerFailureKind.NoCommonCodec, Answer("m=audio 4000 RTP/AVP 111\r\na=rtpmap:111 opus/48000/2\r\n", Local with { Codecs = AudioCodecs.Default }).Failure!.Kind);
    }

    [Fact]
    public void Without_its_library_it_is_neither_accepted_nor_offered()
    {
        var without = Local with { Codecs = [Missing, AudioCodecs.Pcmu] };
        Assert.Equal(["0"], Answer("m=audio 4000 RTP/AVP 111 0\r\na=rtpmap:111 opus/48000/2\r\n", without).Answer!.Media[0].Formats);
        Assert.Equal(["0", "101"], AudioOffer.Create(without).Media[0].Formats);
        var error = Assert.Throws<ArgumentException>(() => AudioOffer.Create(Local with { Codecs = [Missing] }));
        Assert.Contains("apt-get install libopus0", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_further_offer_keeps_its_numbers()
    {
        var agreed = Answer("m=audio 4000 RTP/AVP 111 110\r\na=rtpmap:111 opus/48000/2\r\na=rtpmap:110 telephone-event/48000\r\n");
        var media = AudioOffer.Create(Local.Next(agreed.Audio), agreed.Answer!).Media[0];
        Assert.Equal(["111", "0", "110"], media.Formats.Take(3));
        Assert.Equal("opus/48000/2", media.AttributeFor("rtpmap", 111));
    }
}
