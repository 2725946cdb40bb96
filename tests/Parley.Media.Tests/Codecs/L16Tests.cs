using Parley.Media.Codecs;

namespace Parley.Media.Tests.Codecs;

public sealed class L16Tests
{
    [Fact]
    public void Samples_are_in_network_order()
    {
        var payload = new byte[4];
        Assert.Equal(4, AudioCodecs.L16Wideband.CreateEncoder().Encode([0x1234, -2], payload));
        Assert.Equal([0x12, 0x34, 0xFF, 0xFE], payload);

        var pcm = new short[2];
        Assert.Equal(2, AudioCodecs.L16Wideband.CreateDecoder().Decode(payload, pcm));
        Assert.Equal([0x1234, -2], pcm);
    }

    [Fact]
    public void Stray_byte_at_the_end_is_left_out()
    {
        var pcm = new short[2];
        Assert.Equal(1, AudioCodecs.L16Narrowband.CreateDecoder().Decode([0, 1, 9], pcm));
        Assert.Equal([1, 0], pcm);
    }

    [Fact]
    public void Only_music_rate_has_a_static_number()
    {
        Assert.Equal((byte)11, AudioCodecs.L16Music.StaticPayloadType);
        Assert.Null(AudioCodecs.L16Wideband.StaticPayloadType);
    }

    [Fact]
    public void Codec_is_found_by_name_in_any_case_and_by_rate()
    {
        Assert.Same(AudioCodecs.Pcma, AudioCodecs.Find("pcma"));
        Assert.Same(AudioCodecs.L16Narrowband, AudioCodecs.Find("l16", 8000));
        Assert.Null(AudioCodecs.Find("speex"));
    }
}
