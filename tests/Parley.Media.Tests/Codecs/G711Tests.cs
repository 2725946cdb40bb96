using Parley.Media.Codecs;
using Parley.Media.Tests.Audio;

namespace Parley.Media.Tests.Codecs;

public sealed class G711Tests
{
    private static short[] Everything { get; } = [.. Enumerable.Range(short.MinValue, 65_536).Select(v => (short)v)];

    private static byte[] AllCodes { get; } = [.. Enumerable.Range(0, 256).Select(v => (byte)v)];

    public static TheoryData<AudioCodec> Both => [AudioCodecs.Pcmu, AudioCodecs.Pcma];

    private static byte[] Encode(AudioCodec codec, short[] pcm)
    {
        var payload = new byte[pcm.Length];
        Assert.Equal(pcm.Length, codec.CreateEncoder().Encode(pcm, payload));
        return payload;
    }

    private static short[] Decode(AudioCodec codec, byte[] payload)
    {
        var pcm = new short[payload.Length];
        Assert.Equal(payload.Length, codec.CreateDecoder().Decode(payload, pcm));
        return pcm;
    }

    /// <summary>Segment arithmetic of G.711 tables 2a/2b as loops, to hold the float arithmetic against.</summary>
    private static byte MuLawByLoop(short sample)
    {
        var magnitude = Math.Min(((sample < 0 ? ~sample : sample) >> 2) + 33, 0x1FFF);
        var segment = 0;
        while (magnitude >> segment > 63) segment++;
        var code = (segment << 4) | ((magnitude >> (segment + 1)) & 15);
        return (byte)(~code & 0x7F | (sample < 0 ? 0 : 0x80));
    }

    /// <summary>Segment arithmetic of G.711 tables 1a/1b as loops.</summary>
    private static byte ALawByLoop(short sample)
    {
        var magnitude = (sample < 0 ? ~sample : sample) >> 4;
        var segment = 0;
        while (magnitude > 31)
        {
            magnitude >>= 1;
            segment++;
        }
        if (magnitude > 15) magnitude = magnitude - 16 + ((segment + 1) << 4);
        return (byte)((magnitude | (sample < 0 ? 0 : 0x80)) ^ 0x55);
    }

    [Fact]
    public void Every_sample_encodes_as_the_tables_say()
    {
        Assert.Equal(Everything.Select(MuLawByLoop), Encode(AudioCodecs.Pcmu, Everything));
        Assert.Equal(Everything.Select(ALawByLoop), Encode(AudioCodecs.Pcma, Everything));
    }

    [Theory]
    [InlineData(0x00, -32124)]
    [InlineData(0x0F, -16764)]
    [InlineData(0x7E, -8)]
    [InlineData(0x7F, 0)]
    [InlineData(0x80, 32124)]
    [InlineData(0x8F, 16764)]
    [InlineData(0xFE, 8)]
    [InlineData(0xFF, 0)]
    public void Mu_law_codes_have_their_values(byte code, short value) => Assert.Equal(value, Decode(AudioCodecs.Pcmu, [code])[0]);

    [Theory]
    [InlineData(0x00, -5504)]
    [InlineData(0x2A, -32256)]
    [InlineData(0xAA, 32256)]
    [InlineData(0x55, -8)]
    [InlineData(0xD5, 8)]
    [InlineData(0xD4, 24)]
    [InlineData(0xC5, 264)]
    public void A_law_codes_have_their_values(byte code, short value) => Assert.Equal(value, Decode(AudioCodecs.Pcma, [code])[0]);

    [Theory]
    [MemberData(nameof(Both))]
    public void Every_code_survives_decoding_and_encoding(AudioCodec codec)
    {
        var again = Encode(codec, Decode(codec, AllCodes));
        for (var code = 0; code < 256; code++)
        {
            // µ-law has two zeros; linear audio has one, which encodes as the positive.
            var expected = codec == AudioCodecs.Pcmu && code == 0x7F ? 0xFF : code;
            Assert.Equal(expected, again[code]);
        }
    }

    [Theory]
    [MemberData(nameof(Both))]
    public void Every_sample_comes_back_within_half_a_step_and_in_order(AudioCodec codec)
    {
        var decoded = Decode(codec, Encode(codec, Everything));
        for (var i = 0; i < Everything.Length; i++)
        {
            // A segment has sixteen steps over one octave of |x| + 132 (µ) or |x| (A, at least the first two segments' 512).
            var octave = codec == AudioCodecs.Pcmu ? Math.Abs((int)decoded[i]) + 132 : Math.Max(Math.Abs((int)decoded[i]), 256);
            var step = 1 << (31 - int.LeadingZeroCount(octave) - 4);
            var clipped = Math.Max(0, Math.Abs((int)Everything[i]) - 32_635);
            Assert.InRange(Math.Abs(decoded[i] - Everything[i]), 0, (step / 2) + clipped);
            if (i > 0) Assert.True(decoded[i] >= decoded[i - 1]);
        }
    }

    [Theory]
    [MemberData(nameof(Both))]
    public void Any_length_gives_what_single_samples_give(AudioCodec codec)
    {
        var pcm = Signal.Noise(67, 32_000);
        for (var length = 0; length <= pcm.Length; length++)
        {
            var whole = Encode(codec, pcm[..length]);
            Assert.Equal(pcm[..length].Select(s => Encode(codec, [s])[0]), whole);
            Assert.Equal(whole.Select(b => Decode(codec, [b])[0]), Decode(codec, whole));
        }
    }

    [Theory]
    [MemberData(nameof(Both))]
    public void Output_that_is_too_short_is_refused(AudioCodec codec)
    {
        Assert.ThrowsAny<ArgumentException>(() => codec.CreateEncoder().Encode(new short[20], new byte[19]));
        Assert.ThrowsAny<ArgumentException>(() => codec.CreateDecoder().Decode(new byte[20], new short[19]));
    }

    [Theory]
    [MemberData(nameof(Both))]
    public void Coding_allocates_nothing(AudioCodec codec)
    {
        var (encoder, decoder) = (codec.CreateEncoder(), codec.CreateDecoder());
        var pcm = Signal.Sine(440, 8000, 160);
        var payload = new byte[160];
        Assert.Equal(0, Allocations.Of(() => decoder.Decode(payload.AsSpan(0, encoder.Encode(pcm, payload)), pcm)));
    }
}
