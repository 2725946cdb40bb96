using Parley.Media.Rtp;

namespace Parley.Media.Engine;

/// <summary>Takes a stream's payloads in order, still encoded. Called on the lane; it references a frame's packet if it keeps it.</summary>
internal abstract class EncodedTap
{
    /// <summary>One frame, lent for the call.</summary>
    public abstract void Write(in JitterFrame frame);
}
