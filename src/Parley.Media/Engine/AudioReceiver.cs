using Parley.Media.Codecs;
using Parley.Media.Rtp;
using Parley.Media.Sdp.OfferAnswer;
using Parley.Net;

namespace Parley.Media.Engine;

/// <summary>
/// The receiving end of a stream: counts packets, tells digits, and, only while somebody listens, puts packets in order and decodes them. Lane only.
/// </summary>
internal sealed class AudioReceiver
{
    // A new SSRC must send this many packets in sequence before it replaces the one heard (RFC 3550 appendix A.1, MIN_SEQUENTIAL).
    private const int Probation = 2;

    // Longest packet that is decoded. RFC 3551 §4.2 has receivers accept up to 200 ms.
    public const int MaxPacketMilliseconds = 200;

    private readonly JitterBufferOptions _limits;
    private Payload[] _payloads = []; // the two or three of the 128 payload types that were agreed
    private TelephoneEventReceiver? _events;
    private int _eventClock;
    private AudioCodec? _codec;
    private IConcealingDecoder? _concealing; // the decoder in use, where it conceals by itself
    private LossConcealer? _concealer;
    private short[] _rest = []; // decoded beyond the frame before: packets longer than the tick
    private int _restCount;
    private bool _quiet = true;
    private long _credit;
    private uint _probationSsrc;
    private ushort _probationNext;
    private int _probationCount;
    private long _lostBefore;
    private long _expectedBefore;
    private long _duplicatesBefore;
    private long _reorderedBefore;

    public AudioReceiver(JitterBufferOptions limits) => _limits = limits;

    /// <summary>The source heard; 0 before the first packet.</summary>
    public uint Ssrc { get; private set; }

    /// <summary>Statistics of the source heard; null before the first packet.</summary>
    public RtpReceiveStatistics? Statistics { get; private set; }

    /// <summary>The jitter buffer; null until somebody has listened.</summary>
    public JitterBuffer? Jitter { get; private set; }

    /// <summary>Audio and event packets taken.</summary>
    public long Packets { get; private set; }

    /// <summary>Payload bytes in them.</summary>
    public long Bytes { get; private set; }

    /// <summary>Packets refused: unknown payload type, unproved source, undecodable.</summary>
    public long Refused { get; private set; }

    /// <summary>Frames that were lost and were in the packet after them.</summary>
    public long Recovered { get; private set; }

    /// <summary>Packets lost, over all sources heard.</summary>
    public long Lost => _lostBefore + (Statistics?.Lost ?? 0);

    /// <summary>Packets that should have come, over all sources heard.</summary>
    public long Expected => _expectedBefore + (Statistics?.Expected ?? 0);

    /// <summary>Duplicates, over all sources heard.</summary>
    public long Duplicates => _duplicatesBefore + (Statistics?.Duplicates ?? 0);

    /// <summary>Reordered packets, over all sources heard.</summary>
    public long Reordered => _reorderedBefore + (Statistics?.Reordered ?? 0);

    /// <summary>Sample rate of the frames pulled.</summary>
    public int SampleRate => _codec?.SampleRate ?? 8000;

    /// <summary>Takes what was negotiated; statistics go on.</summary>
    public void Configure(NegotiatedAudio audio)
    {
        var (before, count) = (_payloads, 0);
        var agreed = new Payload[audio.ReceivePayloads.Count + audio.ReceiveTelephoneEvents.Count];
        foreach (var mapping in audio.ReceivePayloads)
        {
            ref var next = ref agreed[count++];
            (next.Type, next.Codec) = (mapping.PayloadType, mapping.Codec);
            foreach (ref var old in before.AsSpan())
            {
                if (old.Decoder is not null && old.Type == next.Type && ReferenceEquals(old.Codec, next.Codec))
                    (next.Decoder, old.Decoder) = (old.Decoder, null); // it goes on
            }
        }

        foreach (var mapping in audio.ReceiveTelephoneEvents)
            agreed[count++] = new() { Type = mapping.PayloadType, EventClock = mapping.ClockRate };
        ForgetDecoders();
        _payloads = agreed;
        UseCodec(audio.ReceivePayloads.Count > 0 ? audio.ReceivePayloads[0].Codec : null);
    }

