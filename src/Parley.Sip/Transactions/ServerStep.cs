namespace Parley.Sip.Transactions;

/// <summary>What can happen to a server transaction.</summary>
internal enum ServerInput : byte
{
    /// <summary>The request came for the first time.</summary>
    Start,

    /// <summary>The request came again.</summary>
    Repeated,

    /// <summary>An ACK came that matches the INVITE.</summary>
    Ack,

    /// <summary>The user sends a 1xx.</summary>
    Provisional,

    /// <summary>The user sends a 2xx.</summary>
    Success,

    /// <summary>The user sends a 3xx to 6xx.</summary>
    Failure,

    /// <summary>Nothing has been sent for so long that a 100 is due.</summary>
    TryingDue,

    /// <summary>Timer G.</summary>
    Retransmit,

    /// <summary>Timer H, or the client of a non-INVITE has given up.</summary>
    Timeout,

    /// <summary>Timer I, J or L.</summary>
    LingerOver,

    /// <summary>The transport could not send.</summary>
    TransportError,
}

/// <summary>
/// What a server transaction does about it. Carried out in the order of the bits: timers first, then sending, the user last.
/// </summary>
[Flags]
internal enum ServerEffects : ushort
{
    None = 0,

    /// <summary>Takes back every timer.</summary>
    StopTimers = 1,

    /// <summary>Takes back the timer of the automatic 100.</summary>
    StopTrying = 2,

    /// <summary>Sets the timer of the automatic 100.</summary>
    StartTrying = 4,

    /// <summary>Sets Timer G to T1.</summary>
    StartRetransmit = 8,

    /// <summary>Sets Timer G to twice what it was, at most T2.</summary>
    DoubleToT2 = 16,

    /// <summary>Sets Timer H, or the limit of an unanswered non-INVITE, to 64·T1.</summary>
    StartTimeout = 32,

    /// <summary>Sets Timer I, J or L.</summary>
    StartLinger = 64,

    /// <summary>Sends the response the user gave.</summary>
    Send = 128,

    /// <summary>Sends the last response again, if there is one.</summary>
    Resend = 256,

    /// <summary>Builds and sends 100 Trying.</summary>
    SendTrying = 512,

    /// <summary>Hands the request to the core.</summary>
    DeliverRequest = 1024,

    /// <summary>Hands the ACK to the core (RFC 6026 §7.1).</summary>
    DeliverAck = 2048,

    /// <summary>Tells the user that all is done.</summary>
    EndCompleted = 4096,

    /// <summary>Tells the user of a time-out.</summary>
    EndTimeout = 8192,

    /// <summary>Tells the user of a transport failure.</summary>
    EndTransport = 16384,
}

/// <summary>The next state and what to do on the way there.</summary>
internal readonly record struct ServerStep(TransactionState State, ServerEffects Effects);
