using System.Runtime.InteropServices;

namespace Parley.Media.Codecs;

/// <summary>
/// What is used of libopus, by the names and numbers of its header opus_defines.h. The control functions take any number of arguments in C; with one number after
/// the request that is the same call on Linux, for x64 and ARM64, as if the number were declared.
/// </summary>
internal static unsafe partial class OpusLibrary
{
    /// <summary>The library's name on Linux; its number stands for the functions it has since 2012.</summary>
    public const string File = "libopus.so.0";

    public const int ApplicationVoice = 2048;
    public const int SetBitrate = 4002;
    public const int SetMaxBandwidth = 4004;
    public const int SetVariableBitrate = 4006;
    public const int SetComplexity = 4010;
    public const int SetInbandFec = 4012;
    public const int SetPacketLoss = 4014;
    public const int SetDtx = 4016;

    public const int Narrowband = 1101;
    public const int Mediumband = 1102;
    public const int Wideband = 1103;
    public const int Superwideband = 1104;
    public const int Fullband = 1105;

    /// <summary>Why the codec cannot be used here; null when it can. Looked for once.</summary>
    public static string? Missing { get; } = Probe(File);

    /// <summary>What is wrong with a library; null when it can be loaded.</summary>
    public static string? Probe(string file) =>
        NativeLibrary.TryLoad(file, typeof(OpusLibrary).Assembly, null, out _) ? null : $"{file} is not installed (apt-get install libopus0)";

    [LibraryImport(File, EntryPoint = "opus_encoder_create")]
    public static partial OpusEncoderState CreateEncoder(int sampleRate, int channels, int application, out int error);

    [LibraryImport(File, EntryPoint = "opus_encoder_destroy")]
    public static partial void DestroyEncoder(nint encoder);

    [LibraryImport(File, EntryPoint = "opus_encoder_ctl")]
    public static partial int Control(OpusEncoderState encoder, int request, int value);

    [LibraryImport(File, EntryPoint = "opus_encode")]
    public static partial int Encode(OpusEncoderState encoder, short* pcm, int samples, byte* packet, int room);

    [LibraryImport(File, EntryPoint = "opus_decoder_create")]
    public static partial OpusDecoderState CreateDecoder(int sampleRate, int channels, out int error);

    [LibraryImport(File, EntryPoint = "opus_decoder_destroy")]
    public static partial void DestroyDecoder(nint decoder);

    /// <summary>Without a packet (null and 0) what is lost is made up.</summary>
    [LibraryImport(File, EntryPoint = "opus_decode")]
    public static partial int Decode(OpusDecoderState decoder, byte* packet, int length, short* pcm, int samples, int redundancy);
}
