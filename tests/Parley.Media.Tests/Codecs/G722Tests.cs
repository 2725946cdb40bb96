using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Parley.Media.Codecs;
using Parley.Media.Tests.Audio;

namespace Parley.Media.Tests.Codecs;

public sealed class G722Tests
{
    private static (byte[] Payload, short[] Pcm) Through(short[] pcm)
    {
        var payload = new byte[pcm.Length / 2];
        Assert.Equal(payload.Length, AudioCodecs.G722.CreateEncoder().Encode(pcm, payload));
        var decoded = new short[pcm.Length];
        Assert.Equal(decoded.Length, AudioCodecs.G722.CreateDecoder().Decode(payload, decoded));
        return (payload, decoded);
    }

    [Theory]
    [InlineData(300, 30)]
    [InlineData(1000, 30)]
    [InlineData(3000, 30)]
    [InlineData(5000, 15)]
    [InlineData(6500, 15)]
    public void Tone_comes_out_clean_at_its_level(double hertz, double decibels)
    {
        var (_, pcm) = Through(Signal.Sine(hertz, 16000, 16000));
        Assert.True(Signal.ToneToRestDb(pcm.AsSpan(1600), 16000, hertz) > decibels, $"{Signal.ToneToRestDb(pcm.AsSpan(1600), 16000, hertz):f1} dB");
        Assert.InRange(Signal.Amplitude(pcm.AsSpan(1600), 16000, hertz), 9_000, 11_000);
    }

    /// <summary>
    /// Digests of what an independent implementation of the recommendation makes of the same input: noise at eight levels from
    /// half scale down.
    /// </summary>
    [Fact]
    public void Output_is_bit_exact()
    {
        var state = 1u;
        var noise = new short[32_000];
        for (var i = 0; i < noise.Length; i++)
            noise[i] = (short)((short)(Next() >> 16) >> ((i / 4_000) + 1));
        var (payload, pcm) = Through(noise);
        Assert.Equal("2202A17504ABBCF2D681940398BE5C2DC0B2356B57662AA36A3CCBA3F8464B83", Digest(payload));
        Assert.Equal("F0F5681AE942C6A8E3CEA70B2DB7DE5A0FCE61774F4304D1F619FD840160C282", Digest(MemoryMarshal.AsBytes(pcm.AsSpan())));

        uint Next() => state = (state * 1_664_525) + 1_013_904_223;

        static string Digest(ReadOnlySpan<byte> bytes) => Convert.ToHexString(SHA256.HashData(bytes));
    }

    [Fact]
    public void Full_scale_noise_does_not_break_the_predictor()
    {
        var (_, pcm) = Through([.. Signal.Noise(8000, 32767), .. Signal.Sine(1000, 16000, 16000)]);
        Assert.True(Signal.ToneToRestDb(pcm.AsSpan(16000), 16000, 1000) > 30);
    }

    [Fact]
    public void Pieces_give_what_the_whole_gives()
    {
        var pcm = Signal.Noise(640, 8000);
        var (whole, _) = Through(pcm);
        var encoder = AudioCodecs.G722.CreateEncoder();
        var pieces = new byte[320];
        encoder.Encode(pcm.AsSpan(0, 320), pieces);
        encoder.Encode(pcm.AsSpan(320), pieces.AsSpan(160));
        Assert.Equal(whole, pieces);
    }

    [Fact]
    public void Odd_sample_count_is_refused() =>
        Assert.Throws<ArgumentException>(() => AudioCodecs.G722.CreateEncoder().Encode(new short[3], new byte[2]));

    [Fact]
    public void Coding_allocates_nothing()
    {
        var (encoder, decoder) = (AudioCodecs.G722.CreateEncoder(), AudioCodecs.G722.CreateDecoder());
        var pcm = Signal.Sine(440, 16000, 320);
        var payload = new byte[160];
        Assert.Equal(0, Allocations.Of(() => decoder.Decode(payload.AsSpan(0, encoder.Encode(pcm, payload)), pcm)));
    }
}
