namespace Parley.Net;

/// <summary>One datagram as it was put on the wire.</summary>
/// <param name="At">When, since the clock was made.</param>
/// <param name="Source">Who sent it, as others see it: behind a NAT, the NAT's address.</param>
/// <param name="Destination">Where it was sent to.</param>
/// <param name="Payload">Its bytes.</param>
public sealed record VirtualDatagram(TimeSpan At, NetEndpoint Source, NetEndpoint Destination, ReadOnlyMemory<byte> Payload)
{
    /// <summary>How often it was put on its way to the destination: 0 when lost, 2 when doubled.</summary>
    public int Copies { get; internal set; }

    /// <inheritdoc/>
    public override string ToString() => $"{At} {Source} > {Destination} {Payload.Length} bytes{(Copies == 1 ? "" : $" ×{Copies}")}";
}

/// <summary>What becomes of a datagram.</summary>
/// <param name="Copies">How often it arrives: 0 loses it.</param>
/// <param name="Delay">Time it takes besides the link's delay; others overtake it.</param>
public readonly record struct DatagramFate(int Copies, TimeSpan Delay)
{
    /// <summary>Arrives once, after the link's delay.</summary>
    public static DatagramFate Pass => new(1, TimeSpan.Zero);

    /// <summary>Is lost.</summary>
    public static DatagramFate Drop => new(0, TimeSpan.Zero);

    /// <summary>Arrives twice.</summary>
    public static DatagramFate Duplicate => new(2, TimeSpan.Zero);

    /// <summary>Arrives later than those sent after it.</summary>
    public static DatagramFate Late(TimeSpan by) => new(1, by);
}
