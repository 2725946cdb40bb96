using Parley.Media.Srtp;

namespace Parley.Media.Tests.Srtp;

/// <summary>The examples of RFC 3711, RFC 6188 and RFC 7714, with the processor's instructions and without.</summary>
public sealed class SrtpVectorTests
{
    private const string CounterStart = "F0F1F2F3F4F5F6F7F8F9FAFBFCFD0000";

    [Theory]
    [InlineData("2B7E151628AED2A6ABF7158809CF4F3C", "E03EAD0935C95E80E166B16DD92B4EB4D23513162B02D0F72A43A2FE4A5F97AB41E95B3BB0A2E8DD477901E4FCA894C0",
        "EC8CDF7398607CB0F2D21675EA9EA1E4362B7C3C6773516318A077D7FC5073AE6A2CC3787889374FBEB4C81B17BA6C44", false)]
    [InlineData("2B7E151628AED2A6ABF7158809CF4F3C", "E03EAD0935C95E80E166B16DD92B4EB4D23513162B02D0F72A43A2FE4A5F97AB41E95B3BB0A2E8DD477901E4FCA894C0",
        "EC8CDF7398607CB0F2D21675EA9EA1E4362B7C3C6773516318A077D7FC5073AE6A2CC3787889374FBEB4C81B17BA6C44", true)]
    [InlineData("57f82fe3613fd170a85ec93c40b1f0922ec4cb0dc025b58272147cc438944a98", "92bdd28a93c3f52511c677d08b5515a49da71b2378a854f67050756ded165bac63c4868b7096d88421b563b8c94c9a31",
        "cea518c90fd91ced9cbb18c078a547113dbc4814f4da5f00a08772b63c6a046d6eb246913062a16891433e97dd01a57f", false)]
    [InlineData("57f82fe3613fd170a85ec93c40b1f0922ec4cb0dc025b58272147cc438944a98", "92bdd28a93c3f52511c677d08b5515a49da71b2378a854f67050756ded165bac63c4868b7096d88421b563b8c94c9a31",
        "cea518c90fd91ced9cbb18c078a547113dbc4814f4da5f00a08772b63c6a046d6eb246913062a16891433e97dd01a57f", true)]
    public void The_key_stream_is_that_of_the_examples(string key, string first, string last, bool platform)
    {
        using var aes = new AesCounter(Bytes(key), platform);
        var stream = new byte[0xFF02 * 16];
        aes.Apply(stream, Bytes(CounterStart));
        Assert.Equal(first, Hex(stream.AsSpan(0, 48)), ignoreCase: true);
        Assert.Equal(last, Hex(stream.AsSpan(0xFEFF * 16, 48)), ignoreCase: true);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(15)]
    [InlineData(16)]
    [InlineData(63)]
    [InlineData(64)]
    [InlineData(172)]
    [InlineData(5000)]
    public void Both_ways_to_compute_it_agree_on_every_length(int length)
    {
        using var quick = new AesCounter(Bytes("000102030405060708090A0B0C0D0E0F"));
        using var slow = new AesCounter(Bytes("000102030405060708090A0B0C0D0E0F"), platform: true);
        byte[] one = new byte[length], other = new byte[length];
        quick.Apply(one, Bytes(CounterStart));
        slow.Apply(other, Bytes(CounterStart));
        Assert.Equal(Hex(other), Hex(one));
    }

    [Theory]
    [InlineData("E1F97A0D3E018BE0D64FA32C06DE4139", "0EC675AD498AFEEBB6960B3AABE6", "C61E7A93744F39EE10734AFE3FF7A087", "30CBBC08863D8C85D49DB34A9AE1", "CEBE321F6FF7716B6FD4AB49AF256A156D38BAA4")]
    [InlineData("f0f04914b513f2763a1b1fa130f10e2998f6f6e43e4309d1e622a0e332b9f1b6", "3b04803de51ee7c96423ab5b78d2",
        "5ba1064e30ec51613cad926c5a28ef731ec7fb397f70a960653caf06554cd8c4", "fa31791685ca444a9e07c6c64e93", "fd9c32d39ed5fbb5a9dc96b30818454d1313dc05")]
    public void Session_keys_are_derived_as_in_the_examples(string master, string salt, string cipher, string cipherSalt, string authentication)
    {
        var suite = master.Length == 32 ? SrtpSuite.AesCm128Sha1Tag80 : SrtpSuite.AesCm256Sha1Tag80;
        var key = SrtpKey.From(suite, Bytes(master + salt));
        Assert.Equal(cipher, Hex(Derivation.Of(key, 0, suite.KeyLength)), ignoreCase: true);
        Assert.Equal(cipherSalt, Hex(Derivation.Of(key, 2, 14)), ignoreCase: true);
        Assert.Equal(authentication, Hex(Derivation.Of(key, 1, 20)), ignoreCase: true);
    }

