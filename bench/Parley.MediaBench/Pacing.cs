using System.Buffers.Binary;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Parley.Media.Audio;
using Parley.Media.Engine;

namespace Parley.MediaBench;

/// <summary>Plays into many streams and looks at when each packet arrives against its own 20 ms grid, laid through the stream's earliest packet.</summary>
internal static class Pacing
{
    public static int Measure(MediaEngine engine, int count, TimeSpan length, TimeSpan warmUp)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        socket.ReceiveBufferSize = 4 << 20;
        socket.ReceiveTimeout = 500;
        var target = (IPEndPoint)socket.LocalEndPoint!;
        for (var i = 0; i < count; i++)
        {
            var stream = engine.CreateStream();
            stream.Configure(Pcmu.To(target));
            stream.Play(new Hum());
        }

        var process = Process.GetCurrentProcess();
        Receive(socket, warmUp, []); // while it starts, code is still being compiled
        process.Refresh();
        var cpu = process.TotalProcessorTime;
        var arrivals = new Dictionary<uint, List<(int Frame, double At)>>();
        var packets = Receive(socket, length, arrivals);
        process.Refresh();
        var used = process.TotalProcessorTime - cpu;
        var late = new List<double>(packets);
        foreach (var stream in arrivals.Values)
        {
            var grid = stream.Min(a => a.At - 20.0 * a.Frame);
            late.AddRange(stream.Select(a => a.At - 20.0 * a.Frame - grid));
        }

        late.Sort();
        Console.WriteLine(FormattableString.Invariant(
            $"{arrivals.Count} streams, {packets} packets, {used.TotalMicroseconds / packets:F2} µs a packet with receiving it; late p50 {late[late.Count / 2]:F3} ms, p99 {late[late.Count * 99 / 100]:F3} ms, p99.9 {late[late.Count * 999 / 1000]:F3} ms, max {late[^1]:F3} ms"));
        return 0;
    }

    private static int Receive(Socket socket, TimeSpan length, Dictionary<uint, List<(int Frame, double At)>> arrivals)
    {
        var wire = new byte[2048];
        var watch = Stopwatch.StartNew();
        var first = new Dictionary<uint, uint>();
        var packets = 0;
        while (watch.Elapsed < length)
        {
            socket.Receive(wire);
            var at = watch.Elapsed;
            var ssrc = BinaryPrimitives.ReadUInt32BigEndian(wire.AsSpan(8));
            var timestamp = BinaryPrimitives.ReadUInt32BigEndian(wire.AsSpan(4));
            if (!arrivals.TryGetValue(ssrc, out var list))
            {
                arrivals[ssrc] = list = new(4096);
                first[ssrc] = timestamp;
            }

            list.Add(((int)(timestamp - first[ssrc]) / 160, at.TotalMilliseconds));
            packets++;
        }

        return packets;
    }

    private sealed class Hum : IAudioSource
    {
        private int _position;

        public int SampleRate => 8000;

        public bool Ended => false;

        public int Read(Span<short> pcm)
        {
            foreach (ref var sample in pcm)
                sample = (short)((_position++ % 20 - 10) * 800);
            return pcm.Length;
        }
    }
}
