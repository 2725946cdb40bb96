using System.Runtime.InteropServices;
using Parley.Media.Audio;
using Parley.Server.Voice;
using Parley.Server.Voice.Streaming;

namespace Parley.Server.Tests.Voice;

/// <summary>The line of a socket, with a clock that is moved by hand.</summary>
public sealed class StreamingLineTests : IDisposable
{
    private readonly HandClock _time = new();
    private readonly List<(string Reason, TimeSpan Time)> _gaps = [];
    private readonly AudioFrames _frames = new(50, VoiceFrames.MaxBytes);
    private readonly SocketLine _line;

    public StreamingLineTests() => _line = Line("pcm");

    public void Dispose() => _line.Dispose();

    [Fact]
    public void Audio_is_heard_behind_60_ms_and_in_order()
    {
        var heard = Listen();
        _line.Receive(Bytes(Ramp(1, 640)));
        _time.Frames(1);
        Assert.All(heard.Samples, sample => Assert.Equal(0, sample)); // 40 ms are not enough to begin with
        _line.Receive(Bytes(Ramp(641, 320)));
        _time.Frames(3);
        Assert.Equal(Ramp(1, 960), heard.Samples[320..]);
    }

    [Fact]
    public void The_end_of_what_a_sender_sends_is_heard_though_it_is_short()
    {
        var heard = Listen();
        _line.Receive(Bytes(Ramp(1, 100)));
        _time.Frames(4);
        Assert.Equal(Ramp(1, 100), heard.Samples.Where(sample => sample != 0));
    }

    [Fact]
    public void What_the_network_made_late_is_heard_at_double_speed_and_told()
    {
        var heard = Listen();
        _line.Receive(Bytes(Ramp(1, 960)));
        _time.Frames(3 + 20); // 400 ms of nothing
        var before = heard.Samples.Count;
        _line.Receive(Bytes(Ramp(1, 20 * 320))); // and all of it at once
        _time.Frames(10);
        Assert.InRange(heard.Samples.Count - before, 18 * 320, 20 * 320);
        Assert.Equal(Ramp(1, 18 * 320), heard.Samples.Skip(before).Take(18 * 320));
        _time.Frames(50);
        Assert.Equal([("late", TimeSpan.FromMilliseconds(400))], _gaps);
    }

    [Fact]
    public void A_sender_who_sends_ahead_is_heard_at_the_pace_of_speech()
    {
        var heard = Listen();
        _line.Receive(Bytes(Ramp(1, 100 * 320)));
        _time.Frames(50);
        Assert.Equal(50 * 320, heard.Samples.Count);
        Assert.Empty(_gaps);
    }

    [Fact]
    public void A_pause_of_the_sender_is_not_late()
    {
        Listen();
        _line.Receive(Bytes(Ramp(1, 960)));
        _time.Frames(3 + 100);
        _line.Receive(Bytes(Ramp(1, 960)));
        _time.Frames(60);
        Assert.Empty(_gaps);
    }

    [Fact]
    public void A_machine_that_stood_still_does_not_run_after_the_clock()
    {
        var heard = Listen();
        _time.Jump(TimeSpan.FromSeconds(60));
        Assert.Equal(10 * 320, heard.Samples.Count);
        _time.Frames(1);
        Assert.Equal(11 * 320, heard.Samples.Count);
    }

    [Fact]
    public void Of_a_reader_who_does_not_read_the_oldest_frames_are_lost_and_told()
    {
        _line.Play(new ToneSource(440, 16_000, null));
        _time.Frames(100);
        var frame = new byte[641];
        var count = 0;
        while (_frames.Take(frame) > 0)
            count++;
        Assert.Equal(50, count);
        Assert.Equal(50, _gaps.Where(gap => gap.Reason == "slowReader").Sum(gap => gap.Time.TotalMilliseconds) / 20);
    }

