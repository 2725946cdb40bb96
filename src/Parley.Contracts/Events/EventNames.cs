namespace Parley.Contracts.Events;

/// <summary>Names of events: the documented ones, in <see cref="CallNotification.Data"/>. The later ones beside them are in docs/call-api.md.</summary>
public static class EventNames
{
    /// <summary>A party has answered.</summary>
    public const string CallAnswer = "CALL_ANSWER";

    /// <summary>Somebody is about to be called for a party.</summary>
    public const string TransferAccept = "TRANSFER_ACCEPT";

    /// <summary>They are being called; says with which Call-ID.</summary>
    public const string CallStart = "CALL_START";

    /// <summary>A party is on hold.</summary>
    public const string CallHold = "CALL_HOLD";

    /// <summary>A party is off hold.</summary>
    public const string CallUnHold = "CALL_UNHOLD";

    /// <summary>Playing has begun.</summary>
    public const string PlayStart = "PLAY_START";

    /// <summary>Recording has begun; says into which file.</summary>
    public const string RecordStart = "RECORD_START";

    /// <summary>What was given to <c>Echo</c>.</summary>
    public const string Reply = "REPLY";

    /// <summary>Subscription: a phone calls.</summary>
    public const string CallIncoming = "CALL_INCOMING";

    /// <summary>Subscription: <c>CallStart</c> has made a call.</summary>
    public const string CallNew = "CALL_NEW";

    /// <summary>Subscription: the callee's phone rings.</summary>
    public const string CallRinging = "CALL_RINGING";

    /// <summary>Subscription: a party has come by a transfer.</summary>
    public const string CallTransfer = "CALL_TRANSFER";

    /// <summary>Subscription: a party has pressed a key.</summary>
    public const string CallDtmf = "CALL_DTMF";

    /// <summary>Subscription: the call has ended.</summary>
    public const string CallEnd = "CALL_END";

    /// <summary>Subscription: events were left out; <c>CallList</c> shows how things are.</summary>
    public const string EventsLost = "EVENTS_LOST";
}
