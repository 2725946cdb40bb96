using System.Buffers.Binary;
using Parley.Media.Codecs;
using Parley.Media.Rtp;
using Parley.Net;

namespace Parley.Media.Engine;

/// <summary>
/// One direction of a relay: packets received on one stream leave by another with its SSRC, its payload types and sequence numbers and timestamps that continue its
/// own, the payload untouched. Order, gaps and duplicates are passed on as they are: the far end's jitter buffer deals with them.
/// </summary>
internal sealed class RelayDirection(AudioStream from, AudioStream to)
{
    // Packets on their way to another lane; more means that lane does not get its turn, and then they are dropped as a network would.
    private const int MaxInFlight = 64;

    private const byte NotPassed = 0xFF;

    private readonly byte[] _payloadTypes = new byte[128];
    private int[]? _eventClocks; // of telephone events whose durations count in another clock on the other side; null when there are none
    private PacketBuffer?[]? _ring; // null while no packet has gone to another lane
    private uint _source;
    private bool _mapped;
    private ushort _sequenceOffset;
    private uint _timestampOffset;
    private long _own;
    private int _written;
    private int _read;
    private int _targetEventClock;
    private long _forwarded;
    private long _dropped;

    /// <summary>Packets passed on.</summary>
    public long Forwarded => Volatile.Read(ref _forwarded);

    /// <summary>Packets that could not be passed on.</summary>
    public long Dropped => Volatile.Read(ref _dropped);

    /// <summary>Works out which payload type becomes which; called whenever one of the streams was negotiated anew, with both configurations settled.</summary>
    public void Map(StreamFormat source, StreamFormat target, bool digits)
    {
        _payloadTypes.AsSpan().Fill(NotPassed);
        _eventClocks = null;
        _targetEventClock = target.EventClock;
        foreach (var mapping in source.Audio.ReceivePayloads)
        {
            if (target.PayloadTypeOf(mapping.Codec) is { } payloadType)
                _payloadTypes[mapping.PayloadType] = payloadType;
        }

        foreach (var mapping in source.Audio.ReceiveTelephoneEvents)
        {
            if (!digits || target.Audio.TelephoneEventPayloadType is not { } payloadType)
                continue;
            _payloadTypes[mapping.PayloadType] = payloadType;
            if (mapping.ClockRate != target.EventClock)
                (_eventClocks ??= new int[128])[mapping.PayloadType] = mapping.ClockRate;
        }
    }

    /// <summary>
    /// Passes a packet on. On the source's lane, last of all that is done with the packet: its header is rewritten in place. A jitter buffer that has
    /// kept it as well has read the header already and needs the payload only, which stays.
    /// </summary>
    public void Forward(PacketBuffer datagram, in RtpPacket packet)
    {
        if (_payloadTypes[packet.PayloadType] == NotPassed)
        {
            _dropped++;
            return;
        }

        if (_eventClocks?[packet.PayloadType] is > 0 and var clock)
            Rescale(datagram.Span[packet.PayloadOffset..], clock);
        if (ReferenceEquals(from.Lane, to.Lane))
        {
            Send(datagram);
            return;
        }

        if (_written - Volatile.Read(ref _read) == MaxInFlight)
        {
            _dropped++;
            return;
        }

        // Written before the count that lets the other lane read it.
        (_ring ??= new PacketBuffer?[MaxInFlight])[_written % MaxInFlight] = datagram.AddRef();
        Volatile.Write(ref _written, _written + 1);
        to.Lane.Post(static state => ((RelayDirection)state!).Drain(), this);
    }

    /// <summary>Sends what came from the other lane. On the target's lane.</summary>
    public void Drain()
    {
        while (_read != Volatile.Read(ref _written))
        {
            var datagram = _ring![_read % MaxInFlight]!;
            _ring[_read % MaxInFlight] = null;
            Send(datagram);
            datagram.Release();
            Volatile.Write(ref _read, _read + 1);
        }
    }

    // The last two bytes of an event are its duration (RFC 4733 §2.3); at 48 kHz they end at 1.4 s, which a digit held for longer is cut to.
    private void Rescale(Span<byte> payload, int clock)
    {
        if (payload.Length < TelephoneEventPayload.Size)
            return;
        var duration = BinaryPrimitives.ReadUInt16BigEndian(payload[2..]) * (long)_targetEventClock / clock;
        BinaryPrimitives.WriteUInt16BigEndian(payload[2..], (ushort)Math.Min(duration, ushort.MaxValue));
    }

    private void Send(PacketBuffer datagram)
    {
        var wire = datagram.Span;
        var sequence = BinaryPrimitives.ReadUInt16BigEndian(wire[2..]);
        var timestamp = BinaryPrimitives.ReadUInt32BigEndian(wire[4..]);
        var ssrc = BinaryPrimitives.ReadUInt32BigEndian(wire[8..]);
        var marker = (wire[1] & 0x80) != 0;
        var sender = to.Sender;
        if (!_mapped || ssrc != _source || sender.Own != _own)
        {
            // A new source, or one interrupted by packets made here (a prompt, a digit), continues where the target's stream stands;
            // the marker tells its listener that timestamps jump.
            _mapped = true;
            _own = sender.Own;
            _source = ssrc;
            _sequenceOffset = (ushort)(sender.PeekSequence() - sequence);
            _timestampOffset = sender.NextTimestamp(to.Lane.Now, 1, out _) - timestamp;
            marker = true;
        }

        sequence += _sequenceOffset;
        timestamp += _timestampOffset;
        var first = wire[0];
        RtpHeader.Write(wire, _payloadTypes[wire[1] & 0x7F], marker, sequence, timestamp, sender.Ssrc);
        // CSRC list, extension and padding travel on: their bits are in the first byte.
        wire[0] = first;
        if (to.SendForwarded(wire))
        {
            sender.Forwarded(sequence, timestamp, wire.Length - RtpHeader.Size);
            _forwarded++;
        }
        else
        {
            _dropped++;
        }
    }
}
