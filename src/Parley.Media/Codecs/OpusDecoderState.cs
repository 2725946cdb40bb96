using Microsoft.Win32.SafeHandles;

namespace Parley.Media.Codecs;

/// <summary>A decoder's memory in libopus, given back with the handle.</summary>
internal sealed class OpusDecoderState() : SafeHandleZeroOrMinusOneIsInvalid(ownsHandle: true)
{
    protected override bool ReleaseHandle()
    {
        OpusLibrary.DestroyDecoder(handle);
        return true;
    }
}
