using Parley.Sip.Transactions;

namespace Parley.Sip.Transport;

/// <summary>
/// Says which lane a call lives on. The hash is the same for the life of the process, so every message of a call finds its lane; it has a secret of the process's, so no stranger can
/// choose Call-IDs that all come to one lane.
/// </summary>
public static class LaneSelector
{
    private static readonly HashSecret s_secret = HashSecret.Random();

    /// <summary>Hash of a Call-ID; taken modulo the number of lanes.</summary>
    public static uint For(ReadOnlySpan<byte> callId)
    {
        var hash = new KeyedHash(s_secret);
        hash.Add(callId);
        return (uint)hash.Finish();
    }

    /// <summary>Position of the lane among <paramref name="lanes"/> lanes.</summary>
    public static int IndexFor(ReadOnlySpan<byte> callId, int lanes) => lanes == 1 ? 0 : (int)(For(callId) % (uint)lanes);
}
