using System.Net;
using Parley.Media.Audio;
using Parley.Media.Files;
using Parley.Media.Tests.Audio;
using Parley.TestSupport;

namespace Parley.Media.Tests.Files;

/// <summary>What the system's library decodes, wherever a WAV is played.</summary>
public sealed class DecodedFileTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private static readonly AudioDecoders s_without = new(null);

    private static Task<AudioClip> Load(byte[] bytes, AudioFileLimits? limits = null) => AudioFile.LoadAsync(new MemoryStream(bytes), limits, Stop);

    private static async Task<string> Refusal(byte[] bytes, AudioFileLimits? limits = null) =>
        (await Assert.ThrowsAsync<AudioFormatException>(() => Load(bytes, limits))).Message;

    private static byte[] Tone(SoundFormat format, double hertz = 700, double seconds = 1, int rate = 16_000, int channels = 1)
    {
        Assert.SkipUnless(SoundFiles.IsInstalled, SoundFiles.Missing);
        return SoundFiles.Tone(format, hertz, seconds, rate, channels);
    }

    // What is heard of a second; encoders put silence before it and behind it.
    private static void AssertTone(ReadOnlySpan<short> pcm, int rate, double hertz = 700)
    {
        Assert.InRange((double)pcm.Length / rate, 0.95, 1.2);
        var middle = pcm[(rate / 5)..(rate * 4 / 5)];
        Assert.True(Signal.ToneToRestDb(middle, rate, hertz) > 20, $"{Signal.ToneToRestDb(middle, rate, hertz):0.0} dB");
        Assert.InRange(Signal.Amplitude(middle, rate, hertz), 9_000, 11_000);
    }

    [Theory]
    [InlineData(SoundFormat.Mp3, 8_000, 1)]
    [InlineData(SoundFormat.Mp3, 44_100, 2)]
    [InlineData(SoundFormat.Vorbis, 44_100, 2)]
    [InlineData(SoundFormat.Vorbis, 8_000, 1)]
    [InlineData(SoundFormat.Opus, 48_000, 2)]
    [InlineData(SoundFormat.Opus, 16_000, 1)]
    [InlineData(SoundFormat.Flac, 48_000, 1)]
    [InlineData(SoundFormat.Aiff, 22_050, 2)]
    [InlineData(SoundFormat.Au, 8_000, 1)]
    [InlineData(SoundFormat.Wav24, 48_000, 2)]
    [InlineData(SoundFormat.WavFloat, 16_000, 1)]
    [InlineData(SoundFormat.WavGsm, 8_000, 1)]
    [InlineData(SoundFormat.WavBigEndian, 8_000, 1)]
    [InlineData(SoundFormat.Rf64, 8_000, 1)]
    public async Task A_tone_is_that_tone_loaded_converted_and_streamed(SoundFormat format, int rate, int channels)
    {
        var bytes = Tone(format, rate: rate, channels: channels);
        var clip = await Load(bytes);
        Assert.Equal(rate, clip.SampleRate);
        AssertTone(clip.Samples.Span, rate);
        AssertTone(clip.At(8_000).Span, 8_000);
        await using var source = await AudioFileSource.OpenAsync(new TrickleStream(bytes, 777), new() { ReadAhead = TimeSpan.FromSeconds(0.1) }, Stop);
        var streamed = await AudioFileSourceTests.Drain(source);
        await source.Completion;
        Assert.Equal(clip.Samples.ToArray(), streamed);
    }

    [Fact]
    public async Task What_was_coded_without_loss_comes_back_without()
    {
        Assert.SkipUnless(SoundFiles.IsInstalled, SoundFiles.Missing);
        short[] pcm = [.. Signal.Noise(5_000, 32_767), short.MinValue, short.MaxValue, 0];
        var path = Path.GetTempFileName();
        try
        {
            SoundFiles.WriteSamples(path, SoundFormat.Flac, pcm, 8_000, 1);
            Assert.Equal(pcm, AudioFile.Load(path).Samples.ToArray());
            SoundFiles.WriteSamples(path, SoundFormat.Flac, [100, 300, -32768, -32768, 32767, -32767], 8_000, 2);
            Assert.Equal([200, -32768, 0], (await AudioFile.LoadAsync(path, null, Stop)).Samples.ToArray());
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Theory]
    [InlineData("audio/mpeg")]
    [InlineData("application/ogg")]
    [InlineData("application/octet-stream")]
    public async Task A_url_plays_and_is_loaded_whatever_its_server_calls_it(string type)
    {
        var bytes = Tone(SoundFormat.Mp3);
        using var client = AudioFileSourceTests.Answering(HttpStatusCode.OK, type, () => new TrickleStream(bytes, 1_000));
        Assert.Equal((await Load(bytes)).Samples.ToArray(), (await HttpAudio.LoadAsync(new("http://prompts.example.com/a"), client, null, Stop)).Samples.ToArray());
        await using var source = await HttpAudio.OpenAsync(new("http://prompts.example.com/a"), client, null, Stop);
        AssertTone(await AudioFileSourceTests.Drain(source), 16_000);
    }

    [Fact]
    public async Task A_download_is_let_go_once_it_is_there()
    {
        var stream = new TrickleStream(Tone(SoundFormat.Vorbis), 1_000);
        await using var source = await AudioFileSource.OpenAsync(stream, null, Stop);
        Assert.True(stream.Disposed);
        AssertTone(await AudioFileSourceTests.Drain(source), 16_000);
    }

    [Fact]
    public async Task A_download_that_is_too_large_or_stalls_is_given_up()
    {
        var bytes = Tone(SoundFormat.Mp3);
        var large = new TrickleStream(bytes, 100);
        var limits = new AudioFileLimits { MaxEncodedBytes = 2_000, Timeout = TimeSpan.FromMilliseconds(300) };
        var refusal = await Assert.ThrowsAsync<AudioFormatException>(() => AudioFileSource.OpenAsync(large, limits with { Timeout = TimeSpan.FromSeconds(30) }, Stop));
        Assert.Contains("MP3 of more than 2000 bytes", refusal.Message, StringComparison.Ordinal);
        Assert.InRange(large.Given, 2_000, 2_100);
        Assert.True(large.Disposed);
        using (var client = AudioFileSourceTests.Answering(HttpStatusCode.OK, "audio/mpeg", () => new TrickleStream(bytes, 100)))
        {
            refusal = await Assert.ThrowsAsync<AudioFormatException>(() => HttpAudio.OpenAsync(new("http://a:secret@prompts.example.com/a.mp3?secret"), client, limits with { Timeout = TimeSpan.FromSeconds(30) }, Stop));
            Assert.StartsWith("'http://prompts.example.com/a.mp3' cannot be played: This is MP3", refusal.Message, StringComparison.Ordinal);
            Assert.DoesNotContain("secret", refusal.Message, StringComparison.Ordinal);
        }

        var stalling = new TrickleStream(bytes, 100, stallAfter: 1_000);
        Assert.Contains("has to come whole", (await Assert.ThrowsAsync<TimeoutException>(() => AudioFileSource.OpenAsync(stalling, limits, Stop))).Message, StringComparison.Ordinal);
        Assert.True(stalling.Disposed);
        await using var exact = await AudioFileSource.OpenAsync(new TrickleStream(bytes, 100), new() { MaxEncodedBytes = bytes.Length }, Stop);
        AssertTone(await AudioFileSourceTests.Drain(exact), 16_000);
    }

    [Theory]
    [InlineData(SoundFormat.Mp3)]
    [InlineData(SoundFormat.Vorbis)]
    [InlineData(SoundFormat.Opus)]
    [InlineData(SoundFormat.Flac)]
    [InlineData(SoundFormat.Aiff)]
    [InlineData(SoundFormat.Wav24)]
    public async Task Bent_files_never_do_worse_than_a_format_exception(SoundFormat format)
    {
        var whole = Tone(format, seconds: 0.3, rate: 8_000);
        var random = new Random(9639);
        var limits = new AudioFileLimits { MaxClipBytes = 1_000_000 };
        for (var round = 0; round < 200; round++)
        {
            var bent = whole[..(round % 2 == 0 ? whole.Length : random.Next(whole.Length + 1))];
            for (var i = random.Next(20); i > 0 && bent.Length > 0; i--)
                bent[random.Next(round % 3 == 0 ? Math.Min(bent.Length, 100) : bent.Length)] = (byte)random.Next(256);
            try
            {
                Assert.InRange((await Load(bent, limits)).Samples.Length, 0, 500_000);
            }
            catch (AudioFormatException e)
            {
                Assert.NotEmpty(e.Message);
            }
        }
    }

    [Theory]
    [InlineData(SoundFormat.Mp3, "MP3")]
    [InlineData(SoundFormat.Vorbis, "Ogg Vorbis")]
    [InlineData(SoundFormat.Flac, "FLAC")]
    public async Task A_file_cut_short_plays_as_far_as_it_goes_and_a_mere_beginning_is_named(SoundFormat format, string name)
    {
        var whole = Tone(format, seconds: 20); // an Ogg goes as far as its last whole page, of some seconds
        Assert.InRange((await Load(whole[..(whole.Length / 2)])).Duration.TotalSeconds, 4, 14);
        Assert.Contains($"This is {name}", await Refusal(whole[..(format == SoundFormat.Mp3 ? 8 : 60)]), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_claim_of_days_costs_nothing()
    {
        var file = Tone(SoundFormat.Flac);
        file[21] |= 0x0F; // the upper bits of the number of samples in STREAMINFO, the lower ones behind it
        file.AsSpan(22, 4).Fill(0xFF);
        var before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Contains("More than 67108864 bytes", await Refusal(file), StringComparison.Ordinal);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1_000_000);
        await using var source = await AudioFileSource.OpenAsync(new MemoryStream(file), null, Stop);
        AssertTone(await AudioFileSourceTests.Drain(source), 16_000);
    }

    [Fact]
    public async Task An_MP3_of_hours_is_refused_before_it_is_all_decoded_and_plays_as_a_stream()
    {
        using var hours = new RepeatedStream(Tone(SoundFormat.Mp3, rate: 8_000), 36_000);
        var watch = System.Diagnostics.Stopwatch.StartNew();
        var before = GC.GetAllocatedBytesForCurrentThread();
        var refusal = await Record.ExceptionAsync(() => AudioFile.LoadAsync(hours, new() { MaxClipBytes = 1_000_000 }, Stop));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 20_000_000);
        Assert.True(refusal is null or AudioFormatException, refusal?.ToString());
        Assert.InRange(watch.Elapsed.TotalSeconds, 0, 20);
        hours.Position = 0;
        await using var source = await AudioFileSource.OpenAsync(hours, null, Stop);
        while (source.Buffered < 8_000 && !source.Ended)
            await Task.Yield();
        Assert.InRange(source.Buffered, 4_000, 65_536);
    }

    [Theory]
    [InlineData(SoundFormat.Flac, 8_000, 6, "6 channels")]
    [InlineData(SoundFormat.Aiff, 1_000, 1, "1000 samples")]
    [InlineData(SoundFormat.Aiff, 400_000, 1, "400000 samples")]
    [InlineData(SoundFormat.Au, 8_000, 1_000, "1000 channels")]
    public async Task What_is_not_played_though_it_can_be_decoded_is_named(SoundFormat format, int rate, int channels, string message) =>
        Assert.Contains(message, await Refusal(Tone(format, seconds: 0.1, rate: rate, channels: channels)), StringComparison.Ordinal);

    [Fact]
    public async Task Streamed_audio_ends_at_the_limit()
    {
        await using var source = await AudioFileSource.OpenAsync(new MemoryStream(Tone(SoundFormat.Opus)), new() { MaxStreamBytes = 9_000 }, Stop);
        Assert.Contains("9000 bytes", (await Assert.ThrowsAsync<AudioFormatException>(() => source.Completion)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_stream_that_breaks_while_it_is_decoded_is_no_fault_of_the_format()
    {
        using var broken = new BreakingStream(Tone(SoundFormat.Flac, seconds: 10));
        var e = await Assert.ThrowsAsync<IOException>(() => AudioFile.LoadAsync(broken, null, Stop));
        Assert.Contains("the disk is gone", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_is_named_but_not_its_folder()
    {
        var path = Path.Combine(Directory.CreateTempSubdirectory("parley-decoded-").FullName, "song.ogg");
        try
        {
            await File.WriteAllTextAsync(path, "<html>moved</html>", Stop);
            string[] messages =
            [
                (await Assert.ThrowsAsync<AudioFormatException>(() => AudioFile.LoadAsync(path, null, Stop))).Message,
                (await Assert.ThrowsAsync<AudioFormatException>(() => AudioFileSource.OpenAsync(path, null, Stop))).Message,
                Assert.Throws<AudioFormatException>(() => AudioFile.Load(path)).Message,
            ];
            Assert.All(messages, message => Assert.StartsWith("'song.ogg' cannot be played: This is HTML or XML; WAV, MP3,", message, StringComparison.Ordinal));
        }
        finally
        {
            Directory.Delete(Path.GetDirectoryName(path)!, true);
        }
    }

    [Theory]
    [InlineData("ID3\u0004 and so on", "MP3")]
    [InlineData("fLaC and so on", "FLAC")]
    [InlineData("OggS and so on, of which nobody knows what codec is in it", "Ogg")]
    [InlineData("FORM    AIFC", "AIFF")]
    [InlineData(".snd and so on", "AU")]
    public async Task Without_the_library_what_takes_it_is_named_and_what_to_install(string bytes, string name)
    {
        var e = await Assert.ThrowsAsync<AudioFormatException>(() => AudioFile.LoadAsync(new MemoryStream([.. bytes.Select(c => (byte)c)]), null, s_without, Stop));
        Assert.Equal($"This is {name}, which takes libsndfile to decode, and that is not installed: apt-get install libsndfile1. WAV is played without it.", e.Message);
    }

    [Fact]
    public async Task Without_the_library_WAV_plays_and_a_coding_of_it_that_is_not_is_named()
    {
        var clip = await AudioFile.LoadAsync(new MemoryStream(WavBytes.Usual([1, 2, 3])), null, s_without, Stop);
        Assert.Equal([1, 2, 3], clip.Samples.ToArray());
        var bytes = Tone(SoundFormat.Wav24);
        Assert.Contains("24 bits", (await Assert.ThrowsAsync<AudioFormatException>(() => AudioFile.LoadAsync(new MemoryStream(bytes), null, s_without, Stop))).Message, StringComparison.Ordinal);
    }

    /// <summary>The same bytes many times; can seek.</summary>
    private sealed class RepeatedStream(byte[] bytes, int times) : Stream
    {
        public override bool CanRead => true;

        public override bool CanSeek => true;

        public override bool CanWrite => false;

        public override long Length => (long)bytes.Length * times;

        public override long Position { get; set; }

        public override int Read(byte[] buffer, int offset, int count)
        {
            var at = (int)(Position % bytes.Length);
            var length = (int)Math.Min(Math.Min(count, bytes.Length - at), Length - Position);
            bytes.AsSpan(at, length).CopyTo(buffer.AsSpan(offset));
            Position += length;
            return length;
        }

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            var bytes = new byte[buffer.Length];
            var read = Read(bytes, 0, bytes.Length);
            bytes.CopyTo(buffer);
            return new(read);
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override void Flush()
        {
        }
    }

    /// <summary>Can seek, and breaks half way.</summary>
    private sealed class BreakingStream(byte[] bytes) : MemoryStream(bytes)
    {
        public override int Read(byte[] buffer, int offset, int count) =>
            Position > Length / 2 ? throw new IOException("the disk is gone") : base.Read(buffer, offset, count);
    }
}
