using System.Buffers.Binary;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Parley.Media.Codecs;
using Parley.Media.Engine;
using Parley.Media.Sdp;
using Parley.Net;
using Parley.Speech;
using Parley.Speech.Activity;
using Parley.Speech.Recognition;
using Parley.Speech.Synthesis;
using Parley.Speech.Vendors;

namespace Parley.SpeechBench;

/// <summary>Bots on a media engine, and one socket on loopback that is the far end of all of them: it speaks or is silent to each, and notes what comes.</summary>
internal sealed class Rig : IAsyncDisposable
{
    private readonly SystemNetwork _network = new();
    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
    private readonly SpeechConnections _connections = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly Dictionary<uint, Line> _bySsrc = [];
    private readonly byte[][] _voice;
    private readonly byte[] _silence = new byte[160];
    private readonly List<Thread> _threads = [];

    public Rig(int calls, Action<Line>? prepare = null)
    {
        _socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _socket.ReceiveBufferSize = _socket.SendBufferSize = 4 << 20;
        _socket.ReceiveTimeout = 200;
        Array.Fill(_silence, (byte)0xff);
        var encoder = AudioCodecs.Pcmu.CreateEncoder();
        _voice = [.. Voice.Samples(8000).Chunk(160).Select(frame =>
        {
            var bytes = new byte[160];
            encoder.Encode(frame, bytes);
            return bytes;
        })];
        Engine = new(_network, new() { BindAddress = IPAddress.Loopback, FirstPort = 27000, LastPort = Math.Max(27999, 27001 + (2 * calls)) });
        for (var i = 0; i < calls; i++)
        {
            var line = new Line(Engine, (IPEndPoint)_socket.LocalEndPoint!, _connections);
            prepare?.Invoke(line);
            _bySsrc[line.Stream.Ssrc] = line;
            Lines.Add(line);
        }

        foreach (var work in new Action[] { Send, Receive })
        {
            var thread = new Thread(() => work()) { IsBackground = true };
            _threads.Add(thread);
            thread.Start();
        }
    }

    public MediaEngine Engine { get; }

    public List<Line> Lines { get; } = [];

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        foreach (var thread in _threads) thread.Join();
        foreach (var line in Lines) await line.Chain.DisposeAsync();
        await Engine.DisposeAsync();
        await _network.DisposeAsync();
        _socket.Dispose();
        _connections.Dispose();
        _stop.Dispose();
    }

    /// <summary>One packet to each bot every 20 ms, spread over the 20 ms.</summary>
    private void Send()
    {
        var watch = Stopwatch.StartNew();
        var packet = new byte[172];
        packet[0] = 0x80;
        for (var tick = 0; !_stop.IsCancellationRequested; tick++)
        {
            for (var i = 0; i < Lines.Count; i++)
            {
                var due = (20.0 * tick) + (20.0 * i / Lines.Count);
                var early = due - watch.Elapsed.TotalMilliseconds;
                if (early > 1) Thread.Sleep((int)early);
                var line = Lines[i];
                BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(2), (ushort)tick);
                BinaryPrimitives.WriteUInt32BigEndian(packet.AsSpan(4), (uint)(tick * 160));
                BinaryPrimitives.WriteUInt32BigEndian(packet.AsSpan(8), (uint)(i + 1));
                var speaks = line.Speaks;
                (speaks ? _voice[tick % _voice.Length] : _silence).CopyTo(packet.AsSpan(12));
                if (speaks && line.SpokeAt == 0) line.SpokeAt = Stopwatch.GetTimestamp();
                _socket.SendTo(packet, line.Address);
            }
        }
    }

    private void Receive()
    {
        var packet = new byte[2048];
        while (!_stop.IsCancellationRequested)
        {
            int length;
            try
            {
                length = _socket.Receive(packet);
            }
            catch (SocketException)
            {
                continue; // nothing for a while
            }

            var at = Stopwatch.GetTimestamp();
            if (length < 13 || !_bySsrc.TryGetValue(BinaryPrimitives.ReadUInt32BigEndian(packet.AsSpan(8)), out var line)) continue;
            line.Heard(at, packet.AsSpan(12, length - 12).IndexOfAnyExcept((byte)0xff, (byte)0x7f) >= 0, BinaryPrimitives.ReadUInt32BigEndian(packet.AsSpan(4)));
        }
    }
}

/// <summary>One bot's call.</summary>
internal sealed class Line
{
    private long _lastAudible;
    private long _firstAudible;

    public Line(MediaEngine engine, IPEndPoint far, SpeechConnections connections)
    {
        var providers = new SpeechProviders(connections);
        providers.Register("scripted", (RecognitionOptions _, SpeechConnections _) => Recogniser);
        providers.Register("scripted", (SynthesisOptions _, SpeechConnections _) => new ScriptedSynthesiser());
        Chain = new(
            new()
            {
                VoiceActivity = new VoiceActivityOptions { SampleRate = 8000 },
                EndOfUtterance = new(),
                Recognisers = [new() { Provider = "scripted", SampleRate = 8000 }],
                Synthesisers = [new() { Provider = "scripted" }],
            },
            providers);
        Stream = engine.CreateStream();
        Stream.Configure(new()
        {
            Enabled = true, RemoteAddress = far.Address, RemotePort = far.Port, SendPayloads = [new(0, AudioCodecs.Pcmu)], ReceivePayloads = [new(0, AudioCodecs.Pcmu)],
            Direction = MediaDirection.SendReceive,
        });
        Chain.Attach(Stream);
        Address = new(IPAddress.Loopback, Stream.Local.Port);
    }

    public SpeechChain Chain { get; }

    public ScriptedRecogniser Recogniser { get; } = new();

    public AudioStream Stream { get; }

    public IPEndPoint Address { get; }

    public volatile bool Speaks;

    public long SpokeAt { get; set; }

    public long LastAudible => Volatile.Read(ref _lastAudible);

    /// <summary>First audible packet since it was set to 0.</summary>
    public long FirstAudible
    {
        get => Volatile.Read(ref _firstAudible);
        set => Volatile.Write(ref _firstAudible, value);
    }

    /// <summary>Arrivals by media time, while somebody wants them.</summary>
    public List<(uint Timestamp, long At)>? Arrivals { get; set; }

    public void Heard(long at, bool audible, uint timestamp)
    {
        Arrivals?.Add((timestamp, at));
        if (!audible) return;
        Volatile.Write(ref _lastAudible, at);
        if (FirstAudible == 0) FirstAudible = at;
    }
}
