using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Security.Cryptography;
using AesInstructions = System.Runtime.Intrinsics.X86.Aes;

namespace Parley.Media.Srtp;

/// <summary>
/// AES in counter mode as RFC 3711 §4.1.1 has it: a counter of 16 bits behind 112 that are given. With the processor's own instructions where it has them, else with the
/// platform's cipher, whose price is a call of some hundred nanoseconds. Of one thread at a time; never allocates after construction.
/// </summary>
internal sealed class AesCounter : IDisposable
{
    private const int Block = 16;
    private const int PlatformBlocks = 128; // a packet of 2 kB; longer ones take several calls

    private readonly Vector128<byte>[] _rounds = [];
    private readonly Aes? _aes;
    private readonly ICryptoTransform? _platform;
    private readonly byte[] _counters = [];
    private readonly byte[] _stream = [];

    /// <summary>Prepares a key of 16 or 32 bytes.</summary>
    /// <param name="key">The key.</param>
    /// <param name="platform">True uses the platform's cipher in any case.</param>
    public AesCounter(ReadOnlySpan<byte> key, bool platform = false)
    {
        if (AesInstructions.IsSupported && !platform)
        {
            _rounds = Expand(key);
            return;
        }

        _aes = Aes.Create();
        _aes.Key = key.ToArray();
#pragma warning disable CA5358 // each block that is encrypted is a counter that is never used twice: that is what makes it counter mode
        _aes.Mode = CipherMode.ECB;
#pragma warning restore CA5358
        _aes.Padding = PaddingMode.None;
        _platform = _aes.CreateEncryptor();
        _counters = new byte[PlatformBlocks * Block];
        _stream = new byte[PlatformBlocks * Block];
    }

    /// <summary>Encrypts or decrypts in place.</summary>
    /// <param name="data">At most 2²⁰ bytes: what the counter counts.</param>
    /// <param name="start">The first counter block, 16 bytes, whose last two are zero.</param>
    public void Apply(Span<byte> data, ReadOnlySpan<byte> start)
    {
        if (_platform is null)
            ApplyInstructions(data, start);
        else
            ApplyPlatform(data, start);
    }

    public void Dispose()
    {
        _platform?.Dispose();
        _aes?.Dispose();
        _rounds.AsSpan().Clear();
    }

    private void ApplyInstructions(Span<byte> data, ReadOnlySpan<byte> start)
    {
        var prefix = Vector128.Create(start).AsUInt16();
        ushort counter = 0;
        Span<byte> last = stackalloc byte[Block];
        // Four at a time keep the unit busy: one round takes four cycles, and a new one can begin in each.
        for (; data.Length >= 4 * Block; data = data[(4 * Block)..])
        {
            var (a, b, c, d) = (At(prefix, counter++), At(prefix, counter++), At(prefix, counter++), At(prefix, counter++));
            Encrypt(ref a, ref b, ref c, ref d);
            Xor(data, a);
            Xor(data[Block..], b);
            Xor(data[(2 * Block)..], c);
            Xor(data[(3 * Block)..], d);
        }

        while (!data.IsEmpty)
        {
            var one = Encrypt(At(prefix, counter++));
            if (data.Length >= Block)
            {
                Xor(data, one);
                data = data[Block..];
                continue;
            }

            one.CopyTo(last);
            for (var i = 0; i < data.Length; i++)
                data[i] ^= last[i];
            return;
        }
    }

    private void ApplyPlatform(Span<byte> data, ReadOnlySpan<byte> start)
    {
        var counter = 0;
        while (!data.IsEmpty)
        {
            var part = data[..Math.Min(data.Length, PlatformBlocks * Block)];
            var blocks = (part.Length + Block - 1) / Block;
            for (var i = 0; i < blocks; i++)
            {
                start.CopyTo(_counters.AsSpan(i * Block));
                BinaryPrimitives.WriteUInt16BigEndian(_counters.AsSpan((i * Block) + 14), (ushort)counter++);
            }

            _platform!.TransformBlock(_counters, 0, blocks * Block, _stream, 0);
            for (var i = 0; i < part.Length; i++)
                part[i] ^= _stream[i];
            data = data[part.Length..];
        }
    }

    private static Vector128<byte> At(Vector128<ushort> prefix, ushort counter) => prefix.WithElement(7, BinaryPrimitives.ReverseEndianness(counter)).AsByte();

    private static void Xor(Span<byte> data, Vector128<byte> stream) => (Vector128.Create<byte>(data[..Block]) ^ stream).CopyTo(data);

    private Vector128<byte> Encrypt(Vector128<byte> block)
    {
        var rounds = _rounds;
        block ^= rounds[0];
        for (var i = 1; i < rounds.Length - 1; i++)
            block = AesInstructions.Encrypt(block, rounds[i]);
        return AesInstructions.EncryptLast(block, rounds[^1]);
    }

    private void Encrypt(ref Vector128<byte> a, ref Vector128<byte> b, ref Vector128<byte> c, ref Vector128<byte> d)
    {
        var rounds = _rounds;
        var key = rounds[0];
        a ^= key;
        b ^= key;
        c ^= key;
        d ^= key;
        for (var i = 1; i < rounds.Length - 1; i++)
        {
            key = rounds[i];
            a = AesInstructions.Encrypt(a, key);
            b = AesInstructions.Encrypt(b, key);
            c = AesInstructions.Encrypt(c, key);
            d = AesInstructions.Encrypt(d, key);
        }

        key = rounds[^1];
        a = AesInstructions.EncryptLast(a, key);
        b = AesInstructions.EncryptLast(b, key);
        c = AesInstructions.EncryptLast(c, key);
        d = AesInstructions.EncryptLast(d, key);
    }

    // FIPS 197 §5.2, on words as the processor has them: rotating a word is to the right then.
    private static Vector128<byte>[] Expand(ReadOnlySpan<byte> key)
    {
        var length = key.Length / 4;
        var words = new uint[4 * (length + 7)];
        MemoryMarshal.Cast<byte, uint>(key).CopyTo(words);
        uint constant = 1;
        for (var i = length; i < words.Length; i++)
        {
            var word = words[i - 1];
            if (i % length == 0)
            {
                word = uint.RotateRight(Substitute(word), 8) ^ constant;
                constant = (constant << 1) ^ (constant >= 0x80 ? 0x11Bu : 0);
            }
            else if (length > 6 && i % length == 4)
            {
                word = Substitute(word);
            }

            words[i] = words[i - length] ^ word;
        }

        var rounds = new Vector128<byte>[words.Length / 4];
        for (var i = 0; i < rounds.Length; i++)
            rounds[i] = Vector128.Create<uint>(words.AsSpan(4 * i, 4)).AsByte();
        words.AsSpan().Clear();
        return rounds;
    }

    private static uint Substitute(uint word) => AesInstructions.KeygenAssist(Vector128.Create(0u, word, 0u, 0u).AsByte(), 0).AsUInt32().ToScalar();
}