    /// <summary>Counts a packet and keeps it if <paramref name="listening"/>; false when it does not belong to the stream or came twice.</summary>
    public bool Take(PacketBuffer datagram, in RtpPacket packet, long now, bool listening, out DtmfDigit digit)
    {
        digit = default;
        var at = IndexOf(packet.PayloadType);
        var codec = at < 0 ? null : _payloads[at].Codec;
        // An event's timestamp is on the audio's clock, whatever its duration counts in.
        if (at < 0 || !Belongs(packet, (codec ?? _codec)?.ClockRate ?? 8000))
        {
            Refused++;
            return false;
        }

        var isEvent = codec is null;
        if (codec is not null)
            Statistics!.UseClock(codec.ClockRate);
        switch (Statistics!.Add(packet.SequenceNumber, packet.Timestamp, now, !isEvent))
        {
            case RtpArrival.Suspect:
                Refused++;
                return false;
            case RtpArrival.Duplicate:
                return false;
            case RtpArrival.Restarted:
                Jitter?.Clear();
                _events?.Reset();
                break;
        }

        Packets++;
        Bytes += packet.Payload.Length;
        if (isEvent)
        {
            if (listening)
                Jitter?.Skip(packet, now);
            if (_events is null || _eventClock != _payloads[at].EventClock)
                _events = new(_eventClock = _payloads[at].EventClock);
            _events.Receive(packet.Payload, packet.Timestamp, now, out digit);
        }
        else if (listening && packet.Payload.Length > 0)
        {
            // An empty payload is a keep-alive (RFC 6263 §4.2).
            Jitter?.UseClock(codec!.ClockRate);
            Jitter?.Add(datagram, packet, now);
        }

        return true;
    }

    /// <summary>Has the parts of the receiver fetched (<see cref="IClocked.Approach"/>).</summary>
    public void ApproachParts()
    {
        CacheHint.Fetch(Statistics, 128);
        CacheHint.Fetch(Jitter, 192);
        CacheHint.Fetch(_concealer, 64);
        CacheHint.Fetch(_payloads, 128);
    }

    /// <summary>Has what those refer to fetched.</summary>
    public void ApproachAudio()
    {
        Jitter?.Approach();
        _concealer?.Approach();
    }

    /// <summary>True while an event is going on, and so its lost end must be looked for.</summary>
    public bool EventActive => _events is { IsActive: true };

    /// <summary>See <see cref="TelephoneEventReceiver.Expire"/>.</summary>
    public bool ExpireEvent(long now, out DtmfDigit digit)
    {
        digit = default;
        return _events is not null && _events.Expire(now, out digit);
    }

    /// <summary>Somebody begins to listen.</summary>
    public void Open()
    {
        Jitter ??= new(_codec?.ClockRate ?? 8000, _limits);
        Reset();
    }

    /// <summary>Nobody listens any more: gives all buffers back.</summary>
    public void Close() => Reset();

    /// <summary>The stream has ended: gives the decoders' memory back.</summary>
    public void ForgetDecoders()
    {
        foreach (ref var payload in _payloads.AsSpan())
        {
            if (payload.Decoder is not null && ReferenceEquals(payload.Decoder, _concealing))
                _concealing = null;
            (payload.Decoder as IDisposable)?.Dispose();
            payload.Decoder = null;
        }
    }

    /// <summary>The next frame of PCM, silence where there is none, in <paramref name="scratch"/>; encoded frames go to <paramref name="tap"/> on their way.</summary>
    public ReadOnlySpan<short> PullPcm(long now, int milliseconds, EncodedTap? tap, Span<short> scratch)
    {
        var frame = SampleRate * milliseconds / 1000;
        var count = _restCount;
        _rest.AsSpan(0, count).CopyTo(scratch);
        while (count < frame)
        {
            switch (Jitter!.Pull(now, _quiet, out var packet))
            {
                case JitterPull.Packet:
                    tap?.Write(packet);
                    count += Decode(packet, scratch[count..]);
                    packet.Packet.Release();
                    // A packet in another codec may have changed the rate, and with it the frame.
                    frame = SampleRate * milliseconds / 1000;
                    break;
                case JitterPull.Conceal:
                    count += Conceal(packet, scratch[count..]);
                    break;
                default:
                    scratch[count..frame].Clear();
                    if (_concealing is null)
                        _concealer!.Reset();
                    count = frame;
                    break;
            }
        }

        Keep(scratch[frame..count]);
        _quiet = IsQuiet(scratch[..frame]);
        return scratch[..frame];
    }

    /// <summary>Passes the packets of the next <paramref name="milliseconds"/> to the tap without decoding them.</summary>
    public void PullEncoded(long now, int milliseconds, EncodedTap tap)
    {
        _credit += Jitter!.ClockRate * milliseconds / 1000;
        while (_credit >= Jitter.FrameUnits)
        {
            switch (Jitter.Pull(now, false, out var packet))
            {
                case JitterPull.Packet:
                    tap.Write(packet);
                    packet.Packet.Release();
                    _credit -= Jitter.FrameUnits;
                    break;
                case JitterPull.Conceal:
                    _credit -= Jitter.FrameUnits;
                    break;
                default:
                    _credit = 0;
                    return;
            }
        }
    }

