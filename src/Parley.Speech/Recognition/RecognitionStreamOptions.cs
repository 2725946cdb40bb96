namespace Parley.Speech.Recognition;

/// <summary>How one call's recognition copes with what goes wrong.</summary>
public sealed record RecognitionStreamOptions
{
    /// <summary>Audio kept for a vendor that is away: sent after the connection is back, from the last final text on. Default 6 s, 192 kB at 16 kHz; 1 to 60 s.</summary>
    public TimeSpan Buffer { get; init; } = TimeSpan.FromSeconds(6);

    /// <summary>Audio sent at once. Default 40 ms, as vendors advise; 20 to 500 ms.</summary>
    public TimeSpan Packet { get; init; } = TimeSpan.FromMilliseconds(40);

    /// <summary>Connects with the first audio instead of at once: nothing is asked of a vendor before there is something to hear. Default false.</summary>
    public bool ConnectWithAudio { get; init; }

    /// <summary>Wait before the first reconnection; doubled each time up to <see cref="MaxRetryDelay"/>. Default 200 ms.</summary>
    public TimeSpan RetryDelay { get; init; } = TimeSpan.FromMilliseconds(200);

    /// <summary>Longest wait between reconnections. Default 10 s.</summary>
    public TimeSpan MaxRetryDelay { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Failures in a row after which the next provider is tried; a refused key needs only one. Default 2.</summary>
    public int FailuresBeforeFallback { get; init; } = 2;

    /// <summary>
    /// Time a vendor may be silent after somebody began to speak; then the connection is taken for dead. Default 10 s. It needs the voice activity
    /// detector's changes (<see cref="RecognitionStream.Heard"/>).
    /// </summary>
    public TimeSpan ResponseTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Checks the values.</summary>
    /// <exception cref="ArgumentException">One cannot be; the message names it.</exception>
    public void Validate()
    {
        if (Buffer < TimeSpan.FromSeconds(1) || Buffer > TimeSpan.FromSeconds(60)) throw new ArgumentException($"{nameof(Buffer)} must be 1 to 60 s, not {Buffer}.", nameof(Buffer));
        if (Packet < TimeSpan.FromMilliseconds(20) || Packet > TimeSpan.FromMilliseconds(500)) throw new ArgumentException($"{nameof(Packet)} must be 20 to 500 ms, not {Packet}.", nameof(Packet));
        if (RetryDelay <= TimeSpan.Zero || RetryDelay > MaxRetryDelay) throw new ArgumentException($"{nameof(RetryDelay)} must be above 0 and at most {nameof(MaxRetryDelay)}.", nameof(RetryDelay));
        if (FailuresBeforeFallback < 1) throw new ArgumentException($"{nameof(FailuresBeforeFallback)} must be 1 or more.", nameof(FailuresBeforeFallback));
        if (ResponseTimeout <= TimeSpan.Zero) throw new ArgumentException($"{nameof(ResponseTimeout)} must be above 0.", nameof(ResponseTimeout));
    }
}