    [Fact]
    public void A_listener_or_a_source_that_throws_costs_only_itself()
    {
        var heard = Listen();
        _line.Listen(new Faulty());
        _line.Play(new Faulty());
        _line.Play(new ToneSource(440, 16_000, null));
        _time.Frames(5);
        Assert.Equal(5 * 320, heard.Samples.Count);
        Assert.Equal(640, _frames.Take(new byte[641]));
    }

    [Theory]
    [InlineData("pcm")]
    [InlineData("pcmu")]
    [InlineData("g722")]
    public void Twenty_milliseconds_allocate_nothing(string codec)
    {
        using var line = Line(codec);
        var sink = new Counter();
        line.Listen(sink);
        line.Play(new ToneSource(440, 16_000, null));
        var bytes = new byte[codec == "pcm" ? 640 : 160];
        var frame = new byte[641];
        Assert.Equal(0, Allocations());
        Assert.True(sink.Count > 0);

        long Allocations()
        {
            for (var i = 0; i < 500; i++)
                Once();
            var before = GC.GetAllocatedBytesForCurrentThread();
            for (var i = 0; i < 1_000; i++)
                Once();
            return GC.GetAllocatedBytesForCurrentThread() - before;
        }

        void Once()
        {
            line.Receive(bytes);
            _time.Jump(VoiceFrames.Length);
            while (_frames.Take(frame) > 0)
            {
            }
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(641)]
    public void A_sample_may_be_split_between_messages(int size)
    {
        var codec = SocketCodec.Of("pcm")!;
        var bytes = Bytes(Ramp(-500, 2_000));
        var pcm = new List<short>();
        var part = new short[codec.MaxSamples(size)];
        for (var at = 0; at < bytes.Length; at += size)
            pcm.AddRange(part.AsSpan(0, codec.Decode(bytes.AsSpan(at, Math.Min(size, bytes.Length - at)), part)));
        Assert.Equal(Ramp(-500, 2_000), pcm);
    }

    private SocketLine Line(string codec) => new(SocketCodec.Of(codec)!, _frames, false, new(), _time, (reason, time) => _gaps.Add((reason, time)));

    private Ear Listen()
    {
        var ear = new Ear();
        _line.Listen(ear);
        return ear;
    }

    private static short[] Ramp(int first, int count) => [.. Enumerable.Range(first, count).Select(value => (short)value)];

    private static byte[] Bytes(short[] pcm) => MemoryMarshal.AsBytes(pcm.AsSpan()).ToArray();

    private sealed class Ear : IAudioSink
    {
        public List<short> Samples { get; } = [];

        public int SampleRate => 16_000;

        public void Write(ReadOnlySpan<short> pcm) => Samples.AddRange(pcm);
    }

    private sealed class Counter : IAudioSink
    {
        public long Count { get; private set; }

        public int SampleRate => 8_000;

        public void Write(ReadOnlySpan<short> pcm) => Count += pcm.Length;
    }

    private sealed class Faulty : IAudioSink, IAudioSource
    {
        public int SampleRate => 16_000;

        public bool Ended => false;

        public void Write(ReadOnlySpan<short> pcm) => throw new InvalidOperationException();

        public int Read(Span<short> pcm) => throw new InvalidOperationException();
    }

    /// <summary>A clock whose timers run on the thread that moves it.</summary>
    private sealed class HandClock : TimeProvider
    {
        private readonly List<Timer> _timers = [];
        private long _now;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => _now;

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            var timer = new Timer(callback, state);
            _timers.Add(timer);
            return timer;
        }

        public void Frames(int count)
        {
            for (var i = 0; i < count; i++)
                Jump(VoiceFrames.Length);
        }

        public void Jump(TimeSpan time)
        {
            _now += time.Ticks;
            for (var i = 0; i < _timers.Count; i++)
                _timers[i].Run();
        }

        private sealed class Timer(TimerCallback callback, object? state) : ITimer
        {
            private bool _isOver;

            public void Run()
            {
                if (!_isOver)
                    callback(state);
            }

            public bool Change(TimeSpan dueTime, TimeSpan period) => true;

            public void Dispose() => _isOver = true;

            public ValueTask DisposeAsync()
            {
                Dispose();
                return default;
            }
        }
    }
}
