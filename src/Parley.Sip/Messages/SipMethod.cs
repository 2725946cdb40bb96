namespace Parley.Sip.Messages;

/// <summary>Request methods that are known by number; every other one is <see cref="Other"/> and known by its name only (RFC 3261 §7.1).</summary>
public enum SipMethod : byte
{
    /// <summary>A method without a number here; compare names, which are case-sensitive.</summary>
    Other,

    /// <summary>INVITE (RFC 3261 §13).</summary>
    Invite,

    /// <summary>ACK (RFC 3261 §13, §17.1.1.3).</summary>
    Ack,

    /// <summary>BYE (RFC 3261 §15).</summary>
    Bye,

    /// <summary>CANCEL (RFC 3261 §9).</summary>
    Cancel,

    /// <summary>OPTIONS (RFC 3261 §11).</summary>
    Options,

    /// <summary>REGISTER (RFC 3261 §10).</summary>
    Register,

    /// <summary>INFO (RFC 6086).</summary>
    Info,

    /// <summary>PRACK (RFC 3262).</summary>
    Prack,

    /// <summary>UPDATE (RFC 3311).</summary>
    Update,

    /// <summary>REFER (RFC 3515).</summary>
    Refer,

    /// <summary>SUBSCRIBE (RFC 6665).</summary>
    Subscribe,

    /// <summary>NOTIFY (RFC 6665).</summary>
    Notify,

    /// <summary>PUBLISH (RFC 3903).</summary>
    Publish,

    /// <summary>MESSAGE (RFC 3428).</summary>
    Message,
}
