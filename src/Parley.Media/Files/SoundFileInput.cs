using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Parley.Media.Files;

/// <summary>
/// What libsndfile reads from, in calls back from native code. No exception may pass that, so what goes wrong is kept for whoever made the call
/// that led here, and looks like the end of the file from within.
/// </summary>
internal sealed unsafe class SoundFileInput(Stream stream)
{
    private readonly long _origin = stream.Position;

    /// <summary>Gives up whatever the library does next: it finds no more bytes.</summary>
    public CancellationToken Cancellation { get; set; }

    /// <summary>What the stream threw; null when nothing.</summary>
    public Exception? Fault { get; private set; }

    public static LibSndFile.VirtualIo Callbacks => new() { Length = &OnLength, Seek = &OnSeek, Read = &OnRead, Tell = &OnTell };

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static long OnLength(nint user) => Of(user).Try(static (input, _, _) => input.Length, 0, 0, -1);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static long OnSeek(long offset, int whence, nint user) => Of(user).Try(static (input, offset, whence) => input.Seek(offset, (int)whence), offset, whence, -1);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static long OnRead(byte* bytes, long count, nint user) =>
        Of(user).Try(static (input, bytes, count) => input.Read(new Span<byte>((byte*)bytes, (int)Math.Min(count, int.MaxValue))), (nint)bytes, count, 0);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static long OnTell(nint user) => Of(user).Try(static (input, _, _) => input.Position, 0, 0, -1);

    private static SoundFileInput Of(nint user) => GCHandle<SoundFileInput>.FromIntPtr(user).Target;

    private long Length => stream.Length - _origin;

    private long Position => stream.Position - _origin;

    private long Seek(long offset, int whence)
    {
        var from = whence switch { LibSndFile.SEEK_CUR => Position, LibSndFile.SEEK_END => Length, _ => 0 };
        // Places outside come from damaged files; that is no fault of the stream.
        if (offset < -from || offset > Length - from) return -1;
        stream.Position = _origin + from + offset;
        return from + offset;
    }

    // The library takes a short read for the end of the file.
    private long Read(Span<byte> bytes) => stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);

    [SuppressMessage("Design", "CA1031", Justification = "The boundary to native code; thrown on by the reader.")]
    private long Try(Func<SoundFileInput, long, long, long> call, long first, long second, long failed)
    {
        if (Fault is not null || Cancellation.IsCancellationRequested) return failed;
        try
        {
            return call(this, first, second);
        }
        catch (Exception e)
        {
            Fault = e;
            return failed;
        }
    }
}
