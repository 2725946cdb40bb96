using System.Threading.Channels;
using Parley.Media.Codecs;
using Parley.Media.Rtp;
using Parley.Net;

namespace Parley.Media.Engine;

/// <content>Packets in: RTP and RTCP, digits, relay.</content>
public sealed partial class AudioStream
{
    // Digits pressed and not read; a caller who types more than this ahead loses the newest.
    private const int MaxWaitingDigits = 128;

    private static readonly Channel<DtmfDigit> s_noDigits = NoDigits();

    private readonly DigitTimer _digitTimer;
    private Channel<DtmfDigit>? _digitChannel; // made when a digit is pressed or asked for
    private Action<DtmfDigit>? _digitWatchers;
    private Relay? _relay;
    private RelayDirection? _forward;
    private long _refused;
    private int _claimed;

    /// <summary>True when silence of the far end means something: one that only sends has put us on hold (RFC 3264 §8.4), and may well send nothing.</summary>
    internal bool ShouldReceive => _receives && _sends;

    /// <summary>
    /// The digits the far end presses, by RTP, INFO or tones, in order; ends when the stream does. Digits pressed before are kept, at most 128.
    /// Several readers share them: each digit goes to one.
    /// </summary>
    public IAsyncEnumerable<DtmfDigit> Digits(CancellationToken cancel = default) => DigitChannel().Reader.ReadAllAsync(cancel);

    /// <summary>Tells of every digit the far end presses, without taking it from who reads <see cref="Digits"/>, until the result is disposed of.</summary>
    /// <param name="told">Called on the media lane: it must not block, and not throw.</param>
    public IDisposable WatchDigits(Action<DtmfDigit> told)
    {
        ArgumentNullException.ThrowIfNull(told);
        OnLane(() => _digitWatchers += told);
        return new Attachment(() => OnLane(() => _digitWatchers -= told));
    }

    /// <summary>Takes a digit that came another way, such as a SIP INFO request.</summary>
    /// <exception cref="ArgumentException"><paramref name="symbol"/> is no digit.</exception>
    public void InjectDigit(char symbol, TimeSpan duration, DtmfSource source)
    {
        var code = TelephoneEventPayload.CodeOf(symbol);
        if (code < 0)
            throw new ArgumentException($"'{symbol}' is no DTMF digit; 0-9, *, # and A-D are.", nameof(symbol));
        var digit = new DtmfDigit(TelephoneEventPayload.Digits[code], duration, source);
        OnLane(() => Pressed(digit));
    }

    /// <summary>Reserves the stream for one relay; any thread.</summary>
    internal bool Claim() => Interlocked.Exchange(ref _claimed, 1) == 0;

    internal void Unclaim() => Volatile.Write(ref _claimed, 0);

    internal void Connect(Relay? relay) => _relay = relay;

    internal void Forward(RelayDirection? forward)
    {
        var change = (forward is null ? 0 : 1) - (_forward is null ? 0 : 1);
        _forward = forward;
        if (change != 0)
            MediaLane.Relaying(change);
        HoldOrReport();
    }

    internal bool SendForwarded(ReadOnlySpan<byte> packet)
    {
        if (!CanSend)
            return false;
        if (Sender.Srtp is not { } srtp)
            return _rtpSocket!.Send(packet, _latch.Target);
        // Not in its own buffer: a jitter buffer may have kept the payload.
        var wire = MediaLane.Passed;
        return _rtpSocket!.Send(wire.AsSpan(0, srtp.Protect(packet, wire)), _latch.Target);
    }

    internal void SendReport(bool goodbye)
    {
        var target = _controlHeard.HasValue ? _controlHeard : _controlTarget;
        if (!target.HasValue)
            return;
        var now = Lane.Now;
        var wire = MediaLane.Packet;
        var info = Sender.TakeReport(now, Ntp());
        var length = _rtcp.Session.Build(wire, now, info, _receiver.Ssrc, _receiver.Statistics, goodbye);
        var socket = _format is { Audio.RtcpMux: true } ? _rtpSocket : _rtcpSocket;
        if (Sender.Srtp is { } srtp)
            length = srtp.ProtectControl(wire, length);
        socket!.Send(wire.AsSpan(0, length), target);
    }

    private ulong Ntp(int millisecondsAgo = 0) => NtpTime.From(Engine.Network.Time.GetUtcNow().AddMilliseconds(-millisecondsAgo));

    private void OnRtp(PacketBuffer datagram, in NetEndpoint source)
    {
        if (_format is null || _disposing != 0)
        {
            _refused++;
            return;
        }

        if (_format.Audio.RtcpMux && RtpHeader.LooksLikeRtcp(datagram.Span))
        {
            OnRtcp(datagram, source, _rtpSocket!.Waited);
            return;
        }

        var now = Lane.Now - _rtpSocket!.Waited;
        // Before anything is learned from it: who has no key cannot even say where to send to.
        if (_decryption is { } srtp && !Shorten(datagram, srtp.Unprotect(datagram.Span)))
            return;
        if (!RtpPacket.TryParse(datagram.Span, out var packet) || !_latch.Accept(source, packet.SequenceNumber, now))
        {
            _refused++;
            return;
        }

        if (!_receiver.Take(datagram, packet, now, _listening && _receives, out var digit))
            return;
        _silenceWatch.Heard(now);
        if (!_receives)
            return; // we asked for none (RFC 3264 §6.1): counted, not heard
        if (digit.Symbol != 0)
            Pressed(digit);
        if (_receiver.EventActive)
            Lane.Schedule(_digitTimer, TelephoneEventReceiver.LostEndTimeout);
        _forward?.Forward(datagram, packet);
    }

    private void OnRtcp(PacketBuffer datagram, in NetEndpoint source, int waited)
    {
        if (_format is null || !_latch.AcceptControl(source))
        {
            _refused++;
            return;
        }

        if (_decryption is { } srtp && !Shorten(datagram, srtp.UnprotectControl(datagram.Span)))
            return;
        if (_rtcp.Session.Receive(datagram.Span, Lane.Now - waited, Ntp(waited), _receiver.Ssrc))
        {
            _controlHeard = source;
            if (_encoder is ILossAwareEncoder aware && _rtcp.Session.RemoteReport is { } report)
                aware.ExpectLoss(report.FractionLost / 256.0);
        }
    }

    private bool Shorten(PacketBuffer datagram, int length)
    {
        if (length < 0)
        {
            _refused++;
            return false;
        }

        datagram.Length = length;
        return true;
    }

    private Channel<DtmfDigit> DigitChannel()
    {
        if (Volatile.Read(ref _digitChannel) is { } known)
            return known;
        var fresh = Channel.CreateBounded<DtmfDigit>(new BoundedChannelOptions(MaxWaitingDigits) { FullMode = BoundedChannelFullMode.DropWrite });
        return Interlocked.CompareExchange(ref _digitChannel, fresh, null) ?? fresh;
    }

    private static Channel<DtmfDigit> NoDigits()
    {
        var channel = Channel.CreateBounded<DtmfDigit>(1);
        channel.Writer.Complete();
        return channel;
    }

    private void Pressed(in DtmfDigit digit)
    {
        DigitChannel().Writer.TryWrite(digit);
        _digitWatchers?.Invoke(digit);
        _relay?.Pressed(this, digit);
    }

    private sealed class DigitTimer(AudioStream stream) : LaneTimer
    {
        /// <inheritdoc/>
        protected override void Fire(long now)
        {
            if (stream._receiver.ExpireEvent(now, out var digit))
                stream.Pressed(digit);
        }
    }
}
