using System.Diagnostics.CodeAnalysis;
using Parley.Net;
using Parley.Sip.Messages;

namespace Parley.Sip.Parsing;

/// <summary>
/// Reads one message out of one buffer (RFC 3261 §7, §25). Never throws. The start line and header lines are indexed; what every message needs
/// (top Via, From, To, Call-ID, CSeq, the request-URI, lengths) is checked; the rest is read when asked for.
/// </summary>
/// <remarks>
/// Line folds are turned into blanks in the buffer itself (RFC 3261 §7.3.1 lets them mean the same), so that no value ever contains a line end and none can
/// be smuggled into a message made from it.
/// </remarks>
public static class SipParser
{
    /// <summary>Reads a datagram, or one message of a transport that keeps message borders.</summary>
    /// <param name="datagram">The message. On success one reference is taken over by the message; otherwise it stays with the caller.</param>
    /// <param name="limits">How large it may be.</param>
    /// <param name="pool">Where the message comes from and goes back to.</param>
    /// <param name="message">
    /// The message, of which the caller owns one reference. It may have a <see cref="SipMessage.Fault"/>: then it is a request that should be answered with that and
    /// nothing else.
    /// </param>
    /// <param name="fault">What is wrong, also when it is returned as a message.</param>
    /// <returns>False when it is no SIP message, or malformed with nobody to tell: a response, an ACK, a request without a usable Via.</returns>
    public static bool TryParse(PacketBuffer datagram, SipLimits limits, SipMessagePool pool, [NotNullWhen(true)] out SipMessage? message, out SipFault fault) =>
        TryParse(datagram, limits, pool, lengthRequired: false, out message, out fault);

    internal static bool TryParse(
        PacketBuffer buffer, SipLimits limits, SipMessagePool pool, bool lengthRequired, [NotNullWhen(true)] out SipMessage? message, out SipFault fault)
    {
        message = pool.Rent();
        message.Data = buffer.Array;
        fault = Read(message, buffer.Length, limits, lengthRequired);
        if (fault.IsNone || IsAnswerable(message))
        {
            message.Fault = fault;
            message.Take(buffer);
            return true;
        }

        message.Release();
        message = null;
        return false;
    }

    /// <summary>
    /// Length of the whole message whose start line and header fields fill <paramref name="head"/>; -1 with a fault when it cannot be known or passes a limit.
    /// </summary>
    internal static int Measure(PacketBuffer head, SipLimits limits, SipMessagePool pool, ref SipFault fault)
    {
        var message = pool.Rent();
        message.Data = head.Array;
        message.Reset(head.Length);
        var at = 0;
        var start = StartLine.Read(message, ref at, limits);
        if (at < 0)
            fault = fault.Or(start.Status, start.Reason, start.Offset);
        else
            MeasureBody(message, at, limits, ref fault);
        var length = fault.IsNone ? message.End : -1;
        message.Release();
        return length;
    }

    private static void MeasureBody(SipMessage message, int at, SipLimits limits, ref SipFault fault)
    {
        var scan = default(SipFault);
        HeaderScan.Run(message, at, limits, ref scan);
        if (scan.Status == 513)
            fault = fault.Or(scan.Status, scan.Reason, scan.Offset);
        BodyLength.Measure(message, limits, ref fault);
    }

    // ACK is never answered (RFC 3261 §17.1.1.3); without a Via there is nowhere to answer to (§18.2.2).
    private static bool IsAnswerable(SipMessage message) =>
        message.IsRequest && message.Method != SipMethod.Ack && (message.Known & SipMessage.Parsed.Via) != 0;

    private static SipFault Read(SipMessage message, int end, SipLimits limits, bool lengthRequired)
    {
        message.Reset(end);
        // Empty lines before the start line are ignored (RFC 3261 §7.5).
        var at = 0;
        while (at < end && message.Data[at] is (byte)'\r' or (byte)'\n')
            at++;
        message.Start = at;
        var fault = StartLine.Read(message, ref at, limits);
        if (at < 0)
            return fault;
        if (end - message.Start > limits.MaxMessage)
            fault = fault.Or(513, "Message is larger than this element takes", limits.MaxMessage);
        HeaderScan.Run(message, at, limits, ref fault);
        MessageCheck.Run(message, ref fault);
        BodyLength.Apply(message, limits, lengthRequired, ref fault);
        return fault;
    }
}
