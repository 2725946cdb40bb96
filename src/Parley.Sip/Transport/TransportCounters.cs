namespace Parley.Sip.Transport;

/// <summary>What the transport has done since it started. Reading is cheap and may be done from any thread.</summary>
public sealed class TransportCounters
{
    private readonly long[] _received = new long[5];
    private readonly long[] _sent = new long[5];
    private long _malformedAnswered;
    private long _malformedDropped;
    private long _oversized;
    private long _keepAlives;
    private long _overloaded;
    private long _keptOut;
    private long _gateRefused;
    private long _sendFailures;
    private long _accepted;
    private long _connected;
    private long _connectFailures;
    private long _connectionsOpen;
    private long _traceFaults;

    /// <summary>Well-formed messages received over a transport.</summary>
    public long Received(SipTransport transport) => Interlocked.Read(ref _received[(int)transport]);

    /// <summary>Messages sent over a transport.</summary>
    public long Sent(SipTransport transport) => Interlocked.Read(ref _sent[(int)transport]);

    /// <summary>Malformed requests that got an answer.</summary>
    public long MalformedAnswered => Interlocked.Read(ref _malformedAnswered);

    /// <summary>Malformed messages that could not be answered.</summary>
    public long MalformedDropped => Interlocked.Read(ref _malformedDropped);

    /// <summary>Messages over the size limit; they are counted under malformed too.</summary>
    public long Oversized => Interlocked.Read(ref _oversized);

    /// <summary>Keep-alives received, of any kind.</summary>
    public long KeepAlives => Interlocked.Read(ref _keepAlives);

    /// <summary>Messages refused because too many waited for their lane.</summary>
    public long Overloaded => Interlocked.Read(ref _overloaded);

    /// <summary>Datagrams and pieces of streams that the gate did not hear, and requests it had dropped.</summary>
    public long KeptOut => Interlocked.Read(ref _keptOut);

    /// <summary>Requests that the gate had answered 503.</summary>
    public long GateRefused => Interlocked.Read(ref _gateRefused);

    /// <summary>Messages that could not be sent.</summary>
    public long SendFailures => Interlocked.Read(ref _sendFailures);

    /// <summary>Connections accepted.</summary>
    public long Accepted => Interlocked.Read(ref _accepted);

    /// <summary>Connections opened from here.</summary>
    public long Connected => Interlocked.Read(ref _connected);

    /// <summary>Connections that could not be opened.</summary>
    public long ConnectFailures => Interlocked.Read(ref _connectFailures);

    /// <summary>Connections open now.</summary>
    public long ConnectionsOpen => Interlocked.Read(ref _connectionsOpen);

    /// <summary>Messages that the trace failed to take.</summary>
    public long TraceFaults => Interlocked.Read(ref _traceFaults);

    internal void CountReceived(SipTransport transport) => Interlocked.Increment(ref _received[(int)transport]);

    internal void CountSent(SipTransport transport) => Interlocked.Increment(ref _sent[(int)transport]);

    internal void CountMalformed(bool answered) => Interlocked.Increment(ref answered ? ref _malformedAnswered : ref _malformedDropped);

    internal void CountOversized() => Interlocked.Increment(ref _oversized);

    internal void CountKeepAlive() => Interlocked.Increment(ref _keepAlives);

    internal void CountOverloaded() => Interlocked.Increment(ref _overloaded);

    internal void CountKeptOut() => Interlocked.Increment(ref _keptOut);

    internal void CountGateRefused() => Interlocked.Increment(ref _gateRefused);

    internal void CountSendFailure() => Interlocked.Increment(ref _sendFailures);

    internal void CountConnectFailure() => Interlocked.Increment(ref _connectFailures);

    internal void CountOpened(bool incoming)
    {
        Interlocked.Increment(ref incoming ? ref _accepted : ref _connected);
        Interlocked.Increment(ref _connectionsOpen);
    }

    internal void CountTraceFault() => Interlocked.Increment(ref _traceFaults);

    internal void CountClosed() => Interlocked.Decrement(ref _connectionsOpen);
}