    // The packet that implementations of RFC 3711 compare themselves with.
    [Fact]
    public void A_packet_and_a_report_in_counter_mode_are_those_of_other_implementations()
    {
        using var cipher = SrtpCipher.Create(SrtpKey.From(SrtpSuite.AesCm128Sha1Tag80, Bytes("E1F97A0D3E018BE0D64FA32C06DE41390EC675AD498AFEEBB6960B3AABE6")));
        var buffer = new byte[60];
        var packet = Bytes("800f1234decafbadcafebabeabababababababababababababababab");
        var length = cipher.Protect(packet, 12, 0xCAFEBABE, 0x1234, buffer);
        Assert.Equal("800f1234decafbadcafebabe4e55dc4ce79978d88ca4d215949d2402b78d6acc99ea179b8dbb", Hex(buffer.AsSpan(0, length)), ignoreCase: true);
        Assert.Equal(packet.Length, cipher.Unprotect(buffer.AsSpan(0, length), 12, 0xCAFEBABE, 0x1234));
        Assert.Equal(Hex(packet), Hex(buffer.AsSpan(0, packet.Length)));

        var report = Bytes("81c8000bcafebabeabababababababababababababababab");
        length = cipher.ProtectControl(report, 0xCAFEBABE, 1, buffer);
        Assert.Equal("81c8000bcafebabe7128035be487b9bdbef89041f977a5a880000001993e08cd54d6c1230798", Hex(buffer.AsSpan(0, length)), ignoreCase: true);
    }

    [Theory]
    [InlineData("000102030405060708090a0b0c0d0e0f",
        "8040f17b8041f8d35501a0b2f24de3a3fb34de6cacba861c9d7e4bcabe633bd50d294e6f42a5f47a51c7d19b36de3adf8833899d7f27beb16a9152cf765ee4390cce")]
    [InlineData("000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f",
        "8040f17b8041f8d35501a0b232b1de78a822fe12ef9f78fa332e33aab18012389a58e2f3b50b2a0276ffae0f1ba63799b87b7aa3db36dfffd6b0f9bb7878d7a76c13")]
    public void A_packet_in_GCM_is_that_of_the_examples(string key, string expected)
    {
        var packet = Bytes("8040f17b8041f8d35501a0b247616c6c696120657374206f6d6e69732064697669736120696e207061727465732074726573");
        using var cipher = new GcmCipher(Bytes(key), Bytes("517569642070726f2071756f"));
        var buffer = new byte[packet.Length + 16];
        Assert.Equal(buffer.Length, cipher.Protect(packet, 12, 0x5501A0B2, 0xF17B, buffer));
        Assert.Equal(expected, Hex(buffer), ignoreCase: true);
        Assert.Equal(packet.Length, cipher.Unprotect(buffer, 12, 0x5501A0B2, 0xF17B));
        Assert.Equal(Hex(packet), Hex(buffer.AsSpan(0, packet.Length)));
    }

    [Fact]
    public void A_report_in_GCM_is_that_of_the_examples()
    {
        var salt = Bytes("517569642070726f2071756f");
        var report = Bytes("81c8000d4d6172734e5450314e545032525450200000042a0000e9304c756e61deadbeefdeadbeefdeadbeefdeadbeefdeadbeef");
        using var cipher = new GcmCipher(Bytes("000102030405060708090a0b0c0d0e0f"), salt);
        var buffer = new byte[report.Length + 20];
        Assert.Equal(buffer.Length, cipher.ProtectControl(report, 0x4D617273, 0x5D4, buffer));
        Assert.Equal(
            "81c8000d4d61727363e94885dcdab67ca727d7662f6b7e997ff5c0f76c06f32dc676a5f1730d6fda4ce09b4686303ded0bb9275bc84aa45896cf4d2fc5abf87245d9eade800005d4",
            Hex(buffer), ignoreCase: true);

        using var strong = new GcmCipher(Bytes("000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"), salt);
        var received = Bytes("81c8000d4d617273d50ae4d1f5ce5d304ba297e47d470c282c3ece5dbffe0a50a2eaa5c1110555be8415f658c61de0476f1b6fad1d1eb30c4446839f57ff6f6cb26ac3be800005d4");
        var length = strong.UnprotectControl(received, 0x4D617273, out var index);
        Assert.Equal(0x5D4u, index);
        Assert.Equal(Hex(report), Hex(received.AsSpan(0, length)));
    }

    private static byte[] Bytes(string hex) => Convert.FromHexString(hex);

    private static string Hex(ReadOnlySpan<byte> bytes) => Convert.ToHexString(bytes);

    /// <summary>The function every cipher derives its keys with, from outside.</summary>
    private sealed class Derivation : SrtpCipher
    {
        public static byte[] Of(SrtpKey key, int label, int length) => Derive(key, (Purpose)label, control: false, length);

        public override int Protect(ReadOnlySpan<byte> packet, int header, uint ssrc, long index, Span<byte> destination) => throw new NotSupportedException();

        public override int Unprotect(Span<byte> packet, int header, uint ssrc, long index) => throw new NotSupportedException();

        public override int ProtectControl(ReadOnlySpan<byte> packet, uint ssrc, uint index, Span<byte> destination) => throw new NotSupportedException();

        public override int UnprotectControl(Span<byte> packet, uint ssrc, out uint index) => throw new NotSupportedException();

        public override bool TryPeekControl(ReadOnlySpan<byte> packet, out uint index) => throw new NotSupportedException();

        protected override void Dispose(bool disposing)
        {
        }
    }
}
