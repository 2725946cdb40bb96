using System.Buffers;
using System.Security.Cryptography;

namespace Parley.Sip.Authentication;

/// <summary>The formulas of RFC 7616 §3.4, on bytes; results are lower-case hexadecimal.</summary>
internal static class DigestHash
{
    /// <summary>Longest result: 32 bytes as 64 digits.</summary>
    public const int MaxHex = 64;

    /// <summary>Digits of a result.</summary>
    public static int HexLength(DigestAlgorithm algorithm) => algorithm == DigestAlgorithm.Md5 ? 32 : 64;

    /// <summary>The name as challenges write it, without <c>-sess</c> (RFC 7616 §3.3, RFC 8760 §2.2).</summary>
    public static ReadOnlySpan<byte> Name(DigestAlgorithm algorithm) => algorithm switch
    {
        DigestAlgorithm.Sha512T256 => "SHA-512-256"u8,
        DigestAlgorithm.Sha256 => "SHA-256"u8,
        _ => "MD5"u8,
    };

    /// <summary>Reads an algorithm name; MD5 when there is none (RFC 7616 §3.3). False for one not known here.</summary>
    public static bool TryParse(ReadOnlySpan<byte> name, out DigestAlgorithm algorithm, out bool session)
    {
        session = name.Length > 5 && System.Text.Ascii.EqualsIgnoreCase(name[^5..], "-sess"u8);
        if (session)
            name = name[..^5];
        for (algorithm = DigestAlgorithm.Sha512T256; algorithm > DigestAlgorithm.Md5; algorithm--)
        {
            if (System.Text.Ascii.EqualsIgnoreCase(name, Name(algorithm)))
                return true;
        }

        return name.IsEmpty || System.Text.Ascii.EqualsIgnoreCase(name, "MD5"u8);
    }

    /// <summary>H(A:B:C)</summary>
    public static int Join(DigestAlgorithm algorithm, Span<byte> hex, ReadOnlySpan<byte> a, ReadOnlySpan<byte> b, ReadOnlySpan<byte> c)
    {
        var text = new Text(a.Length + b.Length + c.Length + 2);
        text.Add(a);
        text.Add(b);
        text.Add(c);
        return text.Finish(algorithm, hex);
    }

    /// <summary>The response (§3.4.1): with quality of protection "auth" when <paramref name="qop"/>, else in the way of RFC 2069.</summary>
    public static int Response(DigestAlgorithm algorithm, Span<byte> hex, in DigestInput input, ReadOnlySpan<byte> ha1, bool qop)
    {
        Span<byte> ha2 = stackalloc byte[MaxHex];
        var length = HashTwo(algorithm, ha2, input.Method, input.Uri);
        var text = new Text(ha1.Length + input.Nonce.Length + input.Count.Length + input.ClientNonce.Length + length + 16);
        text.Add(ha1);
        text.Add(input.Nonce);
        if (qop)
        {
            text.Add(input.Count);
            text.Add(input.ClientNonce);
            text.Add("auth"u8);
        }

        text.Add(ha2[..length]);
        return text.Finish(algorithm, hex);
    }

    private static int HashTwo(DigestAlgorithm algorithm, Span<byte> hex, ReadOnlySpan<byte> a, ReadOnlySpan<byte> b)
    {
        var text = new Text(a.Length + b.Length + 1);
        text.Add(a);
        text.Add(b);
        return text.Finish(algorithm, hex);
    }

    private static int Hash(DigestAlgorithm algorithm, ReadOnlySpan<byte> text, Span<byte> hex)
    {
        Span<byte> hash = stackalloc byte[32];
        var size = HexLength(algorithm) / 2;
        if (algorithm == DigestAlgorithm.Md5)
            MD5.HashData(text, hash);
        else if (algorithm == DigestAlgorithm.Sha256)
            SHA256.HashData(text, hash);
        else
            Sha512T256.HashData(text, hash);
        Convert.TryToHexStringLower(hash[..size], hex, out var written);
        return written;
    }

    /// <summary>Parts with colons between them, in memory that is cleared afterwards: passwords go through it.</summary>
    private ref struct Text(int size)
    {
        private readonly byte[] _bytes = ArrayPool<byte>.Shared.Rent(size);
        private int _length;
        private int _parts;

        public void Add(scoped ReadOnlySpan<byte> part)
        {
            if (_parts++ > 0)
                _bytes[_length++] = (byte)':';
            part.CopyTo(_bytes.AsSpan(_length));
            _length += part.Length;
        }

        public readonly int Finish(DigestAlgorithm algorithm, Span<byte> hex)
        {
            var written = Hash(algorithm, _bytes.AsSpan(0, _length), hex);
            ArrayPool<byte>.Shared.Return(_bytes, clearArray: true);
            return written;
        }
    }
}

/// <summary>What goes into a response besides the secret.</summary>
internal ref struct DigestInput
{
    public ReadOnlySpan<byte> Method;
    public ReadOnlySpan<byte> Uri;
    public ReadOnlySpan<byte> Nonce;
    public ReadOnlySpan<byte> Count;
    public ReadOnlySpan<byte> ClientNonce;
}
