using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Parley.Media.Codecs;

namespace Parley.BenchSupport;

/// <summary>One socket of loopback that is the far end of many calls with PCMU: it speaks or is silent to each, and notes what comes of each.</summary>
internal sealed class FarEnd : IDisposable
{
    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
    private readonly ConcurrentDictionary<int, FarLine> _byPort = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly byte[][] _voice;
    private readonly byte[] _silence = new byte[160];
    private readonly Thread[] _threads;
    private readonly Lock _adding = new();
    private volatile (SocketAddress Address, FarLine Line)[] _lines = [];

    public FarEnd()
    {
        _socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _socket.ReceiveBufferSize = _socket.SendBufferSize = 4 << 20;
        _socket.ReceiveTimeout = 200;
        Address = (IPEndPoint)_socket.LocalEndPoint!;
        Array.Fill(_silence, (byte)0xff);
        var encoder = AudioCodecs.Pcmu.CreateEncoder();
        _voice = [.. Voice.Samples(8000).Chunk(160).Select(frame =>
        {
            var bytes = new byte[160];
            encoder.Encode(frame, bytes);
            return bytes;
        })];
        _threads = [new(Send) { IsBackground = true }, new(Receive) { IsBackground = true }];
        foreach (var thread in _threads)
            thread.Start();
    }

    /// <summary>Where calls send their audio.</summary>
    public IPEndPoint Address { get; }

    /// <summary>From now on this line gets audio at its <see cref="FarLine.Port"/>, and what comes from there is its.</summary>
    public void Add(FarLine line)
    {
        _byPort[line.Port] = line;
        lock (_adding)
            _lines = [.. _lines, (new IPEndPoint(IPAddress.Loopback, line.Port).Serialize(), line)];
    }

    public void Dispose()
    {
        _stop.Cancel();
        foreach (var thread in _threads)
            thread.Join();
        _socket.Dispose();
        _stop.Dispose();
    }

    /// <summary>One packet to each call every 20 ms, spread over the 20 ms.</summary>
    private void Send()
    {
        var watch = Stopwatch.StartNew();
        var packet = new byte[172];
        packet[0] = 0x80;
        for (var tick = 0; !_stop.IsCancellationRequested; tick++)
        {
            var lines = _lines;
            for (var i = 0; i < lines.Length; i++)
            {
                SleepUntil((20.0 * tick) + (20.0 * i / lines.Length));
                var (address, line) = lines[i];
                BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(2), (ushort)tick);
                BinaryPrimitives.WriteUInt32BigEndian(packet.AsSpan(4), (uint)(tick * 160));
                BinaryPrimitives.WriteUInt32BigEndian(packet.AsSpan(8), (uint)(i + 1));
                var speaks = line.Speaks;
                (speaks ? _voice[tick % _voice.Length] : _silence).CopyTo(packet.AsSpan(12));
                if (speaks && line.SpokeAt == 0)
                    line.SpokeAt = Stopwatch.GetTimestamp();
                _socket.SendTo(packet, SocketFlags.None, address);
            }

            if (lines.Length == 0)
                SleepUntil(20.0 * (tick + 1));
        }

        void SleepUntil(double milliseconds)
        {
            var early = milliseconds - watch.Elapsed.TotalMilliseconds;
            if (early > 1)
                Thread.Sleep((int)early);
        }
    }

    private void Receive()
    {
        var packet = new byte[2048];
        var from = new SocketAddress(AddressFamily.InterNetwork);
        while (!_stop.IsCancellationRequested)
        {
            int length;
            try
            {
                length = _socket.ReceiveFrom(packet, SocketFlags.None, from);
            }
            catch (SocketException)
            {
                continue; // nothing for a while, or a call's port that has gone
            }

            var at = Stopwatch.GetTimestamp();
            var port = (from[2] << 8) | from[3];
            if (length < 13 || !_byPort.TryGetValue(port, out var line))
                continue;
            line.Heard(at, packet.AsSpan(12, length - 12).IndexOfAnyExcept((byte)0xff, (byte)0x7f) >= 0, BinaryPrimitives.ReadUInt32BigEndian(packet.AsSpan(4)));
        }
    }
}
