namespace Parley.Media.Sdp;

/// <summary>Which way a stream flows, seen from the side that wrote the description (RFC 8866 §6.7). A set of two flags.</summary>
[Flags]
public enum MediaDirection
{
    /// <summary><c>a=inactive</c>: neither way. RTCP still flows.</summary>
    Inactive = 0,

    /// <summary><c>a=sendonly</c>.</summary>
    SendOnly = 1,

    /// <summary><c>a=recvonly</c>.</summary>
    ReceiveOnly = 2,

    /// <summary><c>a=sendrecv</c>, also meant when nothing is written.</summary>
    SendReceive = SendOnly | ReceiveOnly,
}

/// <summary>Arithmetic on directions.</summary>
public static class MediaDirections
{
    /// <summary>The same flow seen from the other end: sendonly becomes recvonly and the reverse.</summary>
    /// <param name="direction">A direction as one side wrote it.</param>
    public static MediaDirection Reverse(this MediaDirection direction) =>
        (MediaDirection)((((int)direction & 1) << 1) | (((int)direction & 2) >> 1));

    /// <summary>The answerer's direction: what the offer allows, limited to what the answerer wants (RFC 3264 §6.1).</summary>
    /// <param name="offered">Direction as the offerer wrote it.</param>
    /// <param name="wanted">What the answerer would do if everything were allowed.</param>
    public static MediaDirection Answer(MediaDirection offered, MediaDirection wanted) => offered.Reverse() & wanted;

    /// <summary>Whether audio is sent.</summary>
    /// <param name="direction">A direction of one's own.</param>
    public static bool Sends(this MediaDirection direction) => (direction & MediaDirection.SendOnly) != 0;

    /// <summary>Whether audio is received.</summary>
    /// <param name="direction">A direction of one's own.</param>
    public static bool Receives(this MediaDirection direction) => (direction & MediaDirection.ReceiveOnly) != 0;

    /// <summary>The attribute name that stands for the direction.</summary>
    /// <param name="direction">A direction.</param>
    public static string ToAttribute(this MediaDirection direction) => direction switch
    {
        MediaDirection.Inactive => "inactive",
        MediaDirection.SendOnly => "sendonly",
        MediaDirection.ReceiveOnly => "recvonly",
        _ => "sendrecv",
    };

    /// <summary>The direction among these attributes, or null when none says one; the last wins if several do.</summary>
    internal static MediaDirection? Find(IReadOnlyList<SdpAttribute> attributes)
    {
        MediaDirection? found = null;
        for (var i = 0; i < attributes.Count; i++)
        {
            var attribute = attributes[i];
            if (attribute.Is("sendrecv")) found = MediaDirection.SendReceive;
            else if (attribute.Is("sendonly")) found = MediaDirection.SendOnly;
            else if (attribute.Is("recvonly")) found = MediaDirection.ReceiveOnly;
            else if (attribute.Is("inactive")) found = MediaDirection.Inactive;
        }
        return found;
    }
}
