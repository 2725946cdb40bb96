using Microsoft.Win32.SafeHandles;

namespace Parley.Media.Codecs;

/// <summary>An encoder's memory in libopus, given back with the handle.</summary>
internal sealed class OpusEncoderState() : SafeHandleZeroOrMinusOneIsInvalid(ownsHandle: true)
{
    protected override bool ReleaseHandle()
    {
        OpusLibrary.DestroyEncoder(handle);
        return true;
    }
}
