namespace Parley.Media.Rtp;

/// <summary>Limits of a jitter buffer.</summary>
public sealed record JitterBufferOptions
{
    /// <summary>Smallest delay it keeps, 0–<see cref="Maximum"/>. Default 20 ms: one packet of the usual length.</summary>
    public TimeSpan Minimum { get; init; } = TimeSpan.FromMilliseconds(20);

    /// <summary>Largest delay it grows to, at most 1 s. Default 200 ms: more hurts a conversation (ITU-T G.114) more than the loss it avoids.</summary>
    public TimeSpan Maximum { get; init; } = TimeSpan.FromMilliseconds(200);

    internal void Validate()
    {
        if (Minimum < TimeSpan.Zero || Maximum < Minimum || Maximum > TimeSpan.FromSeconds(1))
        {
            throw new ArgumentException(
                $"The jitter buffer's delays must be 0 ≤ minimum ≤ maximum ≤ 1000 ms, not {Minimum.TotalMilliseconds} and {Maximum.TotalMilliseconds} ms.",
                nameof(Minimum));
        }
    }
}
