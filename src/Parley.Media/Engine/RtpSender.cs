using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Parley.Media.Rtp;
using Parley.Media.Srtp;
using Parley.Net;

namespace Parley.Media.Engine;

/// <summary>
/// The sending end of a stream: one SSRC, one run of sequence numbers and one timestamp clock for the stream's whole life, whatever feeds it and however often it is
/// negotiated anew. Timestamps follow the media clock, so they go on over pauses (RFC 3550 §5.1). Lane only.
/// </summary>
internal sealed class RtpSender
{
    private ushort _sequence;
    private uint _origin;
    private long _originAt;
    private int _clockRate = 8000;
    private uint _nextTimestamp;
    private bool _started;
    private long _packetsAtReport;

    public RtpSender()
    {
        Span<uint> random = stackalloc uint[3];
        RandomNumberGenerator.Fill(MemoryMarshal.AsBytes(random));
        _sequence = (ushort)(random[0] & 0x7FFF); // RFC 3550 §5.1: random; below the wrap, as SRTP prefers (RFC 3711 §3.3.1)
        _origin = random[1];
        Ssrc = Math.Max(1, random[2]);
    }

    /// <summary>Our synchronization source, random (RFC 3550 §8.1).</summary>
    public uint Ssrc { get; }

    /// <summary>Packets sent.</summary>
    public long Packets { get; private set; }

    /// <summary>Packets made here, not forwarded.</summary>
    public long Own { get; private set; }

    /// <summary>Payload bytes sent.</summary>
    public long Bytes { get; private set; }

    /// <summary>Changes the clock rate; the timestamp goes on from where it is.</summary>
    public void SetClock(int clockRate, long now)
    {
        if (clockRate == _clockRate)
            return;
        _origin = At(now);
        _originAt = now;
        _clockRate = clockRate;
    }

    /// <summary>The timestamp that belongs to a moment of the media clock.</summary>
    public uint At(long due) => _origin + (uint)((due - _originAt) * _clockRate / 1000);

    /// <summary>
    /// The timestamp of a frame due at <paramref name="due"/>; <paramref name="resumes"/> tells that there was a pause before it. Never goes back or overlaps
    /// the frame before, even when the stream has changed its place on the media clock.
    /// </summary>
    public uint NextTimestamp(long due, uint step, out bool resumes)
    {
        var timestamp = At(due);
        if (_started && RtpSerial.Distance(_nextTimestamp, timestamp) < 0)
        {
            _origin += _nextTimestamp - timestamp;
            timestamp = _nextTimestamp;
        }

        resumes = !_started || RtpSerial.Distance(_nextTimestamp, timestamp) >= (int)step;
        _started = true;
        _nextTimestamp = timestamp + step;
        return timestamp;
    }

    /// <summary>Encrypts what is sent; null while nothing is.</summary>
    public SrtpSender? Srtp { get; set; }

    /// <summary>Sends a packet whose payload lies behind room for the header, in a buffer with room for what encryption adds.</summary>
    public bool Send(IDatagramSocket socket, in NetEndpoint target, byte[] wire, int length, byte payloadType, bool marker, uint timestamp)
    {
        RtpHeader.Write(wire, payloadType, marker, _sequence++, timestamp, Ssrc);
        Own++;
        Packets++;
        Bytes += length - RtpHeader.Size;
        if (Srtp is { } srtp)
            length = srtp.Protect(wire.AsSpan(0, length), wire);
        return socket.Send(wire.AsSpan(0, length), target);
    }

    /// <summary>The next sequence number, for a packet that is forwarded instead of made here.</summary>
    public ushort PeekSequence() => _sequence;

    /// <summary>Counts a forwarded packet, after which the next one made here continues.</summary>
    public void Forwarded(ushort sequence, uint timestamp, int bytes)
    {
        if (RtpSerial.Distance(_sequence, sequence) >= 0)
            _sequence = (ushort)(sequence + 1);
        if (!_started || RtpSerial.Distance(_nextTimestamp, timestamp) > 0)
            _nextTimestamp = timestamp + (uint)(_clockRate / 50);
        _started = true;
        Packets++;
        Bytes += bytes;
    }

    /// <summary>The sender's part of a report, or null when nothing was sent since the previous one (RFC 3550 §6.4).</summary>
    public RtcpSenderInfo? TakeReport(long now, ulong ntp)
    {
        if (Packets == _packetsAtReport)
            return null;
        _packetsAtReport = Packets;
        return new(ntp, At(now), (uint)Packets, (uint)Bytes);
    }
}
