using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Parley.Media.Files;

/// <summary>A file that libsndfile has open. Keeps what it reads from alive for as long; does not close that.</summary>
internal sealed class SoundFileHandle : SafeHandleZeroOrMinusOneIsInvalid
{
    private GCHandle<SoundFileInput> _input;

    public SoundFileHandle(nint file, GCHandle<SoundFileInput> input)
        : base(ownsHandle: true)
    {
        SetHandle(file);
        _input = input;
    }

    protected override bool ReleaseHandle()
    {
        var closed = LibSndFile.Close(handle) == 0;
        _input.Dispose();
        return closed;
    }
}
