using Parley.Media.Files;
using Parley.Media.Tests.Audio;

namespace Parley.Media.Tests.Files;

public sealed class WavWriterTests
{
    private static async Task<short[]> Samples(byte[] file) =>
        (await AudioFile.LoadAsync(new MemoryStream(file), null, TestContext.Current.CancellationToken)).Samples.ToArray();

    [Fact]
    public async Task What_was_written_reads_back()
    {
        var pcm = Signal.Noise(5000, 32767);
        using var file = new MemoryStream();
        using (var writer = new WavWriter(file, 16000, 1, leaveOpen: true))
        {
            writer.Write(pcm);
            Assert.Equal(TimeSpan.FromSeconds(5000 / 16000.0), writer.Duration);
        }
        Assert.Equal(44 + 10_000, file.Length);
        Assert.Equal(pcm, await Samples(file.ToArray()));
    }

    [Fact]
    public async Task File_is_valid_after_every_single_write_to_the_disk()
    {
        var file = new SnapshotStream();
        using (var writer = new WavWriter(file, 8000, 1))
        {
            for (short i = 0; i < 20; i++)
            {
                writer.Write([i, i]);
                if (i % 3 == 2) writer.Flush();
            }
        }
        var longest = 0;
        Assert.True(file.Snapshots.Count > 30);
        foreach (var snapshot in file.Snapshots)
        {
            Assert.True(WavHeader.TryRead(snapshot, out var header));
            Assert.True((header.DataLength ?? 0) <= snapshot.Length - header.DataOffset);
            var samples = await Samples(snapshot);
            Assert.Equal(Enumerable.Range(0, samples.Length).Select(i => (short)(i / 2)), samples);
            Assert.True(samples.Length >= longest || header.DataLength is not null);
            longest = Math.Max(longest, samples.Length);
        }
        Assert.Equal(40, longest);
    }

    [Fact]
    public void Stream_that_cannot_seek_is_refused()
    {
        Assert.Equal("stream", Assert.Throws<ArgumentException>(() => new WavWriter(new TrickleStream([], 1), 8000, 1)).ParamName);
        Assert.Equal("channels", Assert.Throws<ArgumentOutOfRangeException>(() => new WavWriter(new MemoryStream(), 8000, 3)).ParamName);
    }

    /// <summary>Keeps a copy of itself after every write.</summary>
    private sealed class SnapshotStream : MemoryStream
    {
        public List<byte[]> Snapshots { get; } = [];

        public override void Write(ReadOnlySpan<byte> buffer)
        {
            base.Write(buffer);
            Snapshots.Add(ToArray());
        }
    }
}
