using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Parley.Media.Files;

/// <summary>The functions of libsndfile 1.x that reading needs, with its own structures. The system's library, loaded when first called.</summary>
internal static unsafe partial class LibSndFile
{
    /// <summary>The name its major version has had since 2007.</summary>
    public const string Name = "libsndfile.so.1";

    public const int SFM_READ = 0x10;

    public const int SEEK_CUR = 1;
    public const int SEEK_END = 2;

    /// <summary>SF_COUNT_MAX: a length nobody knows.</summary>
    public const long UnknownFrames = long.MaxValue;

    /// <summary>SF_INFO.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct Info
    {
        public long Frames;
        public int SampleRate;
        public int Channels;
        public int Format;
        public int Sections;
        public int Seekable;
    }

    /// <summary>SF_VIRTUAL_IO, which is copied when a file is opened; the last argument of each is what was given then.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct VirtualIo
    {
        public delegate* unmanaged[Cdecl]<nint, long> Length;
        public delegate* unmanaged[Cdecl]<long, int, nint, long> Seek;
        public delegate* unmanaged[Cdecl]<byte*, long, nint, long> Read;
        public nint Write;
        public delegate* unmanaged[Cdecl]<nint, long> Tell;
    }

    [LibraryImport(Name, EntryPoint = "sf_open_virtual")]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    public static partial nint OpenVirtual(VirtualIo* io, int mode, Info* info, nint user);

    [LibraryImport(Name, EntryPoint = "sf_readf_float")]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    public static partial long ReadFrames(SoundFileHandle file, float* interleaved, long frames);

    [LibraryImport(Name, EntryPoint = "sf_error")]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    public static partial int Error(SoundFileHandle file);

    /// <summary>With 0 the last error of opening, of any thread.</summary>
    [LibraryImport(Name, EntryPoint = "sf_error")]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    public static partial int LastError(nint none);

    [LibraryImport(Name, EntryPoint = "sf_error_number")]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    public static partial byte* ErrorText(int error);

    [LibraryImport(Name, EntryPoint = "sf_version_string")]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    public static partial byte* Version();

    [LibraryImport(Name, EntryPoint = "sf_close")]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    public static partial int Close(nint file);
}
