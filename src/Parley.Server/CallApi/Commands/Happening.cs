using Parley.Contracts.Events;

namespace Parley.Server.CallApi.Commands;

/// <summary>Something that happens in a command, by its names in both vocabularies.</summary>
/// <param name="Data">The documented name; null for what that vocabulary does not know.</param>
/// <param name="Event">The later name.</param>
internal sealed record Happening(string? Data, string Event)
{
    public static readonly Happening
        CallerAnswered = new(EventNames.CallAnswer, "CallerAnswered"),
        Transferring = new(EventNames.TransferAccept, "Transferring"),
        TransferStart = new(EventNames.CallStart, "TransferStart"),
        TransferPending = new(null, "TransferPending"),
        CalleeAnswered = new(EventNames.CallAnswer, "CalleeAnswered"),
        TransferSuccessful = new(null, "TransferSuccessful"),
        CallHolding = new(null, "CallHolding"),
        CallHoldStart = new(null, "CallHoldStart"),
        CallHoldSuccessful = new(EventNames.CallHold, "CallHoldSuccessful"),
        CallUnholding = new(null, "CallUnholding"),
        CallUnholdStart = new(null, "CallUnholdStart"),
        CallUnholdSuccessful = new(EventNames.CallUnHold, "CallUnholdSuccessful"),
        PlayStart = new(EventNames.PlayStart, "PlayStart"),
        RecordStart = new(EventNames.RecordStart, "RecordStart"),
        Reply = new(EventNames.Reply, "Reply"),
        Incoming = new(EventNames.CallIncoming, "CallIncoming"),
        New = new(EventNames.CallNew, "CallNew"),
        Ringing = new(EventNames.CallRinging, "CallRinging"),
        Answered = new(EventNames.CallAnswer, "CallAnswered"),
        Held = new(EventNames.CallHold, "CallHeld"),
        Unheld = new(EventNames.CallUnHold, "CallUnheld"),
        Transferred = new(EventNames.CallTransfer, "CallTransferred"),
        Dtmf = new(EventNames.CallDtmf, "CallDtmf"),
        CallEnded = new(EventNames.CallEnd, "CallEnded"),
        Lost = new(EventNames.EventsLost, "EventsLost");
}
