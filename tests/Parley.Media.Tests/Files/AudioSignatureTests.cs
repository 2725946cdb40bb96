using Parley.Media.Files;
using Parley.TestSupport;

namespace Parley.Media.Tests.Files;

public sealed class AudioSignatureTests
{
    private static byte[] Latin(string text) => [.. text.Select(c => (byte)c)];

    [Theory]
    [InlineData("RIFF\0\0\0\0WAVE", "WAV", "Wav")]
    [InlineData("RIFX\0\0\0\0WAVE", "WAV", "Wav")]
    [InlineData("RF64\0\0\0\0WAVE", "WAV", "Wav")]
    [InlineData("ID3\u0003\0", "MP3", "Decoded")]
    [InlineData("\u00FF\u00FB\u0090\u0064", "MP3", "Decoded")]
    [InlineData("\u00FF\u00F3\u0040\u00C4", "MP3", "Decoded")]
    [InlineData("fLaC\0\0\0\u0022", "FLAC", "Decoded")]
    [InlineData("FORM\0\0\0\0AIFF", "AIFF", "Decoded")]
    [InlineData("FORM\0\0\0\08SVX", "something that begins with the bytes 464F524D", "Unknown")]
    [InlineData(".snd\0\0\0\u0018", "AU", "Decoded")]
    [InlineData("\u00FF\u00F1\u0050\u0080", "AAC", "Unknown")]
    [InlineData("\u00FF\u00FF\u00FF\u00FF", "something that begins with the bytes FFFFFFFF", "Unknown")]
    [InlineData("\0\0\0\u0020ftypM4A ", "MP4 (AAC, ALAC)", "Unknown")]
    [InlineData("\u001A\u0045\u00DF\u00A3", "WebM or Matroska", "Unknown")]
    [InlineData("\u0030\u0026\u00B2\u0075", "WMA", "Unknown")]
    [InlineData("#!AMR\n", "AMR", "Unknown")]
    [InlineData("#EXTM3U\nhttp://radio.example.com", "a playlist", "Unknown")]
    [InlineData("[playlist]\nFile1=", "a playlist", "Unknown")]
    [InlineData("\u00EF\u00BB\u00BF\r\n <!DOCTYPE html>", "HTML or XML", "Unknown")]
    [InlineData("{\"error\": \"not found\"}", "a text", "Unknown")]
    [InlineData("\u0001\u0002", "something that begins with the bytes 0102", "Unknown")]
    public void It_is_told_by_its_first_bytes(string bytes, string name, string kind)
    {
        var signature = AudioSignature.Of(Latin(bytes));
        Assert.Equal((name, kind), (signature.Name, signature.Kind.ToString()));
    }

    [Theory]
    [InlineData("\u0001vorbis", "Ogg Vorbis")]
    [InlineData("OpusHead", "Ogg Opus")]
    [InlineData("\u007FFLAC", "Ogg FLAC")]
    [InlineData("Speex   ", "Ogg Speex")]
    [InlineData("\u0080theora", "Ogg")]
    public void An_Ogg_names_its_codec(string packet, string name)
    {
        Assert.Equal(name, AudioSignature.Of([.. "OggS"u8, .. new byte[22], 1, 30, .. Latin(packet), .. new byte[30]]).Name);
        Assert.Equal("Ogg", AudioSignature.Of([.. "OggS"u8, .. new byte[22], 255]).Name);
    }

    [Fact]
    public void A_WAV_is_known_by_four_bytes_and_what_else_it_is_by_more()
    {
        Assert.True(AudioSignature.NeedsMore("RIF"u8));
        Assert.False(AudioSignature.NeedsMore("RIFF"u8));
        Assert.True(AudioSignature.NeedsMore("OggS"u8));
        Assert.False(AudioSignature.NeedsMore(new byte[AudioSignature.Length]));
    }

    [Theory]
    [InlineData(SoundFormat.Mp3, "MP3")]
    [InlineData(SoundFormat.Vorbis, "Ogg Vorbis")]
    [InlineData(SoundFormat.Opus, "Ogg Opus")]
    [InlineData(SoundFormat.Flac, "FLAC")]
    [InlineData(SoundFormat.Aiff, "AIFF")]
    [InlineData(SoundFormat.Au, "AU")]
    [InlineData(SoundFormat.Rf64, "WAV")]
    public void Real_files_are_what_they_are(SoundFormat format, string name)
    {
        Assert.SkipUnless(SoundFiles.IsInstalled, SoundFiles.Missing);
        Assert.Equal(name, AudioSignature.Of(SoundFiles.Tone(format, 440, rate: 8_000).AsSpan(0, AudioSignature.Length)).Name);
    }
}
