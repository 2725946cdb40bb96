using System.Net;
using System.Text;
using Parley.Media.Sdp;
using Parley.Media.Sdp.OfferAnswer;
using static Parley.Media.Tests.Sdp.SdpTestText;

namespace Parley.Media.Tests.Sdp;

public sealed class SdpParserTests
{
    private static readonly LocalAudio Local = new() { Address = IPAddress.Parse("192.0.2.1"), Port = 5000, SessionId = 77 };

    private const string Phone = """
        v=0
        o=alice 2890844526 2890844527 IN IP4 host.atlanta.example.com
        s=-
        c=IN IP4 192.0.2.10
        t=0 0
        a=tool:phone 1.0
        m=audio 49170/2 RTP/AVP 0 8 97
        i=the audio
        c=IN IP4 192.0.2.20
        b=AS:64
        a=rtpmap:97 iLBC/8000
        a=sendonly
        m=video 0 RTP/AVP 31
        """;

    [Fact]
    public void A_line_and_a_list_of_formats_may_be_longer_than_those_of_most_calls()
    {
        var name = new string('ä', 500);
        var formats = string.Join(' ', Enumerable.Range(0, 40));
        var sdp = Parse($"v=0\no=- 1 1 IN IP4 192.0.2.1\ns={name}\nt=0 0\nm=audio 4000 RTP/AVP {formats}\na=fmtp:0 {name}\n");
        Assert.Equal(name, sdp.SessionName);
        Assert.Equal(formats, string.Join(' ', sdp.Media[0].Formats));
        Assert.Equal("0 " + name, sdp.Media[0].Attributes[0].Value);
    }

    [Fact]
    public void Fields_may_be_apart_by_several_spaces()
    {
        var sdp = Parse("v=0\no=-  1 2   IN IP4 192.0.2.1 \ns=-\nc=IN  IP4  192.0.2.1 \nt=0  0 \nm=audio  4000  RTP/AVP  0  8 \n");
        Assert.Equal(("1", "2", "192.0.2.1"), (sdp.Origin.SessionId, sdp.Origin.SessionVersion, sdp.Origin.Address));
        Assert.Equal("192.0.2.1", sdp.Connection!.Address);
        Assert.Equal(["0", "8"], sdp.Media[0].Formats);
    }

    [Fact]
    public void Times_stay_in_their_order_those_without_limit_included()
    {
        Assert.Equal([default, new(1, 2), default], Parse("v=0\no=- 1 1 IN IP4 a\nt=0 0\nt=1 2\nt=0 0\n").Times);
        Assert.Equal([default, default], Parse("v=0\no=- 1 1 IN IP4 a\nt=0 0\nt=0 0\n").Times);
        Assert.Equal([new(5, 6)], Parse("v=0\no=- 1 1 IN IP4 a\nt=5 6\n").Times);
    }

    [Fact]
    public void Every_field_of_a_description_is_read()
    {
        var sdp = Parse(Phone);

        Assert.Equal("alice", sdp.Origin.UserName);
        Assert.Equal("2890844526", sdp.Origin.SessionId);
        Assert.Equal("2890844527", sdp.Origin.SessionVersion);
        Assert.Equal("host.atlanta.example.com", sdp.Origin.Address);
        Assert.Equal("-", sdp.SessionName);
        Assert.Equal(IPAddress.Parse("192.0.2.10"), sdp.Connection!.IPAddress);
        Assert.Equal([default], sdp.Times);
        Assert.Equal([new SdpAttribute("tool", "phone 1.0")], sdp.Attributes);
        Assert.Equal(2, sdp.Media.Count);

        var audio = sdp.Media[0];
        Assert.Equal(("audio", 49170, 2, "RTP/AVP"), (audio.Media, audio.Port, audio.PortCount, audio.Protocol));
        Assert.Equal(["0", "8", "97"], audio.Formats);
        Assert.Equal("192.0.2.20", sdp.ConnectionOf(audio)!.Host);
        Assert.Equal("iLBC/8000", audio.AttributeFor("rtpmap", 97));
        Assert.Equal([new SdpLine('i', "the audio"), new SdpLine('b', "AS:64")], audio.OtherLines);
        Assert.Equal("192.0.2.10", sdp.ConnectionOf(sdp.Media[1])!.Host);
    }

    [Fact]
    public void Last_line_counts_without_a_line_end()
    {
        var sdp = Parse("v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\nm=audio 4000 RTP/AVP 0\r\na=sendonly");
        Assert.Equal(MediaDirection.SendOnly, sdp.DirectionOf(sdp.Media[0]));
    }

    [Theory]
    [InlineData("\n")]
    [InlineData("\r\n")]
    [InlineData("\r\n\r\n")]
    public void Line_ends_may_be_lf_or_crlf_and_lines_may_be_empty(string end)
    {
        var sdp = Parse(string.Join(end, "v=0", "o=- 1 1 IN IP4 192.0.2.1", "s=x", "t=0 0", "m=audio 4000 RTP/AVP 0"));
        Assert.Equal("x", sdp.SessionName);
        Assert.Single(sdp.Media);
    }

    [Fact]
    public void Origin_with_words_for_id_and_version_is_kept_as_it_is()
    {
        var sdp = Parse("v=0\no=jdoe abc-def v1.2 IN IP4 pbx\ns=-\nt=0 0\n");
        Assert.Equal(("abc-def", "v1.2"), (sdp.Origin.SessionId, sdp.Origin.SessionVersion));
    }

