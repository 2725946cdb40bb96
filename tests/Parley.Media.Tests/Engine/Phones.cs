using System.Net;
using Parley.Media.Audio;
using Parley.Media.Codecs;
using Parley.Media.Engine;
using Parley.Media.Rtp;
using Parley.Media.Sdp;
using Parley.Media.Sdp.OfferAnswer;
using Parley.Net;

namespace Parley.Media.Tests.Engine;

/// <summary>Two machines on a virtual network, each with a media engine, and streams between them.</summary>
internal sealed class Phones : IDisposable
{
    public const int EventType = 101;

    public Phones(Func<MediaEngineOptions, MediaEngineOptions>? configure = null, VirtualNetworkOptions? network = null)
    {
        Network = new(network);
        AliceHost = Network.Host("10.0.0.1");
        BobHost = Network.Host("10.0.0.2");
        MediaEngineOptions Options(string address)
        {
            var options = new MediaEngineOptions { Lanes = 1, BindAddress = IPAddress.Parse(address) };
            return configure is null ? options : configure(options);
        }

        Alice = new(AliceHost, Options("10.0.0.1"));
        Bob = new(BobHost, Options("10.0.0.2"));
    }

    public VirtualNetwork Network { get; }

    public VirtualHost AliceHost { get; }

    public VirtualHost BobHost { get; }

    public MediaEngine Alice { get; }

    public MediaEngine Bob { get; }

    public static NegotiatedAudio Audio(
        IPEndPoint remote, AudioCodec? codec = null, MediaDirection direction = MediaDirection.SendReceive, bool events = true, int milliseconds = 20) => new()
        {
            Enabled = true,
            RemoteHost = remote.Address.ToString(),
            RemoteAddress = remote.Address,
            RemotePort = remote.Port,
            RemoteRtcpHost = remote.Address.ToString(),
            RemoteRtcpAddress = remote.Address,
            RemoteRtcpPort = remote.Port + 1,
            SendPayloads = [new(PayloadType(codec), codec ?? AudioCodecs.Pcmu)],
            ReceivePayloads = [new(PayloadType(codec), codec ?? AudioCodecs.Pcmu)],
            ReceiveTelephoneEvents = events ? [new(EventType, 8000)] : [],
            TelephoneEventPayloadType = events ? (byte)EventType : null,
            TelephoneEventClockRate = events ? 8000 : null,
            Direction = direction,
            PacketMilliseconds = milliseconds,
        };

    public (AudioStream Alice, AudioStream Bob) Call(AudioCodec? codec = null, AudioStreamOptions? alice = null, AudioStreamOptions? bob = null)
    {
        var a = Alice.CreateStream(alice);
        var b = Bob.CreateStream(bob);
        a.Configure(Audio(b.Local, codec));
        b.Configure(Audio(a.Local, codec));
        return (a, b);
    }

    public void Advance(int milliseconds) => Network.Advance(TimeSpan.FromMilliseconds(milliseconds));

    public void Run(Func<Task> body) => Network.Run(body, TimeSpan.FromMinutes(5));

    public T Result<T>(Task<T> task)
    {
        T? result = default;
        Run(async () => result = await task);
        return result!;
    }

    /// <summary>RTP packets put on the wire towards a port, parsed.</summary>
    public IReadOnlyList<(TimeSpan At, byte Type, bool Marker, ushort Sequence, uint Timestamp, uint Ssrc, byte[] Payload)> Sent(int toPort) =>
        [.. Network.Datagrams.Where(d => d.Destination.Port == toPort).Select(d =>
        {
            Assert.True(RtpPacket.TryParse(d.Payload.Span, out var packet));
            return (d.At, packet.PayloadType, packet.Marker, packet.SequenceNumber, packet.Timestamp, packet.Ssrc, packet.Payload.ToArray());
        })];

    /// <summary>Ends everything and checks that nothing is left.</summary>
    public void Dispose()
    {
        Run(async () =>
        {
            await Alice.DisposeAsync();
            await Bob.DisposeAsync();
        });
        Advance(1000); // what is still on the wire arrives nowhere
        Assert.Equal(default, Alice.Counters);
        Assert.Equal(default, Bob.Counters);
        Assert.Equal(0, Network.Pool.Outstanding);
        Assert.Equal(0, Network.Counters.Total.Timers);
        Network.Run(async () => await Network.DisposeAsync());
    }

    private static byte PayloadType(AudioCodec? codec) => codec?.StaticPayloadType ?? (codec is null ? (byte)0 : (byte)97);
}

/// <summary>A sine that lasts as long as asked, or for ever.</summary>
internal sealed class Sine(double frequency, int sampleRate = 8000, int milliseconds = int.MaxValue, int amplitude = 8000) : IAudioSource
{
    private readonly long _length = (long)milliseconds * sampleRate / 1000;
    private long _position;

    public int SampleRate => sampleRate;

    public bool Ended => _position >= _length;

    public int Read(Span<short> pcm)
    {
        var count = (int)Math.Min(pcm.Length, _length - _position);
        for (var i = 0; i < count; i++)
            pcm[i] = (short)(amplitude * Math.Sin(2 * Math.PI * frequency * _position++ / sampleRate));
        return count;
    }
}

/// <summary>Keeps what it hears and tells how strong a frequency is in it.</summary>
internal sealed class Ear(int sampleRate = 8000) : IAudioSink
{
    public List<short> Heard { get; } = [];

    public int SampleRate => sampleRate;

    public void Write(ReadOnlySpan<short> pcm) => Heard.AddRange(pcm);

    public short[] Last(int milliseconds) => [.. Heard.TakeLast(sampleRate * milliseconds / 1000)];

    /// <summary>Amplitude of that frequency in the last so many milliseconds, by Goertzel's algorithm.</summary>
    public double Level(double frequency, int milliseconds = 200) => Level(Last(milliseconds), frequency, sampleRate);

    public static double Level(ReadOnlySpan<short> pcm, double frequency, int sampleRate)
    {
        var coefficient = 2 * Math.Cos(2 * Math.PI * frequency / sampleRate);
        double before = 0, now = 0;
        foreach (var sample in pcm)
            (before, now) = (now, sample + coefficient * now - before);
        var power = now * now + before * before - coefficient * now * before;
        return 2 * Math.Sqrt(Math.Max(0, power)) / Math.Max(1, pcm.Length);
    }
}
