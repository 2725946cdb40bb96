namespace Parley.Sip.Invites;

/// <summary>How long to wait after a 491, so that of two sides that collided one comes first (RFC 3261 §14.1, RFC 3311 §5.3).</summary>
internal static class GlareBackOff
{
    // Tens of milliseconds: the unit the RFC counts in.
    private const int Unit = 10;

    /// <summary>Milliseconds: 2,100 to 4,000 for the side that made the Call-ID, 0 to 2,000 for the other.</summary>
    public static int Milliseconds(bool ownsCallId, Random random) =>
        Unit * (ownsCallId ? random.Next(210, 401) : random.Next(0, 201));
}
