using System.Collections.Concurrent;
using Parley.Net;
using Parley.Sip.Messages;
using Parley.Sip.Parsing;

namespace Parley.Sip.Transport;

/// <summary>
/// From bytes to the receiver: what is no message is dropped or answered here and counted, what is one goes to the lane of its Call-ID.
/// With one lane and UDP that is a plain call on the same thread.
/// </summary>
internal sealed class MessageIntake
{
    private static readonly Action<object?> DeliverWaiting = static state => ((Waiting)state!).Deliver();

    private readonly SipTransportLayer _layer;
    private readonly ISipReceiver _receiver;
    private readonly ISipGate? _gate;
    private readonly ConcurrentQueue<Waiting> _spare = [];
    private int _waiting;

    public MessageIntake(SipTransportLayer layer, ISipReceiver receiver)
    {
        _layer = layer;
        _receiver = receiver;
        _gate = layer.Options.Gate;
    }

    private TransportCounters Counters => _layer.Counters;

    /// <summary>Whether anything from there is listened to; what is not was counted.</summary>
    public bool Hears(in NetEndpoint source, SipTransport transport)
    {
        if (_gate is null || _gate.Hears(source, transport))
            return true;
        Counters.CountKeptOut();
        return false;
    }

    /// <summary>One datagram or WebSocket message, which should hold exactly one SIP message. The buffer is lent.</summary>
    /// <param name="flow">Where it came from.</param>
    /// <param name="bytes">The message.</param>
    /// <param name="waited">Milliseconds it waited before it was read.</param>
    public void OnWhole(in SipFlow flow, PacketBuffer bytes, int waited = 0)
    {
        if (IsKeepAlive(bytes.Span))
        {
            Counters.CountKeepAlive();
            return;
        }

        _layer.Trace(TraceDirection.Received, flow, bytes.Span);
        bytes.AddRef();
        if (SipParser.TryParse(bytes, _layer.Limits, _layer.Messages, out var message, out var fault))
        {
            message.Waited = waited;
            OnMessage(flow, message);
            return;
        }

        bytes.Release();
        OnUnreadable(fault);
    }

    /// <summary>A STUN keep-alive. The buffer is lent.</summary>
    public void AnswerStun(IDatagramSocket socket, PacketBuffer request, in NetEndpoint source)
    {
        Counters.CountKeepAlive();
        var answer = StunKeepAlive.Answer(request.Span, source, _layer.Pool);
        socket.Send(answer, source);
        answer.Release();
    }

    /// <summary>One parsed message, whose reference is taken over.</summary>
    public void OnMessage(in SipFlow flow, SipMessage message)
    {
        if (message.Fault.Status != 0)
        {
            OnMalformed(flow, message);
            return;
        }

        Counters.CountReceived(flow.Transport);
        if (_gate is not null && !Passes(_gate, flow, message))
        {
            message.Release();
            return;
        }

        var lane = _layer.LaneFor(message.CallId);
        if (lane.IsCurrent)
            Deliver(flow, message);
        else
            Post(lane, flow, message);
    }

    /// <summary>Bytes of which not even an answer can be made.</summary>
    public void OnUnreadable(in SipFault fault)
    {
        if (fault.Status == 513)
            Counters.CountOversized();
        Counters.CountMalformed(answered: false);
    }

    /// <summary>A request that says enough to be answered, but is not good enough to be passed on. Its reference is taken over.</summary>
    public void OnMalformed(in SipFlow flow, SipMessage message)
    {
        if (message.Fault.Status == 513)
            Counters.CountOversized();
        var answered = Refuse(flow, message, message.Fault.Status, message.Fault.Reason, 0);
        Counters.CountMalformed(answered);
        message.Release();
    }

    public void ChannelClosed(SipChannel channel)
    {
        foreach (var lane in _layer.Lanes)
            lane.Post(_ => _receiver.OnChannelClosed(channel), null);
    }

    // RFC 5626 §3.5.1 and §5.4: line ends alone are keep-alives. Over UDP the same serves phones that send CRLF, an empty datagram or a few
    // zeros to keep a NAT open.
    private static bool IsKeepAlive(ReadOnlySpan<byte> bytes) => bytes.Length <= 4 && !bytes.ContainsAnyExcept("\r\n\0"u8);

    private bool Passes(ISipGate gate, in SipFlow flow, SipMessage message)
    {
        if (!message.IsRequest || message.Method is SipMethod.Ack or SipMethod.Cancel)
            return true;
        var verdict = gate.Admits(message, flow);
        if (verdict == GateVerdict.Refuse)
        {
            Counters.CountGateRefused();
            Refuse(flow, message, 503, "", _layer.Options.TransportLimits.RetryAfter);
        }
        else if (verdict == GateVerdict.Drop)
        {
            Counters.CountKeptOut();
        }

        return verdict == GateVerdict.Admit;
    }

    private bool Refuse(in SipFlow flow, SipMessage request, int status, string reason, int retryAfter)
    {
        if (!StatelessAnswer.TryBuild(request, flow.Remote, status, reason, retryAfter, _layer.Pool, out var answer))
            return false;
        var sent = _layer.Send(ResponseRoute.For(request, flow), answer);
        answer.Release();
        return sent;
    }

    private void Deliver(in SipFlow flow, SipMessage message)
    {
        try
        {
            _receiver.OnMessage(message, flow);
        }
        finally
        {
            message.Release();
        }
    }

    private void Post(Lane lane, in SipFlow flow, SipMessage message)
    {
        if (Interlocked.Increment(ref _waiting) > _layer.Options.TransportLimits.MaxWaiting)
        {
            Interlocked.Decrement(ref _waiting);
            Counters.CountOverloaded();
            if (message.IsRequest)
                Refuse(flow, message, 503, "", _layer.Options.TransportLimits.RetryAfter);
            message.Release();
            return;
        }

        if (!_spare.TryDequeue(out var waiting))
            waiting = new Waiting(this);
        waiting.Message = message;
        waiting.Flow = flow;
        lane.Post(DeliverWaiting, waiting);
    }

    /// <summary>A message on its way to another lane; reused, so that crossing lanes allocates nothing in steady state.</summary>
    private sealed class Waiting(MessageIntake intake)
    {
        public SipMessage? Message;
        public SipFlow Flow;

        public void Deliver()
        {
            var message = Message!;
            var flow = Flow;
            Message = null;
            Flow = default;
            Interlocked.Decrement(ref intake._waiting);
            intake._spare.Enqueue(this);
            intake.Deliver(flow, message);
        }
    }
}
