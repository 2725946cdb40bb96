using Parley.Net;
using Parley.Sip.Messages;

namespace Parley.Sip.Transactions;

/// <summary>
/// A request with everything but Via: start line, headers, blank line, body. The transaction puts its Via after the start line, so that the
/// same request can go out again over another transport or to another target (RFC 3263 §4.3).
/// </summary>
/// <remarks>Owns one reference to its buffer; whatever sends the request takes it over.</remarks>
public readonly struct OutgoingRequest
{
    /// <summary>Takes over a request.</summary>
    /// <param name="bytes">The request without Via; one reference is taken over.</param>
    /// <param name="method">Its method, as in its start line and CSeq.</param>
    /// <exception cref="ArgumentException">There is no CR LF after a start line.</exception>
    public OutgoingRequest(PacketBuffer bytes, SipMethod method)
    {
        ArgumentNullException.ThrowIfNull(bytes);
        Bytes = bytes;
        Method = method;
        StartLineLength = bytes.Span.IndexOf("\r\n"u8) + 2;
        if (StartLineLength < 2)
            throw new ArgumentException("The request has no start line ended by CR LF.", nameof(bytes));
    }

    /// <summary>The request without Via.</summary>
    public PacketBuffer Bytes { get; }

    /// <summary>The request's method.</summary>
    public SipMethod Method { get; }

    /// <summary>
    /// True keeps a large request on UDP instead of trying TCP first (<see cref="TransactionOptions.SwitchToTcpAbove"/>). Default false.
    /// </summary>
    public bool StayOnUdp { get; init; }

    /// <summary>Lines that depend on the path, written after Via. Default none.</summary>
    public IFlowHeaders? FlowHeaders { get; init; }

    /// <summary>
    /// What a forking proxy recognises a request by that comes round to it (RFC 5393 §4.2.1), written into the branch; 0 for none. Default 0.
    /// See <see cref="Forwarding.LoopMark"/>.
    /// </summary>
    public ulong LoopMark { get; init; }

    internal int StartLineLength { get; }

    internal bool IsEmpty => Bytes is null;
}
