namespace Parley.Media.Files;

/// <summary>What a file is by its first bytes, whatever it is called and whatever a server says of it.</summary>
/// <param name="Name">As people call it.</param>
/// <param name="Kind">Who reads it.</param>
internal readonly record struct AudioSignature(string Name, AudioSignatureKind Kind)
{
    /// <summary>Bytes that are enough to tell; an Ogg page names its codec behind a header of 28 bytes.</summary>
    public const int Length = 64;

    // MP4 and its kin begin with the length of their first box.
    private const int BoxName = 4;

    // Ogg's page header up to its segment table, whose length stands in the last of these bytes (RFC 3533 §6).
    private const int OggHeader = 27;

    // Before the first mark of a text: white space and the byte order mark of UTF-8.
    private static readonly byte[] s_blank = [.. " \t\r\n"u8, 0xEF, 0xBB, 0xBF];

    /// <summary>True while so little has come that it could be anything. A WAV is known by four bytes: it may be streamed, and its header be all there is for now.</summary>
    public static bool NeedsMore(ReadOnlySpan<byte> start) => start.Length < 4 || (start.Length < Length && !IsWav(start));

    /// <summary>Tells what it is; of what is known to nobody, its first bytes.</summary>
    public static AudioSignature Of(ReadOnlySpan<byte> start) =>
        IsWav(start) ? new("WAV", AudioSignatureKind.Wav)
        : Coded(start) is { } coded ? new(coded, AudioSignatureKind.Decoded)
        : new(Other(start), AudioSignatureKind.Unknown);

    private static bool IsWav(ReadOnlySpan<byte> start) => start.StartsWith("RIFF"u8) || start.StartsWith("RIFX"u8) || start.StartsWith("RF64"u8);

    private static string? Coded(ReadOnlySpan<byte> start) => start switch
    {
        _ when start.StartsWith("OggS"u8) => Ogg(start),
        _ when start.StartsWith("fLaC"u8) => "FLAC",
        _ when start.StartsWith("ID3"u8) || IsMpegFrame(start) => "MP3",
        _ when start.StartsWith("FORM"u8) && start.Length >= 12 && start[8..].StartsWith("AIF"u8) => "AIFF",
        _ when start.StartsWith(".snd"u8) => "AU",
        _ => null,
    };

    private static string Ogg(ReadOnlySpan<byte> start)
    {
        var first = start.Length < OggHeader ? [] : start[Math.Min(start.Length, OggHeader + start[OggHeader - 1])..];
        return first switch
        {
            _ when first.StartsWith("OpusHead"u8) => "Ogg Opus",
            _ when first.StartsWith("\u0001vorbis"u8) => "Ogg Vorbis",
            _ when first.StartsWith("\u007FFLAC"u8) => "Ogg FLAC",
            _ when first.StartsWith("Speex"u8) => "Ogg Speex",
            _ => "Ogg",
        };
    }

    // Eleven bits of sync, then version, layer, bit rate and sample rate, each with a value that no frame has.
    private static bool IsMpegFrame(ReadOnlySpan<byte> start) =>
        start.Length >= 4 && start[0] == 0xFF && (start[1] & 0xE0) == 0xE0
        && (start[1] & 0x18) != 0x08 && (start[1] & 0x06) != 0 && (start[2] & 0xF0) != 0xF0 && (start[2] & 0x0C) != 0x0C;

    private static string Other(ReadOnlySpan<byte> start) => start switch
    {
        _ when start.Length > BoxName && start[BoxName..].StartsWith("ftyp"u8) => "MP4 (AAC, ALAC)",
        _ when start.StartsWith<byte>([0x1A, 0x45, 0xDF, 0xA3]) => "WebM or Matroska",
        _ when start.StartsWith<byte>([0x30, 0x26, 0xB2, 0x75]) => "WMA",
        _ when start.Length >= 2 && start[0] == 0xFF && (start[1] & 0xF6) == 0xF0 => "AAC",
        _ when start.StartsWith("#!AMR"u8) => "AMR",
        _ when start.StartsWith("#EXT"u8) || start.StartsWith("[playlist]"u8) => "a playlist",
        _ when start.TrimStart(s_blank) is [(byte)'<', ..] => "HTML or XML",
        _ when !start.ContainsAnyExceptInRange((byte)'\t', (byte)'~') => "a text",
        _ => $"something that begins with the bytes {Convert.ToHexString(start[..Math.Min(start.Length, 4)])}",
    };
}
