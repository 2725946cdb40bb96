using Parley.Media.Audio;
using Parley.Media.Codecs;
using Parley.Media.Files;
using Parley.Media.Tests.Audio;

namespace Parley.Media.Tests.Files;

public sealed class WavFileTests
{
    // By our own reader alone, as where the system has no library.
    private static Task<AudioClip> Load(byte[] bytes, AudioFileLimits? limits = null) =>
        AudioFile.LoadAsync(new MemoryStream(bytes), limits, new AudioDecoders(null), TestContext.Current.CancellationToken);

    private static async Task<string> Refusal(byte[] bytes, AudioFileLimits? limits = null) =>
        (await Assert.ThrowsAsync<AudioFormatException>(() => Load(bytes, limits))).Message;

    [Theory]
    [InlineData(8000)]
    [InlineData(16000)]
    [InlineData(44100)]
    [InlineData(48000)]
    public async Task Pcm_is_read_at_its_rate(int rate)
    {
        var pcm = Signal.Sine(440, rate, rate / 2);
        var clip = await Load(WavBytes.Usual(pcm, rate));
        Assert.Equal(rate, clip.SampleRate);
        Assert.Equal(pcm, clip.Samples.ToArray());
        Assert.Equal(TimeSpan.FromSeconds(0.5), clip.Duration);
    }

    [Fact]
    public async Task Two_channels_become_their_mean()
    {
        var clip = await Load(WavBytes.Usual([100, 300, -32768, -32768, 32767, -32767], 8000, 2));
        Assert.Equal([200, -32768, 0], clip.Samples.ToArray());
    }

    [Fact]
    public async Task A_law_and_mu_law_are_decoded()
    {
        var pcm = Signal.Sine(440, 8000, 800);
        var law = new byte[800];
        AudioCodecs.Pcma.CreateEncoder().Encode(pcm, law);
        var a = await Load(WavBytes.File(("fmt ", WavBytes.Format(6, 1, 8000, 8, extension: [0, 0]), null), ("data", law, null)));
        AudioCodecs.Pcmu.CreateEncoder().Encode(pcm, law);
        var mu = await Load(WavBytes.File(("fmt ", WavBytes.Format(7, 1, 8000, 8), null), ("data", law, null)));
        Assert.True(Signal.ToneToRestDb(a.Samples.Span, 8000, 440) > 30);
        Assert.True(Signal.ToneToRestDb(mu.Samples.Span, 8000, 440) > 30);
    }

    [Fact]
    public async Task Extensible_format_is_what_its_guid_says()
    {
        var clip = await Load(WavBytes.File(
            ("fmt ", WavBytes.Format(0xFFFE, 1, 16000, 16, extension: WavBytes.Extension(1)), null), ("data", WavBytes.Pcm(1, 2), null)));
        Assert.Equal([1, 2], clip.Samples.ToArray());
    }

    [Fact]
    public async Task Other_chunks_are_skipped_even_of_odd_length_and_behind_the_audio()
    {
        var clip = await Load(WavBytes.File(
            ("JUNK", new byte[27], null),
            ("fmt ", WavBytes.Format(1, 1, 8000, 16), null),
            ("LIST", new byte[5001], null),
            ("data", WavBytes.Pcm(1, 2, 3), null),
            ("LIST", new byte[200], null)));
        Assert.Equal([1, 2, 3], clip.Samples.ToArray());
    }

    [Theory]
    [InlineData(0u)]
    [InlineData(0xFFFFFFFFu)]
    public async Task Unknown_length_means_to_the_end(uint length)
    {
        var clip = await Load(WavBytes.File(("fmt ", WavBytes.Format(1, 1, 8000, 16), null), ("data", WavBytes.Pcm(1, 2, 3), length)));
        Assert.Equal([1, 2, 3], clip.Samples.ToArray());
    }

    [Fact]
    public async Task File_cut_short_plays_as_far_as_it_goes()
    {
        var clip = await Load(WavBytes.Usual([1, 2, 3, 4])[..^3]);
        Assert.Equal([1, 2], clip.Samples.ToArray());
    }