    [Fact]
    public void Connection_may_name_a_host()
    {
        var sdp = Parse("v=0\no=- 1 1 IN IP4 pbx\ns=-\nc=IN IP4 media.example.com\nt=0 0\n");
        Assert.Equal("media.example.com", sdp.Connection!.Host);
        Assert.Null(sdp.Connection.IPAddress);
    }

    [Fact]
    public void Missing_name_and_time_lines_are_filled_in()
    {
        var sdp = Parse("v=0\no=- 1 1 IN IP4 192.0.2.1\nm=audio 4000 RTP/AVP 0\n");
        Assert.Equal("-", sdp.SessionName);
        Assert.Equal([default], sdp.Times);
    }

    [Fact]
    public void Blanks_behind_a_direction_do_not_hide_it()
    {
        var sdp = Parse("v=0\no=- 1 1 IN IP4 192.0.2.1\ns=-\nt=0 0\nm=audio 4000 RTP/AVP 0\na=recvonly  \r\n");
        Assert.Equal(MediaDirection.ReceiveOnly, sdp.DirectionOf(sdp.Media[0]));
    }

    [Theory]
    [InlineData("", 0, "v=0")]
    [InlineData("v=0\n", 0, "'o='")]
    [InlineData("o=- 1 1 IN IP4 192.0.2.1\n", 1, "v=0")]
    [InlineData("v=1\n", 1, "version")]
    [InlineData("v=0\nv=0\n", 2, "second 'v='")]
    [InlineData("v=0\nhello\n", 2, "one letter")]
    [InlineData("v=0\no=- 1 1 IN IP4\n", 2, "origin")]
    [InlineData("v=0\no=- 1 1 IN IP4 a\no=- 1 1 IN IP4 a\n", 3, "second 'o='")]
    [InlineData("v=0\no=- 1 1 IN IP4 a\nc=IN IP4\n", 3, "connection")]
    [InlineData("v=0\no=- 1 1 IN IP4 a\nt=0\n", 3, "time")]
    [InlineData("v=0\no=- 1 1 IN IP4 a\na=\n", 3, "attribute")]
    [InlineData("v=0\no=- 1 1 IN IP4 a\na=:x\n", 3, "attribute")]
    [InlineData("v=0\no=- 1 1 IN IP4 a\nm=audio 4000 RTP/AVP\n", 3, "media line")]
    [InlineData("v=0\no=- 1 1 IN IP4 a\nm=audio 65536 RTP/AVP 0\n", 3, "port")]
    [InlineData("v=0\no=- 1 1 IN IP4 a\nm=audio -1 RTP/AVP 0\n", 3, "port")]
    [InlineData("v=0\no=- 1 1 IN IP4 a\nm=audio 4000/0 RTP/AVP 0\n", 3, "port")]
    [InlineData("v=0\no=- 1 1 IN IP4 a\nm=audio 4000 RTP/AVP 0\nc=IN\n", 4, "connection")]
    [InlineData("v=0\no=- 1 1 IN IP4 a\nm=audio 4000 RTP/AVP 0\nt=0 0\n", 4, "before the first 'm='")]
    [InlineData("v=0\no=- 1 1 IN IP4 a\ns=a\rb\n", 3, "lone CR")]
    [InlineData("v=0\no=- 1 1 IN IP4 a\ns=a\0b\n", 3, "NUL")]
    public void Fault_is_named_with_its_line(string text, int line, string reason)
    {
        var error = Refuse(text);
        Assert.Equal(line, error.Line);
        Assert.Contains(reason, error.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Limits_hold_for_size_lines_media_formats_and_attributes()
    {
        const string Head = "v=0\no=- 1 1 IN IP4 a\n";
        Assert.Contains("bytes", Refuse(Head, new() { MaxBytes = 5 }).Reason, StringComparison.Ordinal);
        Assert.Contains("longer than 10", Refuse(Head, new() { MaxLineBytes = 10 }).Reason, StringComparison.Ordinal);
        Assert.Contains("1 lines", Refuse(Head, new() { MaxLines = 1 }).Reason, StringComparison.Ordinal);
        var media = Head + "m=audio 1 RTP/AVP 0 8\na=x\na=y\nm=audio 1 RTP/AVP 0\n";
        Assert.Equal(6, Refuse(media, new() { MaxMedia = 1 }).Line);
        Assert.Equal(3, Refuse(media, new() { MaxFormats = 1 }).Line);
        Assert.Equal(5, Refuse(media, new() { MaxAttributes = 1 }).Line);
    }

    [Fact]
    public void Cut_or_bent_descriptions_are_refused_or_read_but_never_throw()
    {
        var whole = Encoding.UTF8.GetBytes(Phone.ReplaceLineEndings("\r\n"));
        var random = new Random(4566);
        for (var round = 0; round < 20_000; round++)
        {
            var bent = whole[..random.Next(whole.Length + 1)];
            for (var i = random.Next(6); i > 0 && bent.Length > 0; i--)
                bent[random.Next(bent.Length)] = (byte)random.Next(256);
            if (SdpParser.TryParse(bent, out var description, out var error))
            {
                // What was accepted can be written, and reads back as the same text.
                var text = SdpWriter.ToText(description);
                Assert.Equal(text, SdpWriter.ToText(Parse(text)));

                // And negotiating with it has an outcome.
                var answered = AudioAnswer.Create(description, Local);
                Assert.True(answered.Succeeded == (answered.Audio is not null));
                var applied = AudioAnswer.Apply(AudioOffer.Create(Local), description, Local);
                Assert.True(applied.Succeeded == (applied.Failure is null));
            }
            else
            {
                Assert.NotEmpty(error.Reason);
            }
        }
    }
}
