using System.Buffers.Binary;
using Parley.Media.Rtp;

namespace Parley.Media.Srtp;

/// <summary>
/// Checks and decrypts what one stream receives. Nothing is believed of a packet before it has proved genuine: what is not changes nothing here. Of one thread at a time; never
/// allocates for a genuine packet of a source that is known.
/// </summary>
public sealed class SrtpReceiver : IDisposable
{
    // Sources of one stream: the phone, what it puts in its place, and one more while it changes. All of them have the key, so none is a stranger.
    private const int MaxSources = 4;

    private const int FixedHeader = 12;

    private readonly SrtpCipher _cipher;
    private readonly Source[] _sources = new Source[MaxSources];
    private int _count;
    private int _next;

    /// <summary>Derives the session keys.</summary>
    /// <param name="key">The master key of the other side's direction.</param>
    public SrtpReceiver(SrtpKey key)
    {
        ArgumentNullException.ThrowIfNull(key);
        Key = key;
        _cipher = SrtpCipher.Create(key);
    }

    /// <summary>The master key.</summary>
    public SrtpKey Key { get; }

    /// <summary>Packets that were not genuine, or came again.</summary>
    public long Rejected { get; private set; }

    /// <summary>Checks a packet and decrypts it in place.</summary>
    /// <param name="packet">What came.</param>
    /// <returns>Its new length, or -1 when it is to be dropped: it is malformed, not genuine, or has come before.</returns>
    public int Unprotect(Span<byte> packet)
    {
        if (HeaderLength(packet) is not (var header and > 0))
            return Reject();
        var ssrc = BinaryPrimitives.ReadUInt32BigEndian(packet[8..]);
        var at = Find(ssrc);
        var index = at < 0 ? BinaryPrimitives.ReadUInt16BigEndian(packet[2..]) : _sources[at].Audio.Guess(BinaryPrimitives.ReadUInt16BigEndian(packet[2..]));
        if (at >= 0 && _sources[at].Audio.HasSeen(index))
            return Reject();
        var length = _cipher.Unprotect(packet, header, ssrc, index);
        if (length < 0)
            return Reject();
        _sources[at < 0 ? Add(ssrc) : at].Audio.Add(index);
        return length;
    }

    /// <summary>Checks a report and decrypts it in place.</summary>
    /// <param name="packet">What came.</param>
    /// <returns>Its new length, or -1 when it is to be dropped: it is malformed, not genuine, or has come before.</returns>
    public int UnprotectControl(Span<byte> packet)
    {
        if (!_cipher.TryPeekControl(packet, out var index))
            return Reject();
        var ssrc = BinaryPrimitives.ReadUInt32BigEndian(packet[4..]);
        var at = Find(ssrc);
        if (at >= 0 && _sources[at].Control.HasSeen(index))
            return Reject();
        var length = _cipher.UnprotectControl(packet, ssrc, out index);
        if (length < 0)
            return Reject();
        _sources[at < 0 ? Add(ssrc) : at].Control.Add(index);
        return length;
    }

    /// <inheritdoc/>
    public void Dispose() => _cipher.Dispose();

    // RFC 3711 §3.1: what stays readable is the header with its list and its extension; whether the rest is well-formed is known once it is decrypted.
    private static int HeaderLength(ReadOnlySpan<byte> packet)
    {
        if (packet.Length < FixedHeader || packet[0] >> 6 != 2)
            return -1;
        var length = FixedHeader + (4 * (packet[0] & 0x0F));
        if ((packet[0] & 0x10) == 0)
            return packet.Length < length ? -1 : length;
        if (packet.Length < length + 4)
            return -1;
        length += 4 + (4 * BinaryPrimitives.ReadUInt16BigEndian(packet[(length + 2)..]));
        return packet.Length < length ? -1 : length;
    }

    private int Reject()
    {
        Rejected++;
        return -1;
    }

    private int Find(uint ssrc)
    {
        for (var i = 0; i < _count; i++)
        {
            if (_sources[i].Ssrc == ssrc)
                return i;
        }

        return -1;
    }

    // The one that came first gives way.
    private int Add(uint ssrc)
    {
        var at = _count < MaxSources ? _count++ : _next++ % MaxSources;
        _sources[at] = new Source(ssrc);
        return at;
    }

    private struct Source(uint ssrc)
    {
        public readonly uint Ssrc = ssrc;
        public ReplayWindow Audio = new();
        public ReplayWindow Control = new();
    }
}
