using System.Diagnostics.CodeAnalysis;
using System.Net;
using Parley.Media.Codecs;
using Parley.Media.Rtp;
using Parley.Media.Sdp;
using Parley.Media.Sdp.OfferAnswer;
using Parley.Net;

namespace Parley.Media.Engine;

/// <summary>
/// One call's audio: an RTP and an RTCP port, opened before the offer is written, negotiated once or many times, and what is played, heard, recorded or relayed
/// through them.
/// </summary>
/// <remarks>
/// All members may be called from any thread; the work is done on the stream's media lane. Nothing is put in order or decoded unless somebody
/// listens: otherwise packets are counted, digits taken out, and the rest dropped.
/// </remarks>
public sealed partial class AudioStream : IAsyncDisposable
{
    private static readonly CancellationTokenSource s_over = Over();

    private readonly AddressLatch _latch;
    private readonly AudioReceiver _receiver;
    private readonly RtcpAgent _rtcp;
    private readonly SilenceWatch _silenceWatch;
    private readonly TaskCompletionSource _disposed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private CancellationTokenSource? _ended; // until somebody asks for its token there is nothing to fire, and the end wakes no thread
    private IDatagramSocket? _rtpSocket;
    private IDatagramSocket? _rtcpSocket;
    private volatile NegotiatedAudio? _negotiated;
    private StreamFormat? _format;
    private IAudioEncoder? _encoder;
    private NetEndpoint _controlTarget;
    private NetEndpoint _controlHeard;
    private bool _sends;
    private bool _receives;
    private int _disposing;
    private int _port;

    internal AudioStream(MediaEngine engine, MediaLane lane, LatchPolicy latching, JitterBufferOptions jitter, TimeSpan rtpTimeout)
    {
        Engine = engine;
        MediaLane = lane;
        _latch = new(latching);
        _receiver = new(jitter);
        _silenceWatch = new(this, rtpTimeout);
        _digitTimer = new(this);
        _tapSet = new(this);
        _rtcp = new(this, lane.Lane, new(Sender.Ssrc), engine.Options.RtcpInterval);
        RtpHandler = new RtpPort(this);
        RtcpHandler = new RtcpPort(this);
    }

    /// <summary>Address and RTP port to put into SDP; the address is that of the bind address, so 0.0.0.0 unless one was chosen.</summary>
    public IPEndPoint Local => _rtpSocket!.Local.ToIPEndPoint();

    /// <summary>What was negotiated last; null before.</summary>
    public NegotiatedAudio? Negotiated => _negotiated;

    /// <summary>The codec sent; null before the first negotiation or while switched off.</summary>
    public AudioCodec? Codec => _negotiated is { Enabled: true } audio ? audio.Codec : null;

    /// <summary>Our synchronization source.</summary>
    public uint Ssrc => Sender.Ssrc;

    /// <summary>The peer's synchronization source; null before its first packet.</summary>
    public uint? RemoteSsrc => _receiver.Packets > 0 ? _receiver.Ssrc : null;

    /// <summary>Fires when the stream has been disposed of.</summary>
    public CancellationToken Ended
    {
        get
        {
            if (Volatile.Read(ref _ended) is { } known)
                return known.Token;
            var fresh = new CancellationTokenSource();
            return (Interlocked.CompareExchange(ref _ended, fresh, null) ?? fresh).Token;
        }
    }

    /// <summary>Completes when the RTP timeout passed with nothing heard although something should have been; stays incomplete without one.</summary>
    public Task ReceiveTimedOut => _silenceWatch.TimedOut;

    internal MediaEngine Engine { get; }

    internal MediaLane MediaLane { get; }

    internal Lane Lane => MediaLane.Lane;

    internal RtpSender Sender { get; } = new();

    internal IDatagramHandler RtpHandler { get; }

    internal IDatagramHandler RtcpHandler { get; }

    internal StreamFormat? Format => _format;

    internal bool IsEnding => Volatile.Read(ref _disposing) != 0;

    [MemberNotNullWhen(true, nameof(_format))]
    internal bool CanSend => _sends && _format is not null && _latch.Target.HasValue && _disposing == 0;

    /// <summary>
    /// Takes what offer and answer agreed on, the first time or anew: codec, address and direction change, while SSRC, sequence numbers, statistics,
    /// playbacks, readers and reports go on. A remote host that is a name must have been looked up: without an address nothing is sent until packets
    /// come, and those are taken only under <see cref="LatchPolicy.AnyUntilLocked"/>.
    /// </summary>
    /// <exception cref="ArgumentException">The codec is not mono, or cannot be used on this machine.</exception>
    public void Configure(NegotiatedAudio audio)
    {
        ArgumentNullException.ThrowIfNull(audio);
        var format = StreamFormat.From(audio);
        _negotiated = audio;
        OnLane(() => Apply(audio, format));
    }

    /// <summary>Says where the peer's signalling comes from: under <see cref="LatchPolicy.SameAddress"/> its media may come from there too.</summary>
    /// <param name="address">An IP address; the port does not matter.</param>
    public void TrustSignalling(NetEndpoint address) => OnLane(() => _latch.Trust(address));

