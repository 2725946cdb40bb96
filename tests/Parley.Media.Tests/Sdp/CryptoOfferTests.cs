using Parley.Media.Sdp;
using Parley.Media.Sdp.OfferAnswer;
using Parley.Media.Srtp;
using static Parley.Media.Tests.Sdp.SdpTestText;

namespace Parley.Media.Tests.Sdp;

/// <summary>Keys in session descriptions (RFC 4568): who offers what, who takes what, who refuses.</summary>
public sealed class CryptoOfferTests
{
    private const string Key30 = "inline:WVNfX19zZW1jdGwgKCkgewkyMjA7fQp9CnVubGVz"; // RFC 4568 §10.1
    private const string Key28 = "inline:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGw==";

    [Fact]
    public void Both_sides_settle_on_the_first_suite_and_know_each_others_keys()
    {
        var (caller, called) = (Local(MediaEncryption.Required), Local(MediaEncryption.Required));
        var offer = AudioOffer.Create(caller);
        Assert.Equal("RTP/SAVP", offer.Media[0].Protocol);
        Assert.Equal(3, offer.Media[0].Attributes.Count(attribute => attribute.Is("crypto")));
        var answered = AudioAnswer.Create(Parse(offer.ToString()), called);
        Assert.Equal("AEAD_AES_128_GCM", answered.Audio!.Srtp!.Suite.Name);
        Assert.Single(answered.Answer!.Media[0].Attributes, attribute => attribute.Is("crypto"));
        var applied = AudioAnswer.Apply(offer, Parse(answered.Answer.ToString()), caller);
        Assert.Equal(answered.Audio.Srtp.Local, applied.Audio!.Srtp!.Remote);
        Assert.Equal(answered.Audio.Srtp.Remote, applied.Audio.Srtp.Local);
    }

    [Fact]
    public void Who_would_like_to_encrypt_offers_keys_with_a_plain_stream()
    {
        var caller = Local(MediaEncryption.Optional);
        var offer = AudioOffer.Create(caller);
        Assert.Equal("RTP/AVP", offer.Media[0].Protocol);
        var plain = AudioAnswer.Create(offer, Local(MediaEncryption.None));
        Assert.Null(plain.Audio!.Srtp);
        Assert.DoesNotContain(plain.Answer!.Media[0].Attributes, attribute => attribute.Is("crypto"));
        Assert.Null(AudioAnswer.Apply(offer, plain.Answer, caller).Audio!.Srtp);
        Assert.NotNull(AudioAnswer.Create(offer, Local(MediaEncryption.Optional)).Audio!.Srtp);
    }

    [Theory]
    [InlineData(MediaEncryption.None, "RTP/SAVP", $"a=crypto:1 AES_CM_128_HMAC_SHA1_80 {Key30}\r\n", OfferAnswerFailureKind.SecureTransportUnsupported)]
    [InlineData(MediaEncryption.Optional, "RTP/SAVP", "", OfferAnswerFailureKind.SecureTransportUnsupported)]
    [InlineData(MediaEncryption.Optional, "UDP/TLS/RTP/SAVPF", $"a=crypto:1 AES_CM_128_HMAC_SHA1_80 {Key30}\r\n", OfferAnswerFailureKind.SecureTransportUnsupported)]
    [InlineData(MediaEncryption.Required, "RTP/AVP", "", OfferAnswerFailureKind.EncryptionRequired)]
    [InlineData(MediaEncryption.Required, "RTP/AVP", $"a=crypto:1 F8_128_HMAC_SHA1_80 {Key30}\r\n", OfferAnswerFailureKind.EncryptionRequired)]
    public void What_cannot_be_agreed_on_is_refused(MediaEncryption ours, string protocol, string lines, OfferAnswerFailureKind kind) =>
        Assert.Equal(kind, AudioAnswer.Create(SdpPeer.Says($"m=audio 4000 {protocol} 0\r\n{lines}"), Local(ours)).Failure?.Kind);

