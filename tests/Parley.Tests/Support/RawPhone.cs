using Parley.Net;

namespace Parley.Tests.Support;

/// <summary>A peer that nobody here wrote the stack of: it sends the text it is given and keeps what it gets. Its audio is on port 4000.</summary>
internal sealed class RawPhone
{
    public const int AudioPort = 4000;

    private readonly VirtualTime _clock;
    private readonly NetEndpoint _us;
    private readonly Signalling _signalling;
    private readonly AudioSocket _audio;
    private ushort _sequence = 100;

    public RawPhone(VirtualNetwork network, string address)
    {
        Address = address;
        _clock = network.Clock;
        var host = network.Host(address);
        var lane = host.CreateLanes("phone", 1)[0];
        _us = network.Host(Stage.Us).Address.WithPort(5060);
        _signalling = new(network, lane, "the phone", address);
        _audio = new(lane, host.Address.WithPort(AudioPort));
    }

    public string Address { get; }

    /// <summary>Every SIP message received.</summary>
    public IReadOnlyList<string> Received => _signalling.Received;

    /// <summary>Every RTP packet received.</summary>
    public IReadOnlyList<byte[]> Packets => _audio.Received;

    /// <summary>Sends a message; line ends and Content-Length are put right.</summary>
    public void Send(string message) => _signalling.Send(message);

    /// <summary>Waits for the next message of that kind, as <see cref="Wire.Summary"/> names it; what comes before it is passed over.</summary>
    public Task<string> Expect(string summary, double seconds = 40) => _signalling.Expect(summary, seconds);

    /// <summary>Calls, acknowledges the answer and returns it.</summary>
    public async Task<string> Call(string sdp, string callId = "raw-1")
    {
        Send(Wire.Invite(sdp, callId: callId));
        var answer = await Expect("200 INVITE");
        Send(Wire.Within(answer, "ACK", 1));
        return answer;
    }

    /// <summary>Hangs up the call that was answered so.</summary>
    public async Task HangUp(string answer, int cseq = 9)
    {
        Send(Wire.Within(answer, "BYE", cseq));
        await Expect("200 BYE");
    }

    /// <summary>Sends one packet of audio, or of anything else.</summary>
    public void SendPacket(int port, byte type = 0, byte[]? payload = null, uint timestamp = 0, bool marker = false)
    {
        payload ??= [.. Enumerable.Repeat((byte)0xD5, 160)];
        var sequence = _sequence++;
        byte[] packet =
        [
            0x80, (byte)(type | (marker ? 0x80 : 0)), (byte)(sequence >> 8), (byte)sequence,
            (byte)(timestamp >> 24), (byte)(timestamp >> 16), (byte)(timestamp >> 8), (byte)timestamp, 1, 2, 3, 4, .. payload,
        ];
        _audio.Send(packet, _us.WithPort(port));
    }

    /// <summary>Sends a tone of nothing for so many frames of 20 ms, at their pace.</summary>
    public async Task SendAudio(int port, int frames, byte type = 0)
    {
        for (var i = 0u; i < frames; i++)
        {
            SendPacket(port, type, timestamp: 160 * i);
            await Task.Delay(TimeSpan.FromMilliseconds(20), _clock);
        }
    }

    private sealed class AudioSocket : IDatagramHandler
    {
        private readonly IDatagramSocket _socket;
        private readonly List<byte[]> _received = [];

        public AudioSocket(Lane lane, in NetEndpoint local) => _socket = lane.BindUdp(local, this);

        public IReadOnlyList<byte[]> Received => _received;

        public void Send(byte[] bytes, in NetEndpoint to) => _socket.Send(bytes, to);

        public void OnDatagram(IDatagramSocket socket, PacketBuffer datagram, in NetEndpoint source) => _received.Add(datagram.Span.ToArray());
    }
}
