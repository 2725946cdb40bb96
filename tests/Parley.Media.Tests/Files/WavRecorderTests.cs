using Parley.Media.Files;
using Parley.Media.Tests.Audio;

namespace Parley.Media.Tests.Files;

public sealed class WavRecorderTests : IDisposable
{
    private readonly ManualTime _time = new();
    private readonly KeptStream _file = new();

    public void Dispose() => _file.Dispose();

    private WavRecorder Record(RecordingLayout layout = RecordingLayout.Stereo) =>
        new(_file, new() { Time = _time, Layout = layout });

    /// <summary>Frames of 20 ms, each handed over when its last sample is due.</summary>
    private void Say(WavRecorder recorder, int frames, short received, short sent)
    {
        for (var i = 0; i < frames; i++)
        {
            _time.Advance(TimeSpan.FromMilliseconds(20));
            recorder.Write(Enumerable.Repeat(received, 160).ToArray(), Enumerable.Repeat(sent, 160).ToArray());
        }
    }

    private (short[] Left, short[] Right) Channels()
    {
        var bytes = _file.ToArray();
        Assert.True(WavHeader.TryRead(bytes, out var header));
        Assert.Equal(2, header.Channels);
        Assert.Equal(bytes.Length - 44, header.DataLength ?? 0);
        var samples = new short[(bytes.Length - 44) / 2];
        Buffer.BlockCopy(bytes, 44, samples, 0, samples.Length * 2);
        return ([.. samples.Where((_, i) => i % 2 == 0)], [.. samples.Where((_, i) => i % 2 == 1)]);
    }

    [Fact]
    public async Task Each_direction_has_its_channel()
    {
        await using (var recorder = Record()) Say(recorder, 10, 100, -200);
        var (left, right) = Channels();
        Assert.Equal(1600, left.Length);
        Assert.All(left, sample => Assert.Equal(100, sample));
        Assert.All(right, sample => Assert.Equal(-200, sample));
    }

    [Fact]
    public async Task Frames_of_any_length_stay_in_order()
    {
        var said = Enumerable.Range(0, 10_000).Select(i => (short)i).ToArray();
        await using (var recorder = Record())
        {
            foreach (var piece in said.Chunk(3333))
                recorder.Write(piece, [.. piece.Select(sample => (short)-sample)]);
        }
        var (left, right) = Channels();
        Assert.Equal(said, left);
        Assert.Equal(said.Select(sample => (short)-sample), right);
    }

    [Fact]
    public async Task Channels_of_different_length_are_refused()
    {
        await using var recorder = Record();
        Assert.Equal("right", Assert.Throws<ArgumentException>(() => recorder.Write(new short[160], new short[80])).ParamName);
    }

    [Fact]
    public async Task Overflow_is_counted_and_keeps_the_channels_apart()
    {
        await using (var recorder = Record())
        {
            // The clock stands, so nothing is written: there is room for the 4 s of the queue.
            for (var i = 0; i < 300; i++)
                recorder.Write(Enumerable.Repeat((short)1, 160).ToArray(), Enumerable.Repeat((short)2, 160).ToArray());
            Assert.Equal((300 * 160) - 32_000, recorder.DroppedSamples);
        }
        var (left, right) = Channels();
        Assert.Equal(32_000, left.Length);
        Assert.All(left, sample => Assert.Equal(1, sample));
        Assert.All(right, sample => Assert.Equal(2, sample));
    }

    [Fact]
    public async Task Mono_adds_both_directions()
    {
        await using (var recorder = Record(RecordingLayout.Mono)) Say(recorder, 5, 30_000, 20_000);
        var clip = await AudioFile.LoadAsync(new MemoryStream(_file.ToArray()), null, TestContext.Current.CancellationToken);
        Assert.Equal(800, clip.Samples.Length);
        Assert.All(clip.Samples.ToArray(), sample => Assert.Equal(32767, sample));
    }

    [Fact]
    public async Task File_holds_what_was_said_while_the_recording_goes_on()
    {
        await using var recorder = Record();
        Say(recorder, 50, 100, 200);
        var flushed = await _file.WaitForDataAsync(3 * 160 * 4, TestContext.Current.CancellationToken);
        Assert.True(WavHeader.TryRead(flushed, out var header));
        Assert.True(header.DataLength > 0);
        Assert.Equal(100, BitConverter.ToInt16(flushed, 44));
        Assert.Equal(200, BitConverter.ToInt16(flushed, 46));
    }

    [Fact]
    public async Task Broken_disk_ends_the_recording_and_not_the_call()
    {
        var recorder = Record();
        _file.Broken = true;
        Say(recorder, 400, 100, 100);
        await recorder.DisposeAsync();
        await Assert.ThrowsAsync<IOException>(() => recorder.Completion);
        Assert.True(recorder.DroppedSamples > 0);
    }

    [Fact]
    public async Task Writing_allocates_nothing_once_the_queue_has_its_pieces()
    {
        await using var recorder = Record();
        Say(recorder, 200, 1, 1);
        _time.Advance(TimeSpan.FromSeconds(1));
        await _file.WaitForDataAsync(200 * 160 * 4, TestContext.Current.CancellationToken);
        recorder.Write(new short[30_000], new short[30_000]);
        _time.Advance(TimeSpan.FromSeconds(1));
        await _file.WaitForDataAsync(((200 * 160) + 30_000) * 4, TestContext.Current.CancellationToken);
        var frame = new short[16];
        Assert.Equal(0, Allocations.Of(() => recorder.Write(frame, frame)));
    }

    /// <summary>A file in memory that outlives its closing and can break.</summary>
    private sealed class KeptStream : MemoryStream
    {
        private readonly Lock _gate = new();
        private readonly SemaphoreSlim _flushed = new(0);

        public bool Broken { get; set; }

        public override void Write(ReadOnlySpan<byte> buffer)
        {
            if (Broken) throw new IOException("disk full");
            lock (_gate) base.Write(buffer);
        }

        public override void Flush() => _flushed.Release();

        /// <summary>The file as it is once a flush has left that many bytes of audio.</summary>
        public async Task<byte[]> WaitForDataAsync(int bytes, CancellationToken ct)
        {
            while (true)
            {
                await _flushed.WaitAsync(ct);
                lock (_gate)
                {
                    var now = base.ToArray();
                    if (now.Length > 44 && BitConverter.ToUInt32(now, 40) >= bytes) return now;
                }
            }
        }
    }
}