    [Theory]
    [InlineData($"a=crypto:1 AES_CM_128_HMAC_SHA1_80 {Key30}", "AES_CM_128_HMAC_SHA1_80")]
    [InlineData($"a=crypto:1 AES_CM_128_HMAC_SHA1_32 {Key30}|2^20", "AES_CM_128_HMAC_SHA1_32")]
    [InlineData($"a=crypto:7 AES_CM_128_HMAC_SHA1_80 {Key30} WSH=64 -xyz=1", "AES_CM_128_HMAC_SHA1_80")]
    [InlineData($"a=crypto:1 AEAD_AES_128_GCM {Key28}", "AEAD_AES_128_GCM")]
    [InlineData("a=crypto:1 AES_256_CM_HMAC_SHA1_32 inline:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8gISIjJCUmJygpKissLQ==", "AES_256_CM_HMAC_SHA1_32")]
    public void Lines_as_others_write_them_are_taken(string line, string suite)
    {
        var result = AudioAnswer.Create(SdpPeer.Says($"m=audio 4000 RTP/SAVP 0\r\n{line}\r\n"), Local(MediaEncryption.Optional));
        Assert.Equal(suite, result.Audio!.Srtp!.Suite.Name);
        Assert.StartsWith(line[9..line.IndexOf(' ', StringComparison.Ordinal)], result.Answer!.Media[0].Attribute("crypto")!.Value, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData($"a=crypto:1 AES_CM_128_HMAC_SHA1_80 {Key30}|2^20|1:4")] // a key identifier in every packet
    [InlineData($"a=crypto:1 AES_CM_128_HMAC_SHA1_80 {Key30}|1:4")]
    [InlineData($"a=crypto:1 AES_CM_128_HMAC_SHA1_80 {Key30};{Key30}")]
    [InlineData($"a=crypto:1 AES_CM_128_HMAC_SHA1_80 {Key30} UNENCRYPTED_SRTP")]
    [InlineData($"a=crypto:1 AES_CM_128_HMAC_SHA1_80 {Key28}")] // too short
    [InlineData("a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:!!!!")]
    [InlineData("a=crypto:1 AES_CM_128_HMAC_SHA1_80")]
    [InlineData($"a=crypto:0x1 AES_CM_128_HMAC_SHA1_80 {Key30}")]
    [InlineData($"a=crypto:1 aes_cm_128_hmac_sha1_80 {Key30}")]
    [InlineData("a=crypto")]
    public void Lines_that_cannot_be_used_are_left_out(string line) =>
        Assert.False(AudioAnswer.Create(SdpPeer.Says($"m=audio 4000 RTP/SAVP 0\r\n{line}\r\n"), Local(MediaEncryption.Optional)).Succeeded);

    [Fact]
    public void The_first_line_that_is_known_counts_and_keeps_its_number()
    {
        var result = AudioAnswer.Create(
            SdpPeer.Says($"m=audio 4000 RTP/SAVP 0\r\na=crypto:1 XYZ {Key30}\r\na=crypto:4 AES_CM_128_HMAC_SHA1_32 {Key30}\r\na=crypto:5 AES_CM_128_HMAC_SHA1_80 {Key30}\r\n"),
            Local(MediaEncryption.Optional));
        Assert.StartsWith("4 AES_CM_128_HMAC_SHA1_32 inline:", result.Answer!.Media[0].Attribute("crypto")!.Value, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData($"a=crypto:9 AES_CM_128_HMAC_SHA1_80 {Key30}")] // a number that was not offered
    [InlineData($"a=crypto:1 AES_CM_128_HMAC_SHA1_80 {Key30}")] // another suite than that number's
    [InlineData("a=sendrecv")]
    public void An_answer_that_does_not_fit_is_refused_where_it_has_to_be_encrypted(string line)
    {
        var caller = Local(MediaEncryption.Required);
        var result = AudioAnswer.Apply(AudioOffer.Create(caller), SdpPeer.Says($"m=audio 4000 RTP/SAVP 0\r\n{line}\r\n"), caller);
        Assert.Equal(OfferAnswerFailureKind.EncryptionRequired, result.Failure?.Kind);
    }

    [Fact]
    public void Keys_stay_through_the_session()
    {
        var caller = Local(MediaEncryption.Optional);
        var offer = AudioOffer.Create(caller);
        var answer = AudioAnswer.Create(offer, Local(MediaEncryption.Optional));
        var agreed = AudioAnswer.Apply(offer, answer.Answer!, caller).Audio;
        var held = AudioOffer.Create(caller.Next(agreed) with { Direction = MediaDirection.SendOnly }, offer);
        Assert.Equal(Lines(offer), Lines(held));
    }

    [Fact]
    public void A_key_is_not_printed_by_accident()
    {
        var key = SrtpKey.Create(SrtpSuite.AesGcm128);
        Assert.DoesNotContain(key.ToBase64(), key.ToString(), StringComparison.Ordinal);
        Assert.Equal("AEAD_AES_128_GCM", new SrtpKeying(key, key).ToString());
        Assert.Throws<ArgumentException>(() => SrtpKey.From(SrtpSuite.AesGcm128, new byte[30]));
    }

    private static List<string?> Lines(SessionDescription description) =>
        [.. description.Media[0].Attributes.Where(attribute => attribute.Is("crypto")).Select(attribute => attribute.Value)];

    private static LocalAudio Local(MediaEncryption encryption) => SdpPeer.Us with
    {
        Encryption = encryption,
        Keys = encryption == MediaEncryption.None ? [] : [.. SrtpSuite.All.Select(SrtpKey.Create)],
    };
}
