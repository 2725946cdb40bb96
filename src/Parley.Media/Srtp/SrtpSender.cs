using System.Buffers.Binary;
using Parley.Media.Rtp;

namespace Parley.Media.Srtp;

/// <summary>Encrypts what one stream sends: packets of audio of one source, and its reports. Of one thread at a time; never allocates after construction.</summary>
public sealed class SrtpSender : IDisposable
{
    /// <summary>Most bytes a packet grows by: the tag of AES-GCM and a report's index.</summary>
    public const int MaxOverhead = 20;

    private readonly SrtpCipher _cipher;
    private ReplayWindow _numbers = new();
    private uint _controlIndex;

    /// <summary>Derives the session keys.</summary>
    /// <param name="key">The master key of this direction.</param>
    public SrtpSender(SrtpKey key)
    {
        ArgumentNullException.ThrowIfNull(key);
        Key = key;
        _cipher = SrtpCipher.Create(key);
    }

    /// <summary>The master key.</summary>
    public SrtpKey Key { get; }

    /// <summary>Encrypts a packet. Source and destination may be the same memory.</summary>
    /// <param name="packet">A well-formed RTP packet.</param>
    /// <param name="destination">Where to; at least <see cref="MaxOverhead"/> longer.</param>
    /// <returns>Its new length.</returns>
    public int Protect(ReadOnlySpan<byte> packet, Span<byte> destination)
    {
        // What is passed on comes in the order it came: like a receiver, this side has to find out when the number begins anew.
        var index = _numbers.Guess(BinaryPrimitives.ReadUInt16BigEndian(packet[2..]));
        if (!_numbers.HasSeen(index))
            _numbers.Add(index);
        return _cipher.Protect(packet, HeaderLength(packet), BinaryPrimitives.ReadUInt32BigEndian(packet[8..]), index, destination);
    }

    /// <summary>Encrypts a report in place.</summary>
    /// <param name="buffer">It, and at least <see cref="MaxOverhead"/> bytes behind it.</param>
    /// <param name="length">Its length: a compound packet, at least 8 bytes.</param>
    /// <returns>Its new length.</returns>
    public int ProtectControl(Span<byte> buffer, int length)
    {
        var ssrc = BinaryPrimitives.ReadUInt32BigEndian(buffer[4..]);
        var written = _cipher.ProtectControl(buffer[..length], ssrc, _controlIndex, buffer);
        _controlIndex = (_controlIndex + 1) & 0x7FFF_FFFF;
        return written;
    }

    /// <inheritdoc/>
    public void Dispose() => _cipher.Dispose();

    /// <summary>Bytes of a well-formed packet in front of its payload, padding left where it is.</summary>
    private static int HeaderLength(ReadOnlySpan<byte> packet) => RtpPacket.TryParse(packet, out var parsed) ? parsed.PayloadOffset : RtpHeader.Size;
}