    public static TheoryData<byte[], string> Wrong => new()
    {
        { [], "0 bytes" },
        { "<html><body>not found</body></html>"u8.ToArray(), "This is HTML" },
        { "RIFX\0\0\0\0WAVE"u8.ToArray(), "big-endian" },
        { "RF64\0\0\0\0WAVE"u8.ToArray(), "RF64" },
        { "RIFF\0\0\0\0AVI "u8.ToArray(), "not 'WAVE'" },
        { WavBytes.File(("data", WavBytes.Pcm(1), null)), "before any 'fmt '" },
        { WavBytes.File(("fmt ", new byte[8], null), ("data", [], null)), "'fmt ' chunk has 8" },
        { WavBytes.File(("fmt ", WavBytes.Format(1, 1, 8000, 16), null)), "ends after 36 bytes" },
        { WavBytes.File(("fmt ", WavBytes.Format(1, 1, 8000, 24), null), ("data", [], null)), "24 bits" },
        { WavBytes.File(("fmt ", WavBytes.Format(3, 1, 8000, 32), null), ("data", [], null)), "Floating-point" },
        { WavBytes.File(("fmt ", WavBytes.Format(0x55, 1, 8000, 16), null), ("data", [], null)), "Format tag 85" },
        { WavBytes.File(("fmt ", WavBytes.Format(1, 6, 8000, 16), null), ("data", [], null)), "6 channels" },
        { WavBytes.File(("fmt ", WavBytes.Format(1, 1, 1000, 16), null), ("data", [], null)), "1000 samples" },
        { WavBytes.File(("fmt ", WavBytes.Format(1, 2, 8000, 16, align: 2), null), ("data", [], null)), "block size is 2" },
        { WavBytes.File(("fmt ", WavBytes.Format(0xFFFE, 1, 8000, 16), null), ("data", [], null)), "extensible" },
    };

    [Theory]
    [MemberData(nameof(Wrong))]
    public async Task What_cannot_be_played_is_named(byte[] bytes, string message) =>
        Assert.Contains(message, await Refusal(bytes), StringComparison.Ordinal);

    [Fact]
    public async Task Limits_hold_for_header_and_audio()
    {
        var usual = WavBytes.Usual(new short[1000]);
        Assert.Contains("1999 bytes", await Refusal(usual, new() { MaxClipBytes = 1999 }), StringComparison.Ordinal);
        var endless = WavBytes.File(("fmt ", WavBytes.Format(1, 1, 8000, 16), null), ("data", new byte[40_000], 0));
        Assert.Contains("1999 bytes", await Refusal(endless, new() { MaxClipBytes = 1999 }), StringComparison.Ordinal);
        var art = WavBytes.File(("fmt ", WavBytes.Format(1, 1, 8000, 16), null), ("LIST", new byte[5000], null), ("data", [], null));
        Assert.Contains("first 2000 bytes", await Refusal(art, new() { MaxHeaderBytes = 2000 }), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Bent_headers_never_do_worse_than_a_format_exception()
    {
        var whole = WavBytes.File(
            ("JUNK", new byte[7], null), ("fmt ", WavBytes.Format(1, 2, 8000, 16), null), ("data", WavBytes.Pcm(1, 2, 3, 4), null));
        var random = new Random(3551);
        for (var round = 0; round < 5_000; round++)
        {
            var bent = whole[..random.Next(whole.Length + 1)];
            for (var i = random.Next(5); i > 0 && bent.Length > 0; i--)
                bent[random.Next(bent.Length)] = (byte)random.Next(256);
            try
            {
                Assert.InRange((await Load(bent)).Samples.Length, 0, whole.Length);
            }
            catch (AudioFormatException e)
            {
                Assert.NotEmpty(e.Message);
            }
        }
    }

    [Fact]
    public void File_is_loaded_from_disk()
    {
        var path = Path.GetTempFileName();
        try
        {
            File.WriteAllBytes(path, WavBytes.Usual([7, 8, 9]));
            Assert.Equal([7, 8, 9], AudioFile.Load(path).Samples.ToArray());
        }
        finally
        {
            File.Delete(path);
        }
    }
}
