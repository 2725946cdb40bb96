using System.Buffers;
using Parley.Net;
using Parley.Sip.Messages;

namespace Parley.Sip.Parsing;

/// <summary>
/// Cuts a byte stream into messages by their Content-Length (RFC 3261 §18.3) and tells keep-alives (RFC 5626 §3.5.1) from them. One per connection; used
/// by one thread at a time. Never throws.
/// </summary>
public sealed class SipFramer
{
    private readonly SipLimits _limits;
    private readonly PacketPool _packets;
    private readonly SipMessagePool _messages;
    private readonly bool _pings;

    // Of the message that lies at the start of the input: bytes searched for its empty line, and its length once that is known.
    private long _searched;
    private int _total;

    /// <summary>Makes a framer for one connection.</summary>
    /// <param name="limits">How large messages may be.</param>
    /// <param name="packets">Where the messages' buffers come from.</param>
    /// <param name="messages">Where the messages come from.</param>
    /// <param name="pings">
    /// True when this side sends pings on the connection: a single CRLF is then reported at once, as the answer. Otherwise the framer waits for a second one, which
    /// makes it a ping.
    /// </param>
    public SipFramer(SipLimits limits, PacketPool packets, SipMessagePool messages, bool pings = false)
    {
        _limits = limits;
        _packets = packets;
        _messages = messages;
        _pings = pings;
    }

    /// <summary>Takes the next message or keep-alive off the front of <paramref name="input"/>.</summary>
    /// <param name="input">
    /// Everything received and not yet consumed, beginning where the last call left it. What is consumed is cut off; with <see cref="FrameResult.NeedMore"/> only empty
    /// lines are.
    /// </param>
    /// <param name="message">The message, of which the caller owns one reference; also with <see cref="FrameResult.Fatal"/> when it should be answered.</param>
    /// <param name="fault">What is wrong. With <see cref="FrameResult.Message"/> and no message: a malformed one was skipped that nobody can be told about.</param>
    public FrameResult TryRead(ref ReadOnlySequence<byte> input, out SipMessage? message, out SipFault fault)
    {
        message = null;
        fault = default;
        if (_total < 0)
            return FrameResult.Fatal;
        if (_searched == 0 && TryReadKeepAlive(ref input, out var keepAlive))
            return keepAlive;
        if (_total == 0)
        {
            var head = FindHead(input);
            if (head == 0)
                return FrameResult.NeedMore;
            _total = MeasureHead(input, head, ref message, ref fault);
            if (_total < 0)
                return FrameResult.Fatal;
        }

        if (input.Length < _total)
            return FrameResult.NeedMore;
        TakeMessage(input.Slice(0, _total), out message, out fault);
        input = input.Slice(_total);
        _searched = 0;
        _total = 0;
        return FrameResult.Message;
    }

    // Called at the border of two messages only. True when the answer is known without looking for a message.
    private bool TryReadKeepAlive(ref ReadOnlySequence<byte> input, out FrameResult result)
    {
        result = FrameResult.NeedMore;
        Span<byte> front = stackalloc byte[4];
        var length = (int)Math.Min(input.Length, front.Length);
        input.Slice(0, length).CopyTo(front);
        front = front[..length];
        if (length == 0 || (length == 1 && front[0] == '\r'))
            return true;
        if (front.StartsWith("\r\n\r\n"u8))
            return Consume(ref input, 4, FrameResult.Ping, out result);
        if (front[0] == '\n')
            return Consume(ref input, 1, FrameResult.Pong, out result);
        if (!front.StartsWith("\r\n"u8))
            return false;
        var mayBecomePing = !_pings && (length == 2 || (length == 3 && front[2] == '\r'));
        return mayBecomePing || Consume(ref input, 2, FrameResult.Pong, out result);
    }

    private static bool Consume(ref ReadOnlySequence<byte> input, int length, FrameResult what, out FrameResult result)
    {
        input = input.Slice(length);
        result = what;
        return true;
    }

    // Length of the start line and header fields with the empty line after them; 0 while that has not come. What cannot become a message of lawful size
    // counts as a head, which then turns out to be none.
    private int FindHead(in ReadOnlySequence<byte> input)
    {
        const int overlap = 2; // the empty line may begin in what was searched before: LF CR
        var from = Math.Max(0, _searched - overlap);
        var reader = new SequenceReader<byte>(input.Slice(from));
        while (reader.TryAdvanceTo((byte)'\n'))
        {
            var rest = reader.UnreadSequence;
            var length = rest.IsEmpty ? 0 : rest.FirstSpan[0] == '\n' ? 1 : IsEmptyLine(rest) ? 2 : 0;
            if (length > 0)
                return (int)Math.Min(from + reader.Consumed + length, _limits.MaxMessage + 1);
        }

        _searched = input.Length;
        return _searched > _limits.MaxMessage ? _limits.MaxMessage + 1 : 0;
    }

    private static bool IsEmptyLine(in ReadOnlySequence<byte> rest)
    {
        Span<byte> front = stackalloc byte[2];
        if (rest.Length < 2)
            return false;
        rest.Slice(0, 2).CopyTo(front);
        return front.SequenceEqual("\r\n"u8);
    }

    // The whole message's length, read out of the head by the same code that will parse it, so that the two cannot disagree about where it ends;
    // -1 when it cannot be known or is too large.
    private int MeasureHead(in ReadOnlySequence<byte> input, int head, ref SipMessage? message, ref SipFault fault)
    {
        var buffer = Copy(input.Slice(0, head));
        if (head > _limits.MaxMessage)
            fault = new SipFault(513, "Message is larger than this element takes", _limits.MaxMessage);
        var length = SipParser.Measure(buffer, _limits, _messages, ref fault);
        if (length >= 0)
        {
            buffer.Release();
            return length;
        }

        if (SipParser.TryParse(buffer, _limits, _messages, lengthRequired: true, out message, out _))
            message.Fault = fault;
        else
            buffer.Release();
        return -1;
    }

    private void TakeMessage(in ReadOnlySequence<byte> whole, out SipMessage? message, out SipFault fault)
    {
        var buffer = Copy(whole);
        if (!SipParser.TryParse(buffer, _limits, _messages, lengthRequired: true, out message, out fault))
            buffer.Release();
    }

    private PacketBuffer Copy(in ReadOnlySequence<byte> bytes)
    {
        var length = (int)bytes.Length;
        var buffer = _packets.Rent(length);
        bytes.CopyTo(buffer.Array);
        buffer.Length = length;
        return buffer;
    }
}
