using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Parley.Media.Srtp;

/// <summary>AES in counter mode and HMAC-SHA1 (RFC 3711 §4.1.1 and §4.2.1, RFC 6188).</summary>
internal sealed class CounterModeCipher : SrtpCipher
{
    private const int AuthenticationKey = 20;
    private const int IndexLength = 4;

    private readonly Half _audio;
    private readonly Half _control;

    public CounterModeCipher(SrtpKey key)
    {
        _audio = new Half(key, control: false);
        _control = new Half(key, control: true);
    }

    public override int Protect(ReadOnlySpan<byte> packet, int header, uint ssrc, long index, Span<byte> destination)
    {
        packet.CopyTo(destination);
        var written = destination[..packet.Length];
        _audio.Encrypt(written[header..], ssrc, index);
        _audio.Tag(written, (uint)(index >> 16), destination.Slice(packet.Length, _audio.TagLength));
        return packet.Length + _audio.TagLength;
    }

    public override int Unprotect(Span<byte> packet, int header, uint ssrc, long index)
    {
        var length = packet.Length - _audio.TagLength;
        if (length < header || !_audio.IsGenuine(packet[..length], (uint)(index >> 16), packet[length..]))
            return -1;
        _audio.Encrypt(packet[header..length], ssrc, index);
        return length;
    }

    public override int ProtectControl(ReadOnlySpan<byte> packet, uint ssrc, uint index, Span<byte> destination)
    {
        packet.CopyTo(destination);
        _control.Encrypt(destination[ControlHeader..packet.Length], ssrc, index);
        var length = packet.Length + IndexLength;
        BinaryPrimitives.WriteUInt32BigEndian(destination[packet.Length..], index | EncryptedFlag);
        _control.Tag(destination[..length], null, destination.Slice(length, _control.TagLength));
        return length + _control.TagLength;
    }

    public override int UnprotectControl(Span<byte> packet, uint ssrc, out uint index)
    {
        if (!TryPeekControl(packet, out index))
            return -1;
        var tagged = packet.Length - _control.TagLength;
        if (!_control.IsGenuine(packet[..tagged], null, packet[tagged..]))
            return -1;
        var length = tagged - IndexLength;
        if ((ReadWord(packet[length..]) & EncryptedFlag) != 0)
            _control.Encrypt(packet[ControlHeader..length], ssrc, index);
        return length;
    }

    public override bool TryPeekControl(ReadOnlySpan<byte> packet, out uint index)
    {
        var length = packet.Length - _control.TagLength - IndexLength;
        index = length < ControlHeader ? 0 : ReadWord(packet[length..]) & ~EncryptedFlag;
        return length >= ControlHeader;
    }

    protected override void Dispose(bool disposing)
    {
        _audio.Dispose();
        _control.Dispose();
    }

    /// <summary>The keys for audio, or those for reports.</summary>
    private sealed class Half : IDisposable
    {
        private readonly AesCounter _aes;
        private readonly IncrementalHash _hash;
        private readonly byte[] _salt;

        public Half(SrtpKey key, bool control)
        {
            TagLength = control ? key.Suite.ControlTagLength : key.Suite.TagLength;
            _aes = new AesCounter(Derive(key, Purpose.Encryption, control, key.Suite.KeyLength));
            _hash = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA1, Derive(key, Purpose.Authentication, control, AuthenticationKey));
            _salt = Derive(key, Purpose.Salt, control, key.Suite.SaltLength);
        }

        public int TagLength { get; }

        // RFC 3711 §4.1.1: salt · 2¹⁶ xor SSRC · 2⁶⁴ xor index · 2¹⁶.
        public void Encrypt(Span<byte> data, uint ssrc, long index)
        {
            Span<byte> start = stackalloc byte[16];
            start.Clear();
            _salt.CopyTo(start);
            BinaryPrimitives.WriteUInt32BigEndian(start[4..], ReadWord(start[4..]) ^ ssrc);
            BinaryPrimitives.WriteUInt32BigEndian(start[8..], ReadWord(start[8..]) ^ (uint)(index >> 16));
            BinaryPrimitives.WriteUInt16BigEndian(start[12..], (ushort)(BinaryPrimitives.ReadUInt16BigEndian(start[12..]) ^ (ushort)index));
            _aes.Apply(data, start);
        }

        public void Tag(ReadOnlySpan<byte> data, uint? rollover, Span<byte> tag)
        {
            Span<byte> full = stackalloc byte[SHA1.HashSizeInBytes];
            Hash(data, rollover, full);
            full[..tag.Length].CopyTo(tag);
        }

        public bool IsGenuine(ReadOnlySpan<byte> data, uint? rollover, ReadOnlySpan<byte> tag)
        {
            Span<byte> full = stackalloc byte[SHA1.HashSizeInBytes];
            Hash(data, rollover, full);
            return CryptographicOperations.FixedTimeEquals(full[..tag.Length], tag);
        }

        public void Dispose()
        {
            _aes.Dispose();
            _hash.Dispose();
        }

        // RFC 3711 §4.2: what a packet does not carry of its number is authenticated with it.
        private void Hash(ReadOnlySpan<byte> data, uint? rollover, Span<byte> full)
        {
            _hash.AppendData(data);
            if (rollover is { } count)
            {
                Span<byte> bytes = stackalloc byte[4];
                BinaryPrimitives.WriteUInt32BigEndian(bytes, count);
                _hash.AppendData(bytes);
            }

            _hash.GetHashAndReset(full);
        }
    }
}
