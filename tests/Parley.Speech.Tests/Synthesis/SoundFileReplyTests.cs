using Parley.Media.Audio;
using Parley.Media.Files;
using Parley.Speech.Synthesis;
using Parley.Speech.Vendors;
using Parley.TestSupport;

namespace Parley.Speech.Tests.Synthesis;

/// <summary>Servers that speak OpenAI's protocol and answer with a sound file, whatever they were asked for.</summary>
public sealed class SoundFileReplyTests : IDisposable
{
    private readonly SpeechConnections _connections = new(new() { ResponseTimeout = TimeSpan.FromSeconds(10), MaxReply = 1_000_000 });

    public void Dispose() => _connections.Dispose();

    [Fact]
    public async Task A_WAV_is_heard_at_its_own_rate_and_without_its_header()
    {
        var wav = new MemoryStream();
        short[] said = [.. Enumerable.Range(0, 50_000).Select(i => (short)(8_000 * Math.Sin(2 * Math.PI * 700 * i / 22_050)))];
        using (var writer = new WavWriter(wav, 22_050, 1))
            writer.Write(said);
        Assert.Equal((22_050, said), await SpeakAsync(wav.ToArray(), "audio/wav"), Same);
    }

    [Theory]
    [InlineData(SoundFormat.Mp3, "audio/mpeg")]
    [InlineData(SoundFormat.Vorbis, "application/octet-stream")]
    [InlineData(SoundFormat.Opus, "audio/ogg")]
    [InlineData(SoundFormat.Flac, "audio/flac")]
    public async Task What_has_to_be_decoded_is_heard(SoundFormat format, string type)
    {
        Assert.SkipUnless(SoundFiles.IsInstalled, SoundFiles.Missing);
        var (rate, pcm) = await SpeakAsync(SoundFiles.Tone(format, 700, seconds: 1.5, rate: 24_000), type);
        Assert.Equal(24_000, rate);
        Assert.InRange(pcm.Length, 35_000, 40_000);
        var middle = pcm.AsSpan(8_000, 16_000);
        var energy = middle.ToArray().Average(sample => (double)sample * sample);
        Assert.True(energy > 1e7 && Goertzel.Power(middle, rate, 700) > 0.9 * energy);
    }

    [Fact]
    public async Task Samples_that_look_like_a_frame_of_MP3_are_samples()
    {
        byte[] samples = [0xFF, 0xFB, 0x90, 0x64, 1, 0, 2, 0];
        Assert.Equal((24_000, new short[] { -1025, 25744, 1, 2 }), await SpeakAsync(samples, "audio/pcm"), Same);
    }

    [Theory]
    [InlineData("fLaC and nothing more", "FLAC")]
    [InlineData("RIFF and nothing more", "WAV")]
    public async Task A_file_that_is_none_is_the_vendors_failure(string body, string name)
    {
        var e = await Assert.ThrowsAsync<SpeechVendorException>(() => SpeakAsync(System.Text.Encoding.ASCII.GetBytes(body), "audio/wav"));
        Assert.Equal(VendorFailure.Protocol, e.Failure);
        Assert.Contains(name, e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task More_than_a_reply_may_have_is_given_up()
    {
        byte[] endless = [.. "OggS"u8, .. new byte[1_100_000]];
        Assert.Contains("1000000", (await Assert.ThrowsAsync<SpeechVendorException>(() => SpeakAsync(endless, "audio/ogg"))).Message, StringComparison.Ordinal);
    }

    private static bool Same((int Rate, short[] Pcm) one, (int Rate, short[] Pcm) other) => one.Rate == other.Rate && one.Pcm.AsSpan().SequenceEqual(other.Pcm);

    private async Task<(int Rate, short[] Pcm)> SpeakAsync(byte[] body, string type)
    {
        await using var server = new HttpEar((_, response) =>
        {
            response.ContentType = type;
            return response.OutputStream.WriteAsync(body).AsTask();
        });
        var synthesiser = new OpenAiSynthesiser(new() { Provider = "openai", Endpoint = new Uri(server.Url, "v1") }, _connections);
        var (rate, pcm) = (0, new List<short>());
        await foreach (var chunk in synthesiser.SynthesiseAsync(new() { Text = "hello" }, TestContext.Current.CancellationToken))
        {
            Assert.InRange(chunk.Pcm.Length, 0, Math.Max(chunk.SampleRate, 8_192));
            rate = chunk.SampleRate;
            pcm.AddRange(chunk.Pcm.Span);
        }

        return (rate, [.. pcm]);
    }
}
