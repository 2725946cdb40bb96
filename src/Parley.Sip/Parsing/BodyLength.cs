using Parley.Sip.Messages;

namespace Parley.Sip.Parsing;

/// <summary>Where the body ends (RFC 3261 §18.3, §20.14).</summary>
internal static class BodyLength
{
    public static void Apply(SipMessage message, SipLimits limits, bool lengthRequired, ref SipFault fault)
    {
        var available = message.End - message.BodyStart;
        if (message.Has(HeaderId.ContentLength))
        {
            if (!message.TryGetContentLength(out var length))
                fault = fault.Or(400, "Malformed Content-Length header field", message.BodyStart);
            else if (length > available)
                fault = fault.Or(400, "Body is shorter than Content-Length", message.End);
            else
                message.End = message.BodyStart + length; // bytes beyond it are discarded
        }
        else if (lengthRequired)
        {
            fault = fault.Or(400, "Missing Content-Length header field", message.BodyStart);
        }

        if (message.End - message.BodyStart > limits.MaxBody)
            fault = fault.Or(413, "Body is larger than this element takes", message.BodyStart);
    }

    /// <summary>Sets the end of a message of which only the head is there. A second Content-Length makes it unknowable.</summary>
    public static void Measure(SipMessage message, SipLimits limits, ref SipFault fault)
    {
        var lines = 0;
        foreach (var _ in message.Lines(HeaderId.ContentLength))
            lines++;
        if (lines == 0)
            fault = fault.Or(400, "Missing Content-Length header field", message.BodyStart);
        else if (lines > 1 || !message.TryGetContentLength(out var length))
            fault = fault.Or(400, "Malformed Content-Length header field", message.BodyStart);
        else if (length > limits.MaxBody)
            fault = fault.Or(413, "Body is larger than this element takes", message.BodyStart);
        else if (length > limits.MaxMessage - message.BodyStart)
            fault = fault.Or(513, "Message is larger than this element takes", message.BodyStart);
        else
            message.End = message.BodyStart + length;
    }
}
