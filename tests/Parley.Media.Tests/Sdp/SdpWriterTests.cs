using FsCheck;
using FsCheck.Fluent;
using Parley.Media.Sdp;
using static Parley.Media.Tests.Sdp.SdpTestText;

namespace Parley.Media.Tests.Sdp;

public sealed class SdpWriterTests
{
    [Fact]
    public void Lines_stand_in_the_order_of_the_rfc_and_end_in_crlf()
    {
        var text = """
            v=0
            o=- 1 2 IN IP6 2001:db8::1
            s=call
            i=info
            u=http://example.com/
            e=a@example.com
            p=+1 617
            c=IN IP6 2001:db8::1
            b=CT:128
            t=0 0
            r=604800 3600 0
            z=2882844526 -1h
            k=prompt
            a=recvonly
            a=group:LS 1 2
            y=future
            m=audio 4000/2 RTP/AVP 0 101
            i=voice
            c=IN IP6 2001:db8::2
            b=AS:64
            k=clear:x
            a=rtpmap:101 telephone-event/8000
            a=empty:
            x=unknown

            """.ReplaceLineEndings("\r\n");

        Assert.Equal(text, SdpWriter.ToText(Parse(text)));
    }

    [Fact]
    public void Any_description_reads_back_as_it_was_written()
    {
        var word = Gen.Elements("a", "audio", "x-1", "é", "127.0.0.1", "0", "4711", "v=0", "a=b");
        var value = Gen.Elements("", "plain", "two words", " lead", "trail ", "a:b:c", "m=audio 0 x 1", "日本");
        var attribute = from name in word from text in value from bare in Gen.Elements(true, false)
                        select new SdpAttribute(name, bare ? null : text);
        var other = from type in Gen.Elements('i', 'b', 'k', 'y') from text in value select new SdpLine(type, text);
        var connection = from host in word select new SdpConnection { Address = host };
        var media = from kind in word from port in Gen.Choose(0, 65535) from count in Gen.Choose(1, 3)
                    from formats in Gen.NonEmptyListOf(word) from line in connection from has in Gen.Elements(true, false)
                    from attributes in Gen.ListOf(attribute) from others in Gen.ListOf(other)
                    select new MediaDescription
                    {
                        Media = kind, Port = port, PortCount = count, Protocol = "RTP/AVP", Formats = [.. formats.Take(64)],
                        Connection = has ? line : null, Attributes = [.. attributes], OtherLines = [.. others],
                    };
        var session = from id in word from version in word from name in value from line in connection
                      from attributes in Gen.ListOf(attribute) from others in Gen.ListOf(other) from streams in Gen.ListOf(media)
                      select new SessionDescription
                      {
                          Origin = new() { SessionId = id, SessionVersion = version, Address = "h" }, SessionName = name,
                          Connection = line, Attributes = [.. attributes], OtherLines = [.. others], Media = [.. streams.Take(32)],
                      };

        Prop.ForAll(session.ToArbitrary(), written =>
        {
            var text = SdpWriter.ToText(written);
            var read = Parse(text);
            Assert.Equal(text, SdpWriter.ToText(read));
            Assert.Equal(written.Origin, read.Origin);
            Assert.Equal(written.Attributes, read.Attributes);
            Assert.Equal(written.Media.Count, read.Media.Count);
            for (var i = 0; i < read.Media.Count; i++)
            {
                Assert.Equal(written.Media[i].Formats, read.Media[i].Formats);
                Assert.Equal(written.Media[i].Attributes, read.Media[i].Attributes);
                Assert.Equal(written.Media[i].Connection, read.Media[i].Connection);
                Assert.Equal(written.Media[i].Port, read.Media[i].Port);
            }
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(300).WithQuietOnSuccess(true));
    }

    [Theory]
    [InlineData("x\r\na=evil")]
    [InlineData("x\ny")]
    [InlineData("x\0")]
    public void Line_ends_in_a_value_are_refused_by_name(string value)
    {
        Assert.Equal("value", Assert.Throws<ArgumentException>(() => new SdpAttribute("a", value)).ParamName);
        Assert.Equal("name", Assert.Throws<ArgumentException>(() => new SdpAttribute(value)).ParamName);
        Assert.Equal("value", Assert.Throws<ArgumentException>(() => new SdpLine('i', value)).ParamName);
        Assert.Equal("Address", Assert.Throws<ArgumentException>(() => new SdpConnection { Address = value }).ParamName);
        Assert.Equal("UserName", Assert.Throws<ArgumentException>(
            () => new SdpOrigin { UserName = value, SessionId = "1", SessionVersion = "1", Address = "h" }).ParamName);
    }

    [Fact]
    public void A_line_with_its_own_property_cannot_come_in_by_another()
    {
        Assert.Throws<ArgumentException>(() => new SdpLine('m', "audio 1 RTP/AVP 0"));
    }
}
