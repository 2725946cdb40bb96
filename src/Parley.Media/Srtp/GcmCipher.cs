using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Parley.Media.Srtp;

/// <summary>AES-GCM, which encrypts and authenticates at once (RFC 7714).</summary>
internal sealed class GcmCipher : SrtpCipher
{
    private const int Tag = 16;
    private const int Nonce = 12;
    private const int IndexLength = 4;

    private readonly AesGcm _audio;
    private readonly AesGcm _control;
    private readonly byte[] _audioSalt;
    private readonly byte[] _controlSalt;

    public GcmCipher(SrtpKey key)
    {
        _audio = new AesGcm(Derive(key, Purpose.Encryption, control: false, key.Suite.KeyLength), Tag);
        _control = new AesGcm(Derive(key, Purpose.Encryption, control: true, key.Suite.KeyLength), Tag);
        _audioSalt = Derive(key, Purpose.Salt, control: false, Nonce);
        _controlSalt = Derive(key, Purpose.Salt, control: true, Nonce);
    }

    /// <summary>With session keys that are known, as the examples of RFC 7714 §16 and §17 have them.</summary>
    internal GcmCipher(ReadOnlySpan<byte> key, ReadOnlySpan<byte> salt)
    {
        _audio = new AesGcm(key, Tag);
        _control = new AesGcm(key, Tag);
        _audioSalt = _controlSalt = salt.ToArray();
    }

    public override int Protect(ReadOnlySpan<byte> packet, int header, uint ssrc, long index, Span<byte> destination)
    {
        Span<byte> nonce = stackalloc byte[Nonce];
        AudioNonce(nonce, ssrc, index);
        packet.CopyTo(destination);
        var payload = destination[header..packet.Length];
        _audio.Encrypt(nonce, payload, payload, destination.Slice(packet.Length, Tag), destination[..header]);
        return packet.Length + Tag;
    }

    public override int Unprotect(Span<byte> packet, int header, uint ssrc, long index)
    {
        var length = packet.Length - Tag;
        if (length < header)
            return -1;
        Span<byte> nonce = stackalloc byte[Nonce];
        AudioNonce(nonce, ssrc, index);
        var payload = packet[header..length];
        return TryDecrypt(_audio, nonce, payload, packet[length..], packet[..header]) ? length : -1;
    }

    public override int ProtectControl(ReadOnlySpan<byte> packet, uint ssrc, uint index, Span<byte> destination)
    {
        Span<byte> nonce = stackalloc byte[Nonce];
        Span<byte> known = stackalloc byte[ControlHeader + IndexLength];
        ControlNonce(nonce, ssrc, index);
        packet.CopyTo(destination);
        packet[..ControlHeader].CopyTo(known);
        BinaryPrimitives.WriteUInt32BigEndian(known[ControlHeader..], index | EncryptedFlag);
        var content = destination[ControlHeader..packet.Length];
        _control.Encrypt(nonce, content, content, destination.Slice(packet.Length, Tag), known);
        known[ControlHeader..].CopyTo(destination[(packet.Length + Tag)..]);
        return packet.Length + Tag + IndexLength;
    }

    public override int UnprotectControl(Span<byte> packet, uint ssrc, out uint index)
    {
        if (!TryPeekControl(packet, out index))
            return -1;
        Span<byte> nonce = stackalloc byte[Nonce];
        ControlNonce(nonce, ssrc, index);
        var length = packet.Length - IndexLength - Tag;
        var word = packet[(length + Tag)..];
        if ((ReadWord(word) & EncryptedFlag) == 0)
            return -1; // RFC 7714 §9.3 allows a report that is only tagged; nobody sends one who has a key
        Span<byte> known = stackalloc byte[ControlHeader + IndexLength];
        packet[..ControlHeader].CopyTo(known);
        word.CopyTo(known[ControlHeader..]);
        return TryDecrypt(_control, nonce, packet[ControlHeader..length], packet.Slice(length, Tag), known) ? length : -1;
    }

    public override bool TryPeekControl(ReadOnlySpan<byte> packet, out uint index)
    {
        var isLong = packet.Length >= ControlHeader + Tag + IndexLength;
        index = isLong ? ReadWord(packet[^IndexLength..]) & ~EncryptedFlag : 0;
        return isLong;
    }

    protected override void Dispose(bool disposing)
    {
        _audio.Dispose();
        _control.Dispose();
    }

    // RFC 7714 §8.1.
    private void AudioNonce(Span<byte> nonce, uint ssrc, long index)
    {
        nonce[..2].Clear();
        BinaryPrimitives.WriteUInt32BigEndian(nonce[2..], ssrc);
        BinaryPrimitives.WriteUInt32BigEndian(nonce[6..], (uint)(index >> 16));
        BinaryPrimitives.WriteUInt16BigEndian(nonce[10..], (ushort)index);
        Salt(nonce, _audioSalt);
    }

    // RFC 7714 §9.1.
    private void ControlNonce(Span<byte> nonce, uint ssrc, uint index)
    {
        nonce.Clear();
        BinaryPrimitives.WriteUInt32BigEndian(nonce[2..], ssrc);
        BinaryPrimitives.WriteUInt32BigEndian(nonce[8..], index);
        Salt(nonce, _controlSalt);
    }

    private static void Salt(Span<byte> nonce, ReadOnlySpan<byte> salt)
    {
        for (var i = 0; i < nonce.Length; i++)
            nonce[i] ^= salt[i];
    }

    // What is not genuine costs whoever sends it an exception here; the platform has no other way to say so.
    private static bool TryDecrypt(AesGcm aes, ReadOnlySpan<byte> nonce, Span<byte> data, ReadOnlySpan<byte> tag, ReadOnlySpan<byte> known)
    {
        try
        {
            aes.Decrypt(nonce, data, tag, data, known);
            return true;
        }
        catch (AuthenticationTagMismatchException)
        {
            return false;
        }
    }
}