    /// <summary>The stream's figures now.</summary>
    public AudioStreamStatistics GetStatistics()
    {
        var session = _rtcp.Session;
        var jitter = _receiver.Jitter?.Statistics ?? default;
        var statistics = _receiver.Statistics;
        var roundTrip = session.RoundTrip;
        var remote = session.RemoteReport;
        var clockRate = _format?.Codec.ClockRate ?? 8000;
        var expected = Math.Max(1, _receiver.Expected);
        var delay = jitter.TargetDelay + (_format?.Period ?? 20);
        return new()
        {
            PacketsSent = Sender.Packets,
            BytesSent = Sender.Bytes,
            PacketsReceived = _receiver.Packets,
            BytesReceived = _receiver.Bytes,
            PacketsLost = _receiver.Lost,
            Duplicates = _receiver.Duplicates,
            Reordered = _receiver.Reordered,
            Refused = _receiver.Refused + _refused,
            Late = jitter.Late,
            Concealed = jitter.Concealed,
            Recovered = _receiver.Recovered,
            Jitter = TimeSpan.FromMilliseconds(statistics?.JitterMilliseconds ?? 0),
            JitterBufferDelay = TimeSpan.FromMilliseconds(jitter.TargetDelay),
            RoundTrip = roundTrip,
            RemoteLoss = remote?.FractionLost / 256.0,
            RemoteJitter = remote is { } report ? TimeSpan.FromSeconds(report.Jitter / (double)clockRate) : null,
            EstimatedMos = roundTrip is { } time
                ? VoiceQuality.EstimateMos(Math.Max(0, _receiver.Lost + jitter.Late - _receiver.Recovered) / (double)expected, time.TotalMilliseconds / 2 + delay)
                : null,
            ReportsSent = session.Sent,
            ReportsReceived = session.Received,
        };
    }

    /// <summary>Says BYE by RTCP, ends everything attached, and gives ports and buffers back. May be called more than once.</summary>
    public ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposing, 1) == 0)
            Lane.Run(static state => ((AudioStream)state!).Close(), this);
        return new(_disposed.Task);
    }

    internal void OnLane(Action work)
    {
        if (Lane.IsCurrent)
            work();
        else
            Lane.Post(static state => ((Action)state!)(), work);
    }

    internal void Opened(IDatagramSocket rtp, IDatagramSocket rtcp, int port)
    {
        _rtpSocket = rtp;
        _rtcpSocket = rtcp;
        _port = port;
    }

    private void Apply(NegotiatedAudio audio, StreamFormat? format)
    {
        if (_disposing != 0)
            return;
        var before = _format;
        _format = format;
        _sends = format is not null && audio.Direction.Sends();
        _receives = format is not null && audio.Direction.Receives();
        if (!_sends && _digits.IsActive)
            _digits.Clear(new InvalidOperationException("The stream no longer sends: it was put on hold or switched off."));
        if (format is not null)
        {
            if (before is null || !ReferenceEquals(before.Codec, format.Codec) || before.Parameters != format.Parameters)
            {
                (_encoder as IDisposable)?.Dispose();
                _encoder = format.Codec.CreateEncoder(format.Parameters);
            }

            Sender.SetClock(format.Codec.ClockRate, Lane.Now);
            _receiver.Configure(audio);
            _latch.Negotiate(Endpoint(audio.RemoteAddress, audio.RemotePort));
            _controlTarget = Endpoint(audio.RemoteRtcpAddress, audio.RemoteRtcpPort);
            _controlHeard = default;
            _rtcp.Start();
            UseKeys(audio.Srtp);
        }

        if (_onClock && (format is null || format.Period != before?.Period))
        {
            MediaLane.Clock.Remove(this);
            _onClock = false;
        }

        _silenceWatch.Restart();
        Attached();
        _relay?.Remap();
    }

    private static NetEndpoint Endpoint(IPAddress? address, int port) =>
        address is null || port == 0 || address.Equals(IPAddress.Any) || address.Equals(IPAddress.IPv6Any) ? default : NetEndpoint.From(address, port);

    private void Close()
    {
        _relay?.Close();
        // RFC 3550 §6.3.7: who has never sent anything does not say that it leaves.
        if (_format is not null && (Sender.Packets > 0 || _rtcp.Session.Sent > 0))
            SendReport(goodbye: true);
        _rtcp.Stop();
        _silenceWatch.Stop();
        Lane.Cancel(_digitTimer);
        if (_digits.IsActive)
            _digits.Clear(new OperationCanceledException("The stream has ended."));
        DetachAll();
        _receiver.Close();
        _receiver.ForgetDecoders();
        (_encoder as IDisposable)?.Dispose();
        ForgetKeys();
        _ = FinishAsync();
    }

    private async Task FinishAsync()
    {
        await _rtpSocket!.DisposeAsync().ConfigureAwait(false);
        await _rtcpSocket!.DisposeAsync().ConfigureAwait(false);
        Engine.ReturnPort(_port);
        Engine.Closed(this);
        Interlocked.CompareExchange(ref _digitChannel, s_noDigits, null)?.Writer.TryComplete();
        // Not on the lane: a token's registrations run where it is cancelled.
        if (Interlocked.CompareExchange(ref _ended, s_over, null) is { } watched)
            await Task.Run(watched.Cancel).ConfigureAwait(false);
        _disposed.SetResult();
    }

    private static CancellationTokenSource Over()
    {
        var source = new CancellationTokenSource();
        source.Cancel();
        return source;
    }

    private sealed class RtpPort(AudioStream stream) : IDatagramHandler
    {
        public void OnDatagram(IDatagramSocket socket, PacketBuffer datagram, in NetEndpoint source) => stream.OnRtp(datagram, source);
    }

    private sealed class RtcpPort(AudioStream stream) : IDatagramHandler
    {
        public void OnDatagram(IDatagramSocket socket, PacketBuffer datagram, in NetEndpoint source) => stream.OnRtcp(datagram, source, waited: 0);
    }
}
