using System.Runtime.InteropServices;

namespace Parley.Speech.Synthesis;

/// <summary>Bytes that come in any portions become 16-bit samples: the odd byte waits for its other half.</summary>
internal sealed class PcmBytes
{
    private short[] _samples = new short[4096];
    private byte _odd;
    private bool _hasOdd;

    /// <summary>The samples in these bytes, valid until the next call.</summary>
    public ReadOnlyMemory<short> Take(ReadOnlySpan<byte> bytes)
    {
        var total = bytes.Length + (_hasOdd ? 1 : 0);
        if (_samples.Length < total / 2) _samples = new short[total / 2];
        var target = MemoryMarshal.AsBytes(_samples.AsSpan(0, total / 2));
        if (target.IsEmpty)
        {
            if (!bytes.IsEmpty) (_odd, _hasOdd) = (bytes[0], true);
            return default;
        }

        var at = 0;
        if (_hasOdd) target[at++] = _odd;
        var part = target.Length - at;
        bytes[..part].CopyTo(target[at..]);
        _hasOdd = part < bytes.Length;
        if (_hasOdd) _odd = bytes[^1];
        return _samples.AsMemory(0, total / 2);
    }
}