    private int IndexOf(byte payloadType)
    {
        for (var i = 0; i < _payloads.Length; i++)
        {
            if (_payloads[i].Type == payloadType)
                return i;
        }

        return -1;
    }

    private bool Belongs(in RtpPacket packet, int clockRate)
    {
        if (Statistics is null)
        {
            Follow(packet.Ssrc, clockRate);
            return true;
        }

        if (packet.Ssrc == Ssrc)
        {
            _probationCount = 0;
            return true;
        }

        if (packet.Ssrc != _probationSsrc || packet.SequenceNumber != _probationNext)
        {
            _probationSsrc = packet.Ssrc;
            _probationCount = 0;
        }

        _probationNext = (ushort)(packet.SequenceNumber + 1);
        if (++_probationCount < Probation)
            return false;
        Follow(packet.Ssrc, clockRate);
        return true;
    }

    private void Follow(uint ssrc, int clockRate)
    {
        _lostBefore = Lost;
        _expectedBefore = Expected;
        _duplicatesBefore = Duplicates;
        _reorderedBefore = Reordered;
        Ssrc = ssrc;
        Statistics = new(clockRate);
        _probationCount = 0;
        _events?.Reset();
        Jitter?.Clear();
    }

    private int Decode(in JitterFrame packet, Span<short> room)
    {
        var at = IndexOf(packet.PayloadType);
        if (at < 0 || _payloads[at].Codec is not { } codec)
            return 0; // negotiated away while it waited
        if (!ReferenceEquals(codec, _codec))
            UseCodec(codec);
        var decoder = _payloads[at].Decoder ??= codec.CreateDecoder();
        _concealing = decoder as IConcealingDecoder;
        if (codec.MaxDecodedSamples(packet.Length) > room.Length)
        {
            Refused++;
            return 0;
        }

        var samples = decoder.Decode(packet.Payload, room);
        if (samples == 0)
        {
            Refused++;
            return Conceal(default, room);
        }

        if (_concealing is null)
            _concealer!.Received(room[..samples]);
        else if (_concealing.IsPaused)
            Jitter!.Pause();
        return samples;
    }

    /// <summary>Makes up for a packet's worth of audio, if it can be from what the packet after it repeats.</summary>
    private int Conceal(in JitterFrame following, Span<short> room)
    {
        // As the sender's packets are long, at least 2.5 ms and at most what fits: timestamps are what a stranger writes.
        var count = Math.Clamp((int)((long)Jitter!.FrameUnits * SampleRate / Jitter.ClockRate), SampleRate / 400, room.Length);
        var gap = room[..count];
        if (_concealing is null)
            _concealer!.Conceal(gap);
        else if (following.Packet is null || IndexOf(following.PayloadType) is not (>= 0 and var at) || !ReferenceEquals(_payloads[at].Codec, _codec))
            _concealing.Conceal(gap);
        else if (_concealing.Recover(following.Payload, gap))
            Recovered++;
        return count;
    }

    private void UseCodec(AudioCodec? codec)
    {
        var rateBefore = SampleRate;
        if (!ReferenceEquals(codec, _codec))
            _concealing = null;
        _codec = codec;
        if (Jitter is null)
            return; // nothing is decoded until somebody listens
        if (_concealer is null || SampleRate != rateBefore)
        {
            _concealer = new(SampleRate);
            _restCount = 0;
        }

        if (codec is not null)
            Jitter.UseClock(codec.ClockRate);
    }

    private void Reset()
    {
        Jitter?.Clear();
        _restCount = 0;
        _credit = 0;
        _quiet = true;
        if (_concealer is null)
            UseCodec(_codec);
    }

    private void Keep(ReadOnlySpan<short> rest)
    {
        if (_rest.Length < rest.Length)
            _rest = new short[rest.Length];
        rest.CopyTo(_rest);
        _restCount = rest.Length;
    }

    // Every eighth sample tells well enough whether anybody speaks; about -50 dBov.
    private static bool IsQuiet(ReadOnlySpan<short> pcm)
    {
        for (var i = 0; i < pcm.Length; i += 8)
        {
            if (pcm[i] is > 100 or < -100)
                return false;
        }

        return true;
    }

    private struct Payload
    {
        public byte Type;
        public AudioCodec? Codec; // null for telephone events
        public int EventClock;
        public IAudioDecoder? Decoder; // once something has been decoded
    }
}
