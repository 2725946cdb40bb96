using System.Net;
using Parley.Media.Audio;
using Parley.Media.Codecs;
using Parley.Media.Engine;
using Parley.Net;

namespace Parley.Media.Tests.Engine;

/// <summary>The steady state of the packet path on real sockets and real lanes: each lane's thread allocates nothing.</summary>
public sealed class AllocationTests
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    [Theory]
    [InlineData("PCMU")]
    [InlineData("G722")]
    [InlineData("opus")]
    public async Task Receiving_decoding_encoding_and_sending_allocate_nothing(string codec)
    {
        await using var network = new SystemNetwork();
        await using var here = Engine(network, 26_000);
        await using var there = Engine(network, 27_000);
        var (caller, echoing) = Call(here, there, AudioCodecs.Find(codec));
        var (callerProbe, echoProbe) = (new Probe(), new Probe());
        caller.Play(new Sine(440));
        using var echo = echoing.Echo();
        using var first = caller.Listen(callerProbe);
        using var second = echoing.Listen(echoProbe);
        Assert.Equal(0, await callerProbe.Allocated.WaitAsync(s_patience, TestContext.Current.CancellationToken));
        Assert.Equal(0, await echoProbe.Allocated.WaitAsync(s_patience, TestContext.Current.CancellationToken));
        Assert.True(echoing.GetStatistics().PacketsSent > Probe.Warm);
    }

    [Fact]
    public async Task Relaying_allocates_nothing()
    {
        await using var network = new SystemNetwork();
        await using var phones = Engine(network, 28_000);
        await using var middle = Engine(network, 29_000);
        var (left, first) = Call(phones, middle, AudioCodecs.Pcmu);
        var (right, second) = Call(phones, middle, AudioCodecs.Pcmu);
        var relay = Relay.Connect(first, second);
        left.Play(new Sine(440));
        right.Play(new Sine(700));
        // The probes sit on the phones' lane: they only tell when enough has passed; the relay's own lane is asked by posting.
        var least = long.MaxValue;
        var forwarded = 0L;
        for (var window = 0; window < 4 && least != 0; window++)
        {
            var (before, start) = (await AllocatedOn(first.Lane), relay.Forward);
            var pace = new Probe();
            using var listening = left.Listen(pace);
            await pace.Allocated.WaitAsync(s_patience, TestContext.Current.CancellationToken);
            least = Math.Min(least, await AllocatedOn(first.Lane) - before);
            forwarded = relay.Forward - start;
        }

        Assert.Equal(0, least);
        Assert.True(forwarded > 50);
    }

    private static MediaEngine Engine(SystemNetwork network, int port)
    {
        // A pool grows to its peak: that is not what is measured here.
        var buffers = Enumerable.Range(0, 64).Select(_ => network.Pool.Rent()).ToList();
        buffers.ForEach(buffer => buffer.Release());
        return new(network, new() { Lanes = 1, BindAddress = IPAddress.Loopback, FirstPort = port, LastPort = port + 98 });
    }

    private static (AudioStream, AudioStream) Call(MediaEngine here, MediaEngine there, AudioCodec? codec)
    {
        var (a, b) = (here.CreateStream(), there.CreateStream());
        a.Configure(Phones.Audio(b.Local, codec));
        b.Configure(Phones.Audio(a.Local, codec));
        return (a, b);
    }

    private static Task<long> AllocatedOn(Lane lane)
    {
        var result = new TaskCompletionSource<long>(TaskCreationOptions.RunContinuationsAsynchronously);
        lane.Post(static state => ((TaskCompletionSource<long>)state!).SetResult(GC.GetAllocatedBytesForCurrentThread()), result);
        return result.Task;
    }

    /// <summary>
    /// What its lane's thread allocates in a window of frames: the least of a few windows. What a packet or frame costs shows in every one of them. The runtime takes
    /// 32 bytes once for each system call, when the code around it reaches its optimised form and binds it anew.
    /// </summary>
    private sealed class Probe : IAudioSink
    {
        public const int Warm = 30;

        private const int Window = 70;
        private const int Windows = 4;

        private readonly TaskCompletionSource<long> _allocated = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private int _frames;
        private long _before;
        private long _least = long.MaxValue;

        public Task<long> Allocated => _allocated.Task;

        public int SampleRate => 8000;

        public void Write(ReadOnlySpan<short> pcm)
        {
            var frame = _frames++ - Warm;
            if (frame < 0 || frame % Window != 0 || _allocated.Task.IsCompleted)
                return;
            var now = GC.GetAllocatedBytesForCurrentThread();
            if (frame > 0)
                _least = Math.Min(_least, now - _before);
            if (_least == 0 || frame == Windows * Window)
                _allocated.TrySetResult(_least);
            _before = GC.GetAllocatedBytesForCurrentThread();
        }
    }
}
