using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace Parley.Interop.Tests.Harness;

/// <summary>The media side of a hand phone: PCMU in 20 ms packets, and telephone events of payload type 101.</summary>
internal sealed class RtpPhone : IDisposable
{
    private const int PacketSamples = 160;
    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
    private readonly List<byte[]> _received = [];
    private readonly CancellationTokenSource _stop = new();
    private readonly Lock _gate = new();
    private readonly uint _source = (uint)Random.Shared.Next();
    private ushort _sequence = (ushort)Random.Shared.Next(1000);
    private uint _timestamp = (uint)Random.Shared.Next();

    public RtpPhone() => _socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));

    public int Port => ((IPEndPoint)_socket.LocalEndPoint!).Port;

    /// <summary>Every RTP packet received so far, in order of arrival.</summary>
    public IReadOnlyList<byte[]> Received
    {
        get
        {
            lock (_gate)
                return [.. _received];
        }
    }

    public void Connect(int port)
    {
        _socket.Connect(IPAddress.Loopback, port);
        _ = ReceiveAsync();
    }

    /// <summary>Speaks a sine for so long, in real time.</summary>
    public async Task SendToneAsync(int frequency, TimeSpan length)
    {
        var packets = (int)(length.TotalMilliseconds / 20);
        using var clock = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        for (var i = 0; i < packets; i++)
        {
            var payload = new byte[PacketSamples];
            for (var s = 0; s < PacketSamples; s++)
                payload[s] = MuLaw.Encode((short)(16384 * Math.Sin(2 * Math.PI * frequency * (i * PacketSamples + s) / 8000)));
            await SendAsync(0, marker: i == 0, payload);
            _timestamp += PacketSamples;
            await clock.WaitForNextTickAsync();
        }
    }

    /// <summary>Sends one digit as RFC 4733 §2.5 has it: updates every 20 ms, then the end three times.</summary>
    public async Task SendDigitAsync(char digit)
    {
        var code = "0123456789*#ABCD".IndexOf(digit, StringComparison.Ordinal);
        using var clock = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        for (var i = 1; i <= 7; i++)
        {
            await SendEventAsync(code, end: false, (ushort)(i * PacketSamples), marker: i == 1);
            await clock.WaitForNextTickAsync();
        }
        for (var i = 0; i < 3; i++)
            await SendEventAsync(code, end: true, 8 * PacketSamples, marker: false);
        _timestamp += 10 * PacketSamples;
    }

    /// <summary>What was heard: packets put in order by their sequence number, as samples at 8 kHz.</summary>
    public float[] Heard()
        => [.. Received.Where(p => (p[1] & 0x7f) == 0)
            .OrderBy(p => (short)(BinaryPrimitives.ReadUInt16BigEndian(p.AsSpan(2)) - BinaryPrimitives.ReadUInt16BigEndian(Received[0].AsSpan(2))))
            .SelectMany(p => p[12..].Select(b => MuLaw.Decode(b) / 32768f))];

    public void Dispose()
    {
        _stop.Cancel();
        _socket.Dispose();
        _stop.Dispose();
    }

    private Task SendEventAsync(int code, bool end, ushort duration, bool marker)
    {
        byte[] payload = [(byte)code, (byte)((end ? 0x80 : 0) | 10), (byte)(duration >> 8), (byte)duration];
        return SendAsync(101, marker, payload);
    }

    private async Task SendAsync(int payloadType, bool marker, byte[] payload)
    {
        var packet = new byte[12 + payload.Length];
        packet[0] = 0x80;
        packet[1] = (byte)((marker ? 0x80 : 0) | payloadType);
        BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(2), _sequence++);
        BinaryPrimitives.WriteUInt32BigEndian(packet.AsSpan(4), _timestamp);
        BinaryPrimitives.WriteUInt32BigEndian(packet.AsSpan(8), _source);
        payload.CopyTo(packet, 12);
        await _socket.SendAsync(packet);
    }

    private async Task ReceiveAsync()
    {
        var buffer = new byte[2048];
        try
        {
            while (true)
            {
                var length = await _socket.ReceiveAsync(buffer, _stop.Token);
                if (length < 12)
                    continue;
                lock (_gate)
                    _received.Add(buffer[..length]);
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // The call is over: the far port has closed (ICMP) or the test has.
        }
    }
}

/// <summary>G.711 µ-law by its definition, for a phone that must not share code with what it tests.</summary>
internal static class MuLaw
{
    private const int Bias = 0x84, Clip = 32_635;

    public static byte Encode(short sample)
    {
        var sign = sample < 0 ? 0x80 : 0;
        var magnitude = Math.Min(Math.Abs((int)sample), Clip) + Bias;
        var exponent = 7;
        for (var mask = 0x4000; exponent > 0 && (magnitude & mask) == 0; mask >>= 1)
            exponent--;
        return (byte)~(sign | (exponent << 4) | ((magnitude >> (exponent + 3)) & 0x0f));
    }

    public static short Decode(byte code)
    {
        code = (byte)~code;
        var magnitude = ((((code & 0x0f) << 3) + Bias) << ((code >> 4) & 7)) - Bias;
        return (short)((code & 0x80) != 0 ? -magnitude : magnitude);
    }
}
