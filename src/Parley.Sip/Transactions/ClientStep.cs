namespace Parley.Sip.Transactions;

/// <summary>What can happen to a client transaction.</summary>
internal enum ClientInput : byte
{
    /// <summary>The request goes out for the first time.</summary>
    Start,

    /// <summary>A 1xx came.</summary>
    Provisional,

    /// <summary>A 2xx came.</summary>
    Success,

    /// <summary>A 3xx to 6xx came.</summary>
    Failure,

    /// <summary>Timer A or E.</summary>
    Retransmit,

    /// <summary>Timer B or F; after a CANCEL, the 64·T1 of RFC 3261 §9.1.</summary>
    Timeout,

    /// <summary>Timer D, K or M.</summary>
    LingerOver,

    /// <summary>The transport could not send, or the connection is gone.</summary>
    TransportError,
}

/// <summary>
/// What a client transaction does about it. Carried out in the order of the bits: timers first, then sending, the user last.
/// </summary>
[Flags]
internal enum ClientEffects : ushort
{
    None = 0,

    /// <summary>Takes back every timer.</summary>
    StopTimers = 1,

    /// <summary>Sets Timer A or E to T1.</summary>
    StartRetransmit = 2,

    /// <summary>Sets Timer A to twice what it was (§17.1.1.2).</summary>
    DoubleInterval = 4,

    /// <summary>Sets Timer E to twice what it was, at most T2 (§17.1.2.2).</summary>
    DoubleToT2 = 8,

    /// <summary>Sets Timer E to T2 (§17.1.2.2, in Proceeding).</summary>
    RetransmitAtT2 = 16,

    /// <summary>Sets Timer B or F to 64·T1.</summary>
    StartTimeout = 32,

    /// <summary>Sets Timer D, K or M.</summary>
    StartLinger = 64,

    /// <summary>Sends the request.</summary>
    SendRequest = 128,

    /// <summary>Builds and sends the ACK for a non-2xx, or sends it again.</summary>
    SendAck = 256,

    /// <summary>Hands the response to the user.</summary>
    Deliver = 512,

    /// <summary>Tells the user of a time-out.</summary>
    FailTimeout = 1024,

    /// <summary>Tells the user of a transport failure.</summary>
    FailTransport = 2048,
}

/// <summary>The next state and what to do on the way there.</summary>
internal readonly record struct ClientStep(TransactionState State, ClientEffects Effects);
