namespace Parley.Services.Proxy;

/// <summary>In which order several targets are tried (RFC 3261 §16.6).</summary>
public enum ForkMode
{
    /// <summary>Those of the best q at once, then those of the next.</summary>
    ByQ,

    /// <summary>All at once.</summary>
    Parallel,

    /// <summary>One after the other, in the order they were added.</summary>
    Sequential,
}
