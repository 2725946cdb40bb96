using System.Text;
using Parley.Net;
using Parley.Sip.Messages;
using Parley.Sip.Parsing;

namespace Parley.Sip.Transport;

/// <summary>The messages of one Call-ID in order, as arrows between addresses: what a ladder diagram is drawn from.</summary>
public sealed class Ladder
{
    private readonly List<NetEndpoint> _participants = [];
    private readonly List<LadderStep> _steps = [];

    private Ladder(string callId) => CallId = callId;

    /// <summary>The Call-ID.</summary>
    public string CallId { get; }

    /// <summary>Addresses in the order they appeared.</summary>
    public IReadOnlyList<NetEndpoint> Participants => _participants;

    /// <summary>The arrows, from the first on.</summary>
    public IReadOnlyList<LadderStep> Steps => _steps;

    /// <summary>Sorts messages into ladders by Call-ID, in the order the Call-IDs appeared. What does not parse is left out.</summary>
    public static IReadOnlyList<Ladder> Build(IEnumerable<TracedMessage> messages)
    {
        ArgumentNullException.ThrowIfNull(messages);
        var parser = new Parser();
        Dictionary<string, Ladder> byCall = [];
        List<Ladder> ladders = [];
        foreach (var message in messages)
        {
            if (!parser.TryDescribe(message, out var callId, out var label))
                continue;
            if (!byCall.TryGetValue(callId, out var ladder))
                ladders.Add(byCall[callId] = ladder = new(callId));
            ladder.Add(message, label);
        }

        return ladders;
    }

    /// <summary>What the message says in a few words: <c>INVITE (SDP)</c>, <c>200 OK (INVITE)</c>.</summary>
    /// <param name="message">The message.</param>
    /// <param name="callId">Its Call-ID.</param>
    /// <param name="label">The words.</param>
    /// <returns>False when it is no SIP message with a Call-ID.</returns>
    public static bool TryDescribe(TracedMessage message, out string callId, out string label)
    {
        ArgumentNullException.ThrowIfNull(message);
        return new Parser().TryDescribe(message, out callId, out label);
    }

    private void Add(TracedMessage message, string label)
    {
        var (from, to) = (IndexOf(message.Source), IndexOf(message.Destination));
        var repeats = _steps.Exists(s => s.From == from && s.To == to && s.Message.Bytes.Span.SequenceEqual(message.Bytes.Span));
        _steps.Add(new(from, to, label, repeats, message));
    }

    private int IndexOf(NetEndpoint participant)
    {
        var index = _participants.IndexOf(participant);
        if (index >= 0)
            return index;
        _participants.Add(participant);
        return _participants.Count - 1;
    }

    /// <summary>Parses messages one after the other in the same few buffers.</summary>
    private sealed class Parser
    {
        private readonly PacketPool _buffers = new();
        private readonly SipMessagePool _messages = new();

        public bool TryDescribe(TracedMessage message, out string callId, out string label)
        {
            (callId, label) = ("", "");
            var buffer = _buffers.Rent(message.Bytes.Length);
            buffer.Length = message.Bytes.Length;
            message.Bytes.Span.CopyTo(buffer.Array);
            if (!SipParser.TryParse(buffer, SipLimits.Default, _messages, out var sip, out _))
            {
                buffer.Release();
                return false;
            }

            callId = Encoding.UTF8.GetString(sip.CallId);
            label = Describe(sip);
            sip.Release();
            return callId.Length > 0;
        }

        private static string Describe(SipMessage sip)
        {
            var body = sip.Body.IsEmpty ? "" : sip.Value(HeaderId.ContentType).StartsWith("application/sdp"u8) ? "SDP" : "body";
            var method = Encoding.UTF8.GetString(sip.MethodName);
            if (sip.IsRequest)
                return body.Length == 0 ? method : $"{method} ({body})";
            var about = body.Length == 0 ? method : $"{method}, {body}";
            return $"{sip.StatusCode} {Encoding.UTF8.GetString(sip.Reason)} ({about})";
        }
    }
}

/// <summary>One arrow of a <see cref="Ladder"/>.</summary>
/// <param name="From">Position of the sender among the participants.</param>
/// <param name="To">Position of the receiver among the participants.</param>
/// <param name="Label">The message in a few words.</param>
/// <param name="IsRepeat">True when the same bytes went the same way before: a retransmission.</param>
/// <param name="Message">The message.</param>
public sealed record LadderStep(int From, int To, string Label, bool IsRepeat, TracedMessage Message);
