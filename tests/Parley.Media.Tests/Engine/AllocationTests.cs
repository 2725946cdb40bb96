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
        // The probe sits on the phones' lane: it only tells when enough has passed; the relay's own lane is asked by posting.
        var (pace, later) = (new Probe(), new Probe());
        using var listening = left.Listen(pace);
        await pace.Allocated.WaitAsync(s_patience, TestContext.Current.CancellationToken);
        var before = new long[1];
        first.Lane.Post(static state => ((long[])state!)[0] = GC.GetAllocatedBytesForCurrentThread(), before);
        var forwarded = relay.Forward;
        using var again = left.Listen(later);
        await later.Allocated.WaitAsync(s_patience, TestContext.Current.CancellationToken);
        Assert.Equal(0, await AllocatedOn(first.Lane) - before[0]);
        Assert.True(relay.Forward - forwarded > 50);
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

    /// <summary>Compares what its lane's thread has allocated after some frames and after many.</summary>
    private sealed class Probe : IAudioSink
    {
        public const int Warm = 30;

        private const int Last = 100;

        private readonly TaskCompletionSource<long> _allocated = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private int _frames;
        private long _before;

        public Task<long> Allocated => _allocated.Task;

        public int SampleRate => 8000;

        public void Write(ReadOnlySpan<short> pcm)
        {
            _frames++;
            if (_frames == Warm)
                _before = GC.GetAllocatedBytesForCurrentThread();
            else if (_frames == Last)
                _allocated.TrySetResult(GC.GetAllocatedBytesForCurrentThread() - _before);
        }
    }
}
