using Parley.Media.Codecs;
using Parley.Media.Files;
using Parley.Media.Tests.Audio;

namespace Parley.Media.Tests.Files;

/// <summary>Recordings in other codings than PCM, and pauses.</summary>
public sealed class WavCodingTests
{
    [Theory]
    [InlineData(WavEncoding.MuLaw, 2)]
    [InlineData(WavEncoding.ALaw, 1)]
    public async Task Telephone_coding_takes_a_byte_a_sample_and_reads_back(WavEncoding encoding, int channels)
    {
        var pcm = Signal.Sine(440, 8000, 4000);
        using var file = new MemoryStream();
        using (var writer = new WavWriter(file, 8000, channels, leaveOpen: true, encoding))
        {
            for (var i = 0; i < pcm.Length; i++)
                writer.Write(channels == 1 ? [pcm[i]] : [pcm[i], pcm[i]]);
            Assert.Equal(TimeSpan.FromSeconds(0.5), writer.Duration);
        }

        Assert.Equal(58 + (4000 * channels), file.Length);
        Assert.Equal(4000u, BitConverter.ToUInt32(file.ToArray(), 46)); // what the fact chunk counts
        file.Position = 0;
        var read = (await AudioFile.LoadAsync(file, null, TestContext.Current.CancellationToken)).Samples.ToArray();
        Assert.Equal(4000, read.Length);
        Assert.All(Enumerable.Range(0, 4000), i => Assert.InRange(read[i] - pcm[i], -600, 600));
    }

    [Fact]
    public void G722_is_coded_in_pairs_however_it_comes()
    {
        var pcm = Signal.Sine(1000, 16000, 4000);
        using var file = new MemoryStream();
        using (var writer = new WavWriter(file, 16000, 1, leaveOpen: true, WavEncoding.G722))
        {
            writer.Write(pcm.AsSpan(0, 1));
            writer.Write(pcm.AsSpan(1, 2049));
            writer.Write(pcm.AsSpan(2050));
        }

        var expected = new byte[2000];
        AudioCodecs.G722.CreateEncoder().Encode(pcm, expected);
        Assert.Equal(expected, file.ToArray()[58..]);
        Assert.Equal(0x028F, BitConverter.ToUInt16(file.ToArray(), 20));
        Assert.Throws<ArgumentException>(() => new WavWriter(new MemoryStream(), 8000, 2, encoding: WavEncoding.G722));
    }

    [Fact]
    public async Task A_pause_is_silence_of_its_length()
    {
        var file = new MemoryStream();
        var copy = new KeptStream(file);
        var recorder = new WavRecorder(copy, new() { SampleRate = 8000 });
        short[] left = [.. Enumerable.Repeat((short)1000, 160)], right = [.. Enumerable.Repeat((short)2000, 160)];
        recorder.Write(left, right);
        recorder.Pause();
        Assert.True(recorder.IsPaused);
        recorder.Write(left, right);
        recorder.Resume();
        recorder.Write(left, right);
        Assert.Equal(60, recorder.Length.TotalMilliseconds);
        await recorder.DisposeAsync();
        var samples = Enumerable.Range(0, 960).Select(i => BitConverter.ToInt16(file.ToArray(), 44 + (2 * i))).ToArray();
        Assert.All(samples[..320], (sample, i) => Assert.Equal(i % 2 == 0 ? 1000 : 2000, sample));
        Assert.All(samples[320..640], sample => Assert.Equal(0, sample));
        Assert.All(samples[640..], (sample, i) => Assert.Equal(i % 2 == 0 ? 1000 : 2000, sample));
    }

    /// <summary>Can be read when its writer has closed it.</summary>
    private sealed class KeptStream(MemoryStream inner) : Stream
    {
        public override bool CanRead => false;

        public override bool CanSeek => true;

        public override bool CanWrite => true;

        public override long Length => inner.Length;

        public override long Position
        {
            get => inner.Position;
            set => inner.Position = value;
        }

        public override void Flush()
        {
        }

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => inner.Seek(offset, origin);

        public override void SetLength(long value) => inner.SetLength(value);

        public override void Write(byte[] buffer, int offset, int count) => inner.Write(buffer, offset, count);
    }
}
