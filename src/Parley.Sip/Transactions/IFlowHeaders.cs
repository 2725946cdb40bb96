using Parley.Sip.Transport;

namespace Parley.Sip.Transactions;

/// <summary>
/// Header lines of a request whose text depends on the path it takes, our Contact above all. They are written with the Via, each time the request leaves.
/// </summary>
public interface IFlowHeaders
{
    /// <summary>Bytes that <see cref="Write"/> writes for this flow.</summary>
    int Length(in SipFlow flow);

    /// <summary>Writes whole lines, each ended by CR LF.</summary>
    /// <param name="destination">Exactly <see cref="Length"/> bytes.</param>
    /// <param name="flow">What the request leaves by.</param>
    void Write(Span<byte> destination, in SipFlow flow);
}
