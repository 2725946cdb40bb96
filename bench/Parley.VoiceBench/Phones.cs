using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Parley.Media.Codecs;
using Parley.Net;
using Parley.Sip.Dialogs;
using Parley.Sip.Endpoint;
using Parley.Sip.Invites;
using Parley.Sip.Messages;
using Parley.Sip.Transport;
using Parley.SpeechBench;

namespace Parley.VoiceBench;

/// <summary>As many phones as are called: each answers at once, and one socket is the audio of them all.</summary>
internal sealed class Phones : ISipEndpointHandler, IInviteSessionHandler, IAsyncDisposable
{
    private readonly SystemNetwork _network = new();
    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
    private readonly ConcurrentDictionary<string, Line> _lines = new();
    private readonly ConcurrentDictionary<int, Line> _byPort = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly List<Thread> _threads = [];
    private readonly byte[][] _voice;
    private readonly byte[] _silence = new byte[160];
    private volatile Line[] _all = [];
    private SipBody _sdp;
    private SipEndpoint _endpoint = null!;

    private Phones()
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
        _sdp = new("application/sdp", $"v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio {((IPEndPoint)_socket.LocalEndPoint!).Port} RTP/AVP 0\r\na=rtpmap:0 PCMU/8000\r\n");
    }

    public NetEndpoint Address => _endpoint.Listeners[0].Local;

    public static async Task<Phones> StartAsync()
    {
        var phones = new Phones();
        var options = new SipEndpointOptions { Transport = new SipTransportOptions { Listen = ["udp:127.0.0.1:0"] }, Handler = phones };
        phones._endpoint = await SipEndpoint.StartAsync(phones._network, options, CancellationToken.None);
        foreach (var work in new Action[] { phones.Send, phones.Receive })
        {
            var thread = new Thread(() => work()) { IsBackground = true };
            phones._threads.Add(thread);
            thread.Start();
        }

        return phones;
    }

    public Line Add(string name) => _lines[name] = new(name);

    public Line this[string name] => _lines[name];

    public IInviteSessionHandler? OnInvite(IncomingInvite invite)
    {
        var uri = Encoding.UTF8.GetString(invite.Request.RequestUri);
        var line = _lines[uri[(uri.IndexOf(':', StringComparison.Ordinal) + 1)..uri.IndexOf('@', StringComparison.Ordinal)]];
        var offer = Encoding.UTF8.GetString(invite.Request.Body);
        var media = offer.AsSpan(offer.IndexOf("m=audio ", StringComparison.Ordinal) + 8);
        var port = int.Parse(media[..media.IndexOf(' ')], CultureInfo.InvariantCulture);
        _byPort[port] = line;
        line.Address = new(IPAddress.Loopback, port);
        _all = [.. _all, line];
        invite.Answer(_sdp);
        return this;
    }

    public void OnEnded(CallEnd end, SipMessage? message)
    {
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        foreach (var thread in _threads)
            thread.Join();
        await _endpoint.DisposeAsync();
        await _network.DisposeAsync();
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
            var all = _all;
            for (var i = 0; i < Math.Max(1, all.Length); i++)
            {
                var due = (20.0 * tick) + (20.0 * i / Math.Max(1, all.Length));
                var early = due - watch.Elapsed.TotalMilliseconds;
                if (early > 1)
                    Thread.Sleep((int)early);
                if (all.Length == 0)
                    continue;
                var line = all[i];
                BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(2), (ushort)tick);
                BinaryPrimitives.WriteUInt32BigEndian(packet.AsSpan(4), (uint)(tick * 160));
                BinaryPrimitives.WriteUInt32BigEndian(packet.AsSpan(8), (uint)(i + 1));
                var speaks = line.Speaks;
                (speaks ? _voice[tick % _voice.Length] : _silence).CopyTo(packet.AsSpan(12));
                if (speaks && line.SpokeAt == 0)
                    line.SpokeAt = Stopwatch.GetTimestamp();
                _socket.SendTo(packet, line.Address!);
            }
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
