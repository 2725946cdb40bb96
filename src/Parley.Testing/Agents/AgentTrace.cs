using System.Text;
using Parley.Net;
using Parley.Sip.Messages;
using Parley.Sip.Parsing;
using Parley.Sip.Transport;

namespace Parley.Testing.Agents;

/// <summary>What an agent sent and received, the newest of it. Written on lanes, read from anywhere.</summary>
internal sealed class AgentTrace(int limit) : ISipTrace
{
    private readonly Queue<(bool Ours, TracedMessage Message)> _messages = [];
    private readonly Lock _gate = new();

    public IReadOnlyList<TracedMessage> Messages
    {
        get
        {
            lock (_gate)
                return [.. _messages.Select(one => one.Message)];
        }
    }

    public void OnMessage(TraceDirection direction, DateTimeOffset time, in SipFlow flow, ReadOnlySpan<byte> message)
    {
        if (limit == 0)
            return;
        var local = flow.Channel.LocalFor(flow.Remote);
        var traced = direction == TraceDirection.Received
            ? new TracedMessage(time, flow.Remote, local, message.ToArray())
            : new TracedMessage(time, local, flow.Remote, message.ToArray());
        lock (_gate)
        {
            if (_messages.Count == limit)
                _messages.Dequeue();
            _messages.Enqueue((direction == TraceDirection.Sent, traced));
        }
    }

    /// <summary>The messages of one call, as they came, and whether this side sent them.</summary>
    public IReadOnlyList<(bool Ours, TracedMessage Message)> Of(string callId)
    {
        (bool Ours, TracedMessage Message)[] all;
        lock (_gate)
            all = [.. _messages];
        // Cheaper than to read every message: a Call-ID is as good as unique, and what has it somewhere else is read and found not to be of the call.
        var needle = Encoding.UTF8.GetBytes(callId);
        return [.. all.Where(one => one.Message.Bytes.Span.IndexOf(needle) >= 0 && Read(one.Message)?.GetString(HeaderId.CallId) == callId)];
    }

    /// <summary>One message, read; null when it is malformed.</summary>
    public static SipMessage? Read(TracedMessage traced)
    {
        var pool = new PacketPool(1, 1);
        var buffer = pool.Rent(traced.Bytes.Length);
        traced.Bytes.Span.CopyTo(buffer.Array);
        buffer.Length = traced.Bytes.Length;
        if (!SipParser.TryParse(buffer, SipLimits.Default, new SipMessagePool(), out var message, out _))
        {
            buffer.Release();
            return null;
        }

        var owned = message.ToOwned();
        message.Release();
        return owned;
    }
}
