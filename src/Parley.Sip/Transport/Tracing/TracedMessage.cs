using Parley.Net;

namespace Parley.Sip.Transport;

/// <summary>One message of a trace.</summary>
/// <param name="Time">When it was seen.</param>
/// <param name="Source">Who sent it.</param>
/// <param name="Destination">To whom.</param>
/// <param name="Bytes">The message.</param>
public sealed record TracedMessage(DateTimeOffset Time, NetEndpoint Source, NetEndpoint Destination, ReadOnlyMemory<byte> Bytes);
